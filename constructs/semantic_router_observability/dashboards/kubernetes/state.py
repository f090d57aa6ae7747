"""What state the pods are in, and why they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.kubernetes.ids import PANEL_IDS
from semantic_router_observability.dashboards.kubernetes.overview import RESTARTS
from semantic_router_observability.dashboards.kubernetes.scope import BY_POD, CONTAINER, NO_PODS, POD, PODS, by_pod, of_pods
from semantic_router_observability.dashboards.others import select, total
from semantic_router_observability.dashboards.panels import BLUE, GREEN, ORANGE, VERMILION, About, Query, bargauge, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def states() -> Panel:
    ready = total("kube_pod_container_status_ready", *CONTAINER)

    def in_phase(phase: str) -> str:
        matcher = f'phase="{phase}"'
        return f"sum({of_pods(select('kube_pod_status_phase', *POD, matcher))})"

    return timeseries(
        About(
            id=PANEL_IDS["states"],
            title="Pods by state",
            description=(
                "Pods of the choice, stacked: ready, running but not ready (loading models, or failing), pending (no node has room, or the image is "
                "being pulled), failed. Ready below the wanted number of replicas for long is an incident in the making."
            ),
            unit="none",
            no_value=NO_PODS,
            decimals=0,
        ),
        Query(ready, "ready", GREEN),
        Query(f"clamp_min({in_phase('Running')} - {ready}, 0)", "not ready", ORANGE),
        Query(in_phase("Pending"), "pending", BLUE),
        Query(in_phase("Failed"), "failed", VERMILION),
        stacked=True,
        top=1,
    )


def restarts() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["restarts"],
            title="Restarts by pod",
            description=(
                "Restarts since each pod was created, seven highest and the median of all. Every step is one restart. A staircase with growing steps in time is "
                "CrashLoopBackOff."
            ),
            unit="none",
            no_value=NO_PODS,
            decimals=0,
        ),
        *by_pod(f"sum {BY_POD} ({select(RESTARTS, *CONTAINER)})"),
        top=1,
    )


def reasons() -> Panel:
    ended = f"sum by (reason) ({select('kube_pod_container_status_last_terminated_reason', *CONTAINER)} == 1)"
    held = f"sum by (reason) ({select('kube_pod_container_status_waiting_reason', *CONTAINER)} == 1)"
    nothing = f'label_replace(0 * count({PODS}), "reason", "none", "", "")'
    return bargauge(
        About(
            id=PANEL_IDS["reasons"],
            title="Terminated or waiting by reason",
            description=(
                "Containers by why they last ended (OOMKilled, Error, Completed) and by why they do not run now (CrashLoopBackOff, ImagePullBackOff). "
                "An end stays listed until the pod is replaced."
            ),
            unit="none",
            no_value=NO_PODS,
            decimals=0,
        ),
        Query(f"sort_desc({ended} or {held} or on () {nothing})", "{{reason}}"),
    )
