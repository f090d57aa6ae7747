"""Do users wait too long. Told by the share of slow answers, because the router's histograms end at 10 s and quantiles with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.promql import INSTALLATION
from semantic_router_observability.alerting.shapes.slow import Slow
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

_MODEL = (*INSTALLATION, "model")


def latency() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterSlowCompletions",
        shape=Slow("llm_model_completion_latency_seconds", window=10, by=_MODEL),
        tuning=tuning(threshold=0.2, severity="warning", hold="10m", at_least=5, bound=10),
        component="latency",
        summary="{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} in {{ $labels.namespace }} take longer than {bound} s",
        description="Users wait for whole answers. Long answers of a large model may be meant to take that long: then raise the threshold for it.",
        panel=Panel(uid="llm-router-metrics", id=22),
    )
    yield Definition(
        name="SemanticRouterSlowFirstToken",
        # Beside the users who wait there are always answers that do not stream, which are as late as they are long.
        shape=Slow("llm_model_ttft_seconds", window=10, by=_MODEL),
        tuning=tuning(threshold=0.2, severity="warning", hold="10m", at_least=5, bound=thresholds.FIRST_TOKEN),
        component="latency",
        summary="{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} in {{ $labels.namespace }} begin after more than {bound} s",
        description="Users look at an empty screen. Requests that do not stream count with nearly their whole answer.",
        panel=Panel(uid="llm-router-metrics", id=23),
        lines=(*panels("llm-router-metrics", 5, 20, 23), *panels("semantic-router-fleet", 93), *panels("semantic-router-engines", 5, 30)),
    )
    yield Definition(
        name="SemanticRouterSlowTokens",
        shape=Slow("llm_model_tpot_seconds", window=10, by=_MODEL),
        tuning=tuning(threshold=0.05, severity="warning", hold="10m", at_least=5, bound=thresholds.TIME_PER_TOKEN),
        component="latency",
        summary="{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} in {{ $labels.namespace }} need more than {bound} s a token",
        description="Answers trickle. Queueing and short answers weigh in: the time is that of the whole answer over its tokens.",
        panel=Panel(uid="llm-router-metrics", id=24),
        lines=(*panels("llm-router-metrics", 24), *panels("semantic-router-engines", 6, 31)),
    )
    yield Definition(
        name="SemanticRouterRoutingSlow",
        shape=Slow("llm_model_routing_latency_seconds", window=10),
        tuning=tuning(threshold=0.05, severity="warning", hold="10m", at_least=5, bound=thresholds.ROUTING_OVERHEAD),
        component="latency",
        summary="The router in {{ $labels.namespace }} needs more than {bound} s before it forwards {{ $value | humanizePercentage }} of requests",
        description="Every request waits for it. A selector that asks a model is meant to take longer: then raise the bound.",
        panel=Panel(uid="llm-router-metrics", id=25),
        lines=(*panels("llm-router-metrics", 7, 25), *panels("semantic-router-fleet", 10, 25, 95)),
    )
