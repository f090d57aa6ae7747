"""The dashboard "Traces": does every span that the routers send arrive in the store of traces?

About the way there, the trace gateway. The traces themselves are in Grafana's Explore, with the data source of the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.traces import BOARD
from semantic_router_observability.alerting.defaults.traces import traces as alerts
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.traces import flow
from semantic_router_observability.dashboards.traces.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "traces"]

UID: Final = BOARD


def traces() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Traces",
        description="The trace gateway: spans that the routers send, and those that reach the store of traces.",
        variables=[
            source_variable(),
            cluster_variable("otelcol_process_uptime_seconds_total"),
            choices("namespace", "Namespace", f"label_values(otelcol_process_uptime_seconds_total{{{CLUSTER}}}, namespace)"),
        ],
        alerts="Trace(Gateway|Store).+",
        sections=[
            Section(lines=[Line(3, [flow.gateways_now(), flow.received_now(), flow.lost_now(), flow.queue_now()])]),
            Section(
                title="Lost",
                id=PANEL_IDS["row-lost"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts(EVERYTHING)])],
            ),
            Section(
                title="Flow",
                id=PANEL_IDS["row-flow"],
                lines=[Line(8, [flow.received(), flow.sent(), flow.queue(), flow.memory()])],
            ),
        ],
    )
