"""The dashboard "Router on Kubernetes": the router's pods as the cluster sees them.

For operators of the cluster: do the pods run, why did they end, are limits or volumes too small. Needs kube-state-metrics, cAdvisor and
the kubelet among the scrape jobs, with `honor_labels: true`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.kubernetes import overview, resources, state, volumes
from semantic_router_observability.dashboards.kubernetes.ids import PANEL_IDS
from semantic_router_observability.dashboards.kubernetes.scope import variables
from semantic_router_observability.dashboards.layout import Line, Section

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "router_kubernetes"]

UID: Final = "semantic-router-kubernetes"


def router_kubernetes() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Router on Kubernetes",
        description="The router's pods as the cluster sees them: state, restarts and their reasons, CPU and memory against limits, volumes.",
        variables=list(variables()),
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # More than four abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [overview.ready_now(), overview.restarts_now(), overview.waiting_now(), overview.killed_now()]),
                Line(3, [overview.memory_now(), overview.cpu_now(), overview.throttled_now(), overview.volume_now()]),
                Line(7, [overview.pods()]),
            ]
        ),
        Section(
            title="State",
            id=PANEL_IDS["row-state"],
            lines=[Line(8, [state.states(), state.restarts(), state.reasons()])],
        ),
        Section(
            title="CPU and memory",
            id=PANEL_IDS["row-resources"],
            lines=[Line(9, [resources.memory(), resources.memory_share(), resources.cpu(), resources.throttled()])],
        ),
        Section(
            title="Volumes and network",
            id=PANEL_IDS["row-volumes"],
            lines=[Line(8, [volumes.volumes(), volumes.inodes(), volumes.network()])],
        ),
    ]
