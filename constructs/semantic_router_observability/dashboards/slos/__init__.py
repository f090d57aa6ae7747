"""The dashboard "SLOs": the objectives, how much of each error budget is used, and how fast it goes.

Everything here is recorded by the rules of the SLOs, so the page costs the same at any number of replicas. Without SLOs it is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.slos import budget, burn
from semantic_router_observability.dashboards.slos.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "slos"]

UID: Final = "semantic-router-slos"


def slos() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    recorded = "namespace_job:slo_events:rate5m"
    return dashboard(
        uid=UID,
        title="SLOs",
        description="Service level objectives: how much of each error budget is used, and how fast it goes.",
        variables=[
            source_variable(),
            cluster_variable(recorded),
            choices("namespace", "Namespace", f"label_values({recorded}{{{CLUSTER}}}, namespace)"),
            choices("job", "Job", f'label_values({recorded}{{{CLUSTER}, namespace=~"$namespace"}}, job)'),
            choices("slo", "SLO", f'label_values({recorded}{{{CLUSTER}, namespace=~"$namespace", job=~"$job"}}, slo)'),
        ],
        since="now-7d",
        sections=[
            Section(lines=[Line(8, [budget.table_of_objectives()])]),
            Section(title="Budget", id=PANEL_IDS["row-budget"], lines=[Line(8, [budget.used(), burn.pace()])]),
            Section(title="Events", id=PANEL_IDS["row-events"], lines=[Line(8, [burn.share(), burn.events(), burn.errors()])]),
        ],
    )
