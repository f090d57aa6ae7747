"""Does the router find a model for a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.share import Share

from .requests import ERRORS, REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_STAND_IN = {"method": "_init", "decision": "_init", "reason": "_init", "model": "_init"}


def routing() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        "SemanticRouterNoModelSelected",
        Share(
            Selector(
                ERRORS,
                ('reason="no_model_selected"',),
                example={"reason": "no_model_selected", "model": "unknown"},
                decoys=({"reason": "upstream_5xx", "model": "qwen3-8b"},),
            ),
            REQUESTS,
            window=15,
        ),
        tuning(0.01, "warning", hold="5m", at_least=3),
        "routing",
        "The router in {{ $labels.namespace }} finds no model for {{ $value | humanizePercentage }} of requests",
        "Those users get an error. Usually a decision names models that are not configured, or no decision matches and there is no default.",
        Panel(uid="llm-router-metrics", id=11),
    )
    yield Definition(
        "SemanticRouterSelectionFallbacks",
        Share(
            Selector(
                "llm_model_selection_fallback_total",
                example={"method": "knn", "decision": "math", "reason": "selector_timeout"},
                decoys=({**_STAND_IN, "method": "knn"},),
            ),
            Selector("llm_model_selection_total", example={"method": "knn", "decision": "math", "model": "qwen3-8b", "tier": "supported"}),
            window=15,
            by=(*INSTALLATION, "method"),
        ),
        tuning(0.1, "warning", hold="10m", at_least=5),
        "routing",
        "Selector {{ $labels.method }} in {{ $labels.namespace }} fails in {{ $value | humanizePercentage }} of its choices",
        "Those requests go to the default candidate: users get answers, but not of the model that suits them.",
        Panel(uid="semantic-router-guardrails", id=35),
    )
