"""The first lines: do the pods run, and is one of them close to a limit?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.kubernetes import bounds, usage
from semantic_router_observability.dashboards.kubernetes.ids import PANEL_IDS
from semantic_router_observability.dashboards.kubernetes.scope import (
    CONTAINER,
    NO_LIMIT,
    NO_PODS,
    or_pods,
)
from semantic_router_observability.dashboards.kubernetes.volumes import USED_SHARE
from semantic_router_observability.dashboards.others import in_range, select, total
from semantic_router_observability.dashboards.panels import CORES, GREEN, About, Column, Query, stat, table
from semantic_router_observability.dashboards.queries import RANGE, RECENT

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

RESTARTS = "kube_pod_container_status_restarts_total"


def ready_now() -> Panel:
    ready = select("kube_pod_container_status_ready", *CONTAINER)
    return stat(
        About(
            id=PANEL_IDS["ready-now"],
            title="Containers",
            description=(
                "Containers of the choice that are ready, and those that are not: pending, starting, crashing. Only ready ones receive requests. "
                "A router that loads models is not ready for minutes."
            ),
            unit="none",
            no_value=NO_PODS,
        ),
        Query(f"sum({ready})", "ready", GREEN),
        Query(f"count({ready}) - sum({ready})", "not"),
        bound=1,
    )


def restarts_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["restarts-now"],
            title="Restarts",
            description=(
                "Restarts of the containers within the range on screen, as the kubelet counts them. The table and Terminated or waiting by reason tell which and why."
            ),
            unit="short",
            no_value=NO_PODS,
        ),
        Query(in_range(RESTARTS, *CONTAINER), "restarts"),
        bound=1,
    )


def waiting_now() -> Panel:
    waiting = f"count({select('kube_pod_container_status_waiting_reason', *CONTAINER)} == 1)"
    return stat(
        About(
            id=PANEL_IDS["waiting-now"],
            title="Cannot start",
            description=(
                "Containers that the kubelet does not start at this moment: CrashLoopBackOff, ImagePullBackOff, a missing ConfigMap or Secret. "
                "Normal: 0. kubectl describe pod names the cause."
            ),
            unit="none",
            no_value=NO_PODS,
        ),
        Query(or_pods(waiting), "held up"),
        bound=1,
    )


def killed_now() -> Panel:
    killed = select("kube_pod_container_status_last_terminated_reason", *CONTAINER, 'reason="OOMKilled"')
    return stat(
        About(
            id=PANEL_IDS["killed-now"],
            title="OOM killed",
            description=(
                "Containers whose last end was a kill for memory, however long ago. Normal: 0. It stays until the pod is replaced. Raise the memory limit, or "
                "load fewer or smaller classifiers."
            ),
            unit="none",
            no_value=NO_PODS,
        ),
        Query(or_pods(f"count({killed} == 1)"), "killed"),
        bound=1,
    )


def memory_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["memory-now"],
            title="Memory / limit",
            description=(
                "Working set over the memory limit, of the pod where it is highest. Red from 90 % by default: at 100 % the container is killed. Classifier "
                "weights count, and stay."
            ),
            unit="percentunit",
            no_value=NO_LIMIT,
            decimals=0,
        ),
        Query(f"max({usage.memory_share()})", "memory"),
        bound=bounds.MEMORY,
    )


def cpu_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["cpu-now"],
            title="CPU / limit",
            description=(
                "Cores in use over the CPU limit, mean of the last 5 minutes, of the pod where it is highest. Red from 90 %. Without a limit there "
                "is nothing to compare with, and that is fine for CPU."
            ),
            unit="percentunit",
            no_value=NO_LIMIT,
            decimals=0,
        ),
        Query(f"max({usage.cpu_share(RECENT)})", "cpu"),
        bound=bounds.CPU,
    )


def throttled_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["throttled-now"],
            title="Throttled",
            description=(
                "Share of the scheduler's periods (0.1 s) in which a container was stopped because its CPU limit was used up, last 5 minutes, worst "
                "pod. Red from 25 %. Bursts of classification are throttled long before the mean CPU reaches the limit."
            ),
            unit="percentunit",
            no_value=NO_LIMIT,
            decimals=0,
        ),
        Query(f"max({usage.throttled(RECENT)})", "throttled"),
        bound=bounds.THROTTLED,
    )


def volume_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["volume-now"],
            title="Fullest volume",
            description=(
                "Used share of the fullest volume that the pods mount. Red from 85 %. A full volume for models makes the next start fail, not "
                "the running router."
            ),
            unit="percentunit",
            no_value="no volumes",
            decimals=0,
        ),
        Query(f"max({USED_SHARE})", "fullest"),
        bound=bounds.VOLUME,
    )


def pods() -> Panel:
    def cell(expression: str) -> str:
        return f"sum by (pod) ({expression})"

    return table(
        About(
            id=PANEL_IDS["pods"],
            title="All pods",
            description=(
                "One line a pod, those that are not ready first, as of the end of the range; CPU and throttling are means of the last 5 minutes. "
                "Click a heading to sort. Empty cells: the pod does not run, or has no limit."
            ),
            unit="short",
            no_value="no pods found",
        ),
        Column("Pod", label="pod", width=320),
        Column("Ready", cell(select("kube_pod_container_status_ready", *CONTAINER)), decimals=0),
        Column("Restarts", f"round(sum by (pod) (increase({select(RESTARTS, *CONTAINER)}[{RANGE}])))", decimals=0, bound=1),
        Column("All restarts", cell(select(RESTARTS, *CONTAINER)), decimals=0),
        Column("CPU", cell(usage.cpu(RECENT)), unit=CORES, decimals=2),
        Column("CPU / limit", cell(usage.cpu_share(RECENT)), unit="percentunit", decimals=0, bound=bounds.CPU),
        Column("Throttled", cell(usage.throttled(RECENT)), unit="percentunit", decimals=0, bound=bounds.THROTTLED),
        Column("Memory", cell(usage.memory()), unit="bytes", decimals=2),
        Column("Mem / limit", cell(usage.memory_share()), unit="percentunit", decimals=0, bound=bounds.MEMORY),
        Column("Request", cell(total("kube_pod_container_resource_requests", *CONTAINER, 'resource="memory"', by=["pod"])), unit="bytes"),
        first="Ready",
    )
