"""The dashboard "Router operator": does it apply what SemanticRouter resources ask for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.operator import BOARD, CONTROLLER, TOTAL
from semantic_router_observability.alerting.defaults.operator import router_operator as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.operator import work
from semantic_router_observability.dashboards.operator.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "router_operator"]

UID: Final = BOARD


def router_operator() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    own = f"{CLUSTER}, {CONTROLLER}"
    return dashboard(
        uid=UID,
        title="Router operator",
        description="The operator that makes routers of SemanticRouter resources: reconciliations, those that fail, and those that wait.",
        variables=[
            source_variable(),
            cluster_variable(TOTAL),
            choices("namespace", "Namespace", f"label_values({TOTAL}{{{own}}}, namespace)"),
            choices("pod", "Pod", f'label_values({TOTAL}{{{own}, namespace=~"$namespace"}}, pod)'),
        ],
        alerts="RouterOperator.+",
        sections=[
            Section(lines=[Line(3, [work.done_now(), work.failed_now(), work.duration_now(), work.queue_now()])]),
            Section(
                title="Number of the alert",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts()])],
            ),
            Section(
                title="Reconciliations",
                id=PANEL_IDS["row-work"],
                lines=[Line(8, [work.results(), work.errors()]), Line(8, [work.duration(), work.queue(), work.longest()])],
            ),
        ],
    )
