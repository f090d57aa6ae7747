"""The dashboard "Gateway": what did clients get, and did every request pass through the router?

About the Envoy in front of the routers. Whatever a client was refused, and whatever passed while the router was away, is counted there alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.gateway import BOARD
from semantic_router_observability.alerting.defaults.gateway import gateway as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.gateway import calls, clients, overview, upstreams
from semantic_router_observability.dashboards.gateway.ids import PANEL_IDS
from semantic_router_observability.dashboards.gateway.scope import variables
from semantic_router_observability.dashboards.layout import Line, Section

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "gateway"]

UID: Final = BOARD


def gateway() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Gateway",
        description="The Envoy in front of the routers: what clients got, its calls to the router, and the models behind it.",
        variables=list(variables()),
        alerts="Gateway.+",
        sections=[
            Section(lines=[Line(3, [overview.gateways_now(), overview.requests_now(), overview.errors_now(), overview.unrouted_now()])]),
            Section(
                title="Numbers of the alerts",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts()])],
            ),
            Section(
                title="Clients",
                id=PANEL_IDS["row-clients"],
                lines=[Line(8, [clients.answers(), clients.shares(), clients.time(), clients.in_flight()])],
            ),
            Section(
                title="Router",
                id=PANEL_IDS["row-router"],
                lines=[Line(8, [calls.calls(), calls.unanswered(), calls.by_router()])],
            ),
            Section(
                title="Behind the gateway",
                id=PANEL_IDS["row-upstreams"],
                lines=[Line(8, [upstreams.answers(), upstreams.errors()]), Line(8, [upstreams.trouble(), upstreams.hosts()])],
            ),
        ],
    )
