"""The dashboard "Routing and learning": what the router sees in a prompt, what it decides, which model it picks, and what it learns.

Panels are numbered by row: the first line 1 to 9, the rows from 10, 20 and so on (learning 50 to 69), headings from 100. Links name
these numbers, so a number is given once and never reused.

The gate for model switches, the reinforcement learner's own estimates and offline learning are defined in the router and fed by
nothing, so they have no panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.page import page
from semantic_router_observability.dashboards.routing import (
    classification,
    decisions,
    estimates,
    learning,
    overview,
    policies,
    selection,
    sessions,
    signals,
)

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["UID", "routing_and_learning"]

UID: Final = "semantic-router-routing"


def routing_and_learning() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return page(
        uid=UID,
        title="Routing and learning",
        description="Why the Semantic Router sends requests where it does: signals, classification, decisions, selection, learning, sessions.",
        sections=[
            overview.section(),
            signals.section(),
            classification.section(),
            decisions.section(),
            selection.section(),
            sessions.section(),
            learning.section(),
            policies.section(),
            estimates.section(),
        ],
    )
