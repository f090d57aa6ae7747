"""The dashboard "Thanos": do queries reach every source, and do blocks reach the object storage?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.thanos import BOARD
from semantic_router_observability.alerting.defaults.thanos import thanos as alerts
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.thanos import parts
from semantic_router_observability.dashboards.thanos.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "thanos"]

UID: Final = BOARD

_ANY: Final = "thanos_build_info"
"""A metric of every part."""


def thanos() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    drawn = [panel(alert, PANEL_IDS[alert.name]) for alert in alerts(EVERYTHING)]
    return dashboard(
        uid=UID,
        title="Thanos",
        description="Thanos over several Prometheus: what its queries reach, and what becomes of blocks in the object storage.",
        variables=[
            source_variable(),
            cluster_variable(_ANY),
            choices("namespace", "Namespace", f"label_values({_ANY}{{{CLUSTER}}}, namespace)"),
            choices("pod", "Pod", f'label_values({_ANY}{{{CLUSTER}, namespace=~"$namespace"}}, pod)'),
        ],
        alerts="Thanos.+",
        sections=[
            Section(lines=[Line(3, [parts.query_now(), parts.sources_now(), parts.upload_now(), parts.blocks_now()])]),
            Section(
                title="Numbers of the alerts",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, drawn[first : first + 3]) for first in range(0, len(drawn), 3)],
            ),
            Section(
                title="Queries",
                id=PANEL_IDS["row-queries"],
                lines=[Line(8, [parts.queries(), parts.duration(), parts.sources(), parts.memory()])],
            ),
            Section(title="Blocks", id=PANEL_IDS["row-blocks"], lines=[Line(8, [parts.operations(), parts.blocks()])]),
        ],
    )
