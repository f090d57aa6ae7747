"""CPU and memory against requests and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.kubernetes import bounds, usage
from semantic_router_observability.dashboards.kubernetes.ids import PANEL_IDS
from semantic_router_observability.dashboards.kubernetes.scope import CONTAINER, NO_CADVISOR, NO_LIMIT, by_pod, limit
from semantic_router_observability.dashboards.others import highest
from semantic_router_observability.dashboards.panels import BLUE, CORES, VERMILION, About, Query, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by pod",
            description=(
                "Working set of the seven largest pods, the median, the request and the limit. Above the request a pod is the first to be evicted from a node "
                "short of memory; at the limit it is killed."
            ),
            unit="bytes",
            no_value=NO_CADVISOR,
        ),
        *by_pod(usage.memory()),
        Query(highest("kube_pod_container_resource_requests", *CONTAINER, 'resource="memory"'), "request", BLUE),
        Query(f"min({limit('memory')})", "limit", VERMILION),
    )


def memory_share() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory-share"],
            title="Memory over limit",
            description=(
                "Working set over the limit, seven highest pods and the median of all; the dashed line is 90 % by default. Normal: a plateau after models are "
                "loaded, with room for a burst of long prompts."
            ),
            unit="percentunit",
            no_value=NO_LIMIT,
        ),
        *by_pod(usage.memory_share()),
        bound=bounds.MEMORY,
        top=1,
    )


def cpu() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cpu"],
            title="CPU by pod",
            description=(
                "Cores in use by the seven busiest pods, the median, the request and the limit. The request is what a node guarantees when it is "
                "crowded; above it, speed depends on the neighbours."
            ),
            unit=CORES,
            no_value=NO_CADVISOR,
        ),
        *by_pod(usage.cpu()),
        Query(highest("kube_pod_container_resource_requests", *CONTAINER, 'resource="cpu"'), "request", BLUE),
        Query(f"min({limit('cpu')})", "limit", VERMILION),
    )


def throttled() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["throttled"],
            title="Throttled periods by pod",
            description=(
                "Share of periods in which a pod's container was stopped at its CPU limit, seven highest and the median of all; the dashed line is 25 %. "
                "Compare with routing overhead: if both rise together, raise or remove the limit."
            ),
            unit="percentunit",
            no_value=NO_LIMIT,
        ),
        *by_pod(usage.throttled()),
        bound=bounds.THROTTLED,
    )
