"""The dashboard "GPUs": are the GPUs of the engines well, and what do the engines make of them?

Series of a GPU carry namespace and pod of the engine that has it, so that they meet those of vLLM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.gpus import BOARD
from semantic_router_observability.alerting.defaults.gpus import gpus as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.gpus import devices
from semantic_router_observability.dashboards.gpus.ids import PANEL_IDS
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "gpus"]

UID: Final = BOARD

_ANY: Final = "DCGM_FI_DEV_GPU_UTIL"


def gpus() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="GPUs",
        description="The GPUs of the engines, by NVIDIA's dcgm-exporter: use, memory, power, faults, and what vLLM makes of them.",
        variables=[
            source_variable(),
            cluster_variable(_ANY),
            choices("node", "Node", f"label_values({_ANY}{{{CLUSTER}}}, node)"),
            choices("namespace", "Namespace", f'label_values({_ANY}{{{CLUSTER}, node=~"$node"}}, namespace)'),
            choices("pod", "Pod", f'label_values({_ANY}{{{CLUSTER}, node=~"$node", namespace=~"$namespace"}}, pod)'),
        ],
        alerts="Gpu.+",
        sections=[
            Section(lines=[Line(3, [devices.gpus_now(), devices.busy_now(), devices.memory_now(), devices.power_now()])]),
            Section(
                title="Numbers of the alerts",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts()])],
            ),
            Section(
                title="Engines",
                id=PANEL_IDS["row-engines"],
                lines=[Line(8, [devices.busy(), devices.memory()]), Line(8, [devices.tokens(), devices.energy()])],
            ),
            Section(title="GPUs", id=PANEL_IDS["row-gpus"], lines=[Line(8, [devices.power(), devices.clock()])]),
        ],
    )
