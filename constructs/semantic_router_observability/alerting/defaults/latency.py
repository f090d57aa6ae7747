"""Alerts on latency, by the ratio of slow answers: the router's histograms end at 10 s, and so do their quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Failures
from semantic_router_observability.alerting.shapes.slow import Slow
from semantic_router_observability.router import causes
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

_MODEL = (*INSTALLATION, "model")
_OBSERVED = Failures(causes.observed)
"""Failures that the histograms of whole answers and first tokens hold; the one of times per token holds answers only."""


def latency() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterSlowCompletions",
        shape=Slow("llm_model_completion_latency_seconds", window=10, by=_MODEL, failed=_OBSERVED),
        tuning=tuning(threshold=0.15, severity="warning", hold="10m", at_least=5, bound=10),
        component="latency",
        summary=(
            "{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} in {{ $labels.namespace }} take longer than {bound} s"
        ),
        description="Users wait for complete answers, and more of them than in the day before. A model that reasons may have many slow answers: only what is more than usual counts.",
        panel=Panel(uid="llm-router-metrics", id=22),
    )
    yield Definition(
        name="SemanticRouterSlowFirstToken",
        # Besides slow streams there are always answers without streaming, whose first token comes with the last.
        shape=Slow("llm_model_ttft_seconds", window=10, by=_MODEL, failed=_OBSERVED),
        tuning=tuning(threshold=0.15, severity="warning", hold="10m", at_least=5, bound=thresholds.FIRST_TOKEN),
        component="latency",
        summary=(
            "{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} in {{ $labels.namespace }} begin after more than "
            "{bound} s"
        ),
        description="Users look at an empty screen, more often than in the day before. Requests without streaming count with nearly the whole answer time.",
        panel=Panel(uid="llm-router-metrics", id=23),
        lines=(*panels("llm-router-metrics", 20), *panels("semantic-router-fleet", 93), *panels("semantic-router-engines", 5, 30)),
    )
    yield Definition(
        name="SemanticRouterSlowTokens",
        shape=Slow("llm_model_tpot_seconds", window=10, by=_MODEL),
        tuning=tuning(threshold=0.05, severity="warning", hold="10m", at_least=5, bound=thresholds.TIME_PER_TOKEN),
        component="latency",
        summary=(
            "{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} in {{ $labels.namespace }} take more than {bound} s "
            "per token"
        ),
        description=(
            "Answers appear slowly. Queueing counts, and short answers count more: it is the time of the whole answer divided by its "
            "tokens."
        ),
        panel=Panel(uid="llm-router-metrics", id=24),
        lines=panels("semantic-router-engines", 6, 31),
    )
    yield Definition(
        name="SemanticRouterRoutingSlow",
        shape=Slow("llm_model_routing_latency_seconds", window=10),
        tuning=tuning(threshold=0.05, severity="warning", hold="10m", at_least=5, bound=thresholds.ROUTING_OVERHEAD),
        component="latency",
        summary=(
            "The router in {{ $labels.namespace }} needs more than {bound} s before it forwards {{ $value | humanizePercentage }} of "
            "requests"
        ),
        description="Every request waits for it. What is more than in the day before counts: a selector that calls a model takes longer by design.",
        panel=Panel(uid="llm-router-metrics", id=25),
        lines=(*panels("llm-router-metrics", 7, 25), *panels("semantic-router-fleet", 10, 25, 95)),
    )
