"""The dashboard "Nodes": have the nodes room for the pods on them, and do these wait for each other?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.nodes import BOARD
from semantic_router_observability.alerting.defaults.nodes import nodes as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.nodes import use as of
from semantic_router_observability.dashboards.nodes import waiting
from semantic_router_observability.dashboards.nodes.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "nodes"]

UID: Final = BOARD

_ANY: Final = "node_memory_MemTotal_bytes"


def nodes() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Nodes",
        description="The nodes of the cluster, by Prometheus's node exporter: CPU, memory, filesystems, pressure and network.",
        variables=[
            source_variable(),
            cluster_variable(_ANY),
            choices("namespace", "Namespace of the exporter", f"label_values({_ANY}{{{CLUSTER}}}, namespace)"),
            choices("node", "Node", f"label_values({_ANY}{{{CLUSTER}, {of.EXPORTERS}}}, node)"),
        ],
        alerts="Node.+",
        sections=[
            Section(lines=[Line(3, [of.nodes_now(), of.cpu_now(), of.memory_now(), of.filesystem_now()])]),
            Section(
                title="Numbers of the alerts",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts()])],
            ),
            Section(
                title="Use",
                id=PANEL_IDS["row-use"],
                lines=[Line(8, [of.cpu(), of.memory()]), Line(8, [of.filesystems(), of.oom_kills()])],
            ),
            Section(
                title="Pressure",
                id=PANEL_IDS["row-pressure"],
                lines=[Line(8, [waiting.cpu_pressure(), waiting.memory_pressure(), waiting.io_pressure()])],
            ),
            Section(title="Network", id=PANEL_IDS["row-network"], lines=[Line(8, [waiting.received(), waiting.sent()])]),
        ],
    )
