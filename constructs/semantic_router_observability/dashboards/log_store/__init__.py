"""The dashboard "Log store": does the store take every line, and is there space for them?

About the store itself. The lines are on "Router logs", with the data source of the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.logs import BOARD
from semantic_router_observability.alerting.defaults.logs import logs as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.log_store import store
from semantic_router_observability.dashboards.log_store.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "log_store"]

UID: Final = BOARD

_ANY: Final = "vl_storage_is_read_only"
"""A metric of every store, also of one without lines."""


def log_store() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Log store",
        description="The store of the routers' log lines: what it takes and drops, and the space that is left.",
        variables=[
            source_variable(),
            cluster_variable(_ANY),
            choices("namespace", "Namespace", f"label_values({_ANY}{{{CLUSTER}}}, namespace)"),
        ],
        alerts="LogStore.+",
        sections=[
            Section(lines=[Line(3, [store.stores_now(), store.received_now(), store.dropped_now(), store.oldest_now()])]),
            Section(
                title="Space",
                id=PANEL_IDS["row-space"],
                lines=[Line(8, [*(panel(alert, PANEL_IDS[alert.name]) for alert in alerts()), store.space(), store.free()])],
            ),
            Section(
                title="Flow",
                id=PANEL_IDS["row-flow"],
                lines=[Line(8, [store.received(), store.dropped(), store.queries(), store.memory()])],
            ),
        ],
    )
