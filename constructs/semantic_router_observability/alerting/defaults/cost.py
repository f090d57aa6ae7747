"""Alerts on cost and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.surge import Surge

if TYPE_CHECKING:
    from collections.abc import Iterator


def cost() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterSpendOverBudget",
        shape=Count(Selector("llm_model_cost_total"), window=60, by=(*INSTALLATION, "currency"), scale=24, unit="currency units per day"),
        tuning=tuning(threshold=100, severity="warning", hold="30m"),
        component="cost",
        summary=(
            "At the pace of the last hour the router in {{ $labels.namespace }} spends {{ $value | humanize }} {{ $labels.currency }} a day"
        ),
        description="More than the budget. See which model causes it.",
        panel=Panel(uid="semantic-router-cost", id=10),
        enabled=False,
        off_because="there is no default budget; setting `threshold` turns it on",
    )
    yield Definition(
        name="SemanticRouterTokenSurge",
        shape=Surge(Selector("llm_model_tokens_total"), window=30, before=360),
        tuning=tuning(threshold=5, severity="info", hold="10m", at_least=1_000_000),
        component="cost",
        summary="The router in {{ $labels.namespace }} used {{ $value | humanize }} tokens within 30 minutes, far more than usual",
        description="A client loops, prompts grew, or a campaign started. Cached answers count too.",
        panel=Panel(uid="semantic-router-cost", id=20),
        at_most="warning",
    )
