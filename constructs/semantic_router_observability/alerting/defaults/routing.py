"""Alerts on the selection of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.router.causes import ERRORS

from .requests import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator


def routing() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterNoModelSelected",
        shape=Share(Selector(ERRORS, 'reason="no_model_selected"'), REQUESTS, window=15),
        tuning=tuning(threshold=0.01, severity="warning", hold="5m", at_least=3),
        component="routing",
        summary="The router in {{ $labels.namespace }} finds no model for {{ $value | humanizePercentage }} of requests",
        description=(
            "Those users get an error. Usually a decision names models that are not configured, or no decision matches and there is no "
            "default."
        ),
        panel=Panel(uid="llm-router-metrics", id=11),
    )
    yield Definition(
        name="SemanticRouterSelectionFallbacks",
        shape=Share(
            Selector("llm_model_selection_fallback_total"), Selector("llm_model_selection_total"), window=15, by=(*INSTALLATION, "method")
        ),
        tuning=tuning(threshold=0.1, severity="warning", hold="10m", at_least=5),
        component="routing",
        summary="Selector {{ $labels.method }} in {{ $labels.namespace }} fails in {{ $value | humanizePercentage }} of its selections",
        description="Those requests go to the default candidate: users get answers, but not from the model that suits them best.",
        panel=Panel(uid="semantic-router-guardrails", id=35),
    )
