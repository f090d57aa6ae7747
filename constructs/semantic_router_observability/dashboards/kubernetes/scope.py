"""What the page looks at: containers named like the router's, as kube-state-metrics, cAdvisor and the kubelet report them.

Pods are found by the name of their container, which every way of installing the router shares (`semantic-router`), and not by asking
which pods are scraped: the pods of interest may not run. The three exporters put the pod into the labels `namespace`, `pod` and
`container`; their scrape jobs have to keep those (`honor_labels: true`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.models.dashboard import VariableOption

from semantic_router_observability.dashboards.fleet.replicas import SHOWN
from semantic_router_observability.dashboards.others import select
from semantic_router_observability.dashboards.panels import GREY, Query
from semantic_router_observability.dashboards.queries import RANGE
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable

ROUTER_CONTAINER: Final = "semantic-router"
"""Name of the router's container in the Helm chart and in the project's plain manifests."""

POD: Final = (CLUSTER, 'namespace=~"$namespace"', 'pod=~"$pod"')
CONTAINER: Final = (*POD, 'container=~"$container"')

POD_LABELS: Final = ("namespace", "pod")
BY_POD: Final = "by (namespace, pod)"

CONTAINERS: Final = select("kube_pod_container_info", *CONTAINER)
"""1 for each container of the choice, whether it runs or not."""

PODS: Final = f"max {BY_POD} ({CONTAINERS})"
"""1 for each pod with such a container."""

NO_PODS: Final = "no such pod"
NO_CADVISOR: Final = "no cAdvisor metrics"
NO_LIMIT: Final = "no limit set"


def variables() -> Sequence[DatasourceVariable | QueryVariable]:
    """Return the filters. The namespace is shared with the pages about the router, so that links carry it along.

    The container has no "All": cAdvisor reports the pod as a whole beside its containers, and "All" would count both.
    """
    info = "kube_pod_container_info"
    place = f'{CLUSTER}, namespace=~"$namespace"'
    container = choices("container", "Container", f"label_values({info}{{{place}}}, container)")
    return (
        source_variable(),
        cluster_variable(info),
        choices("namespace", "Namespace", f"label_values({info}{{{CLUSTER}}}, namespace)"),
        container.include_all(False).current(VariableOption(selected=True, text=[ROUTER_CONTAINER], value=[ROUTER_CONTAINER])),
        choices("pod", "Pod", f'label_values({info}{{{place}, container=~"$container"}}, pod)'),
    )


def of_pods(expression: str) -> str:
    """Keep of a pod's own metrics, which name no container, those of the chosen containers' pods."""
    return f"{expression} and on (namespace, pod) {PODS}"


def or_pods(expression: str) -> str:
    """Fall back to 0 while there is a pod. For results without labels."""
    return f"({expression} or 0 * count({PODS}))"


def limit(resource: str) -> str:
    """Limit of a resource, for each pod."""
    matcher = f'resource="{resource}"'
    return f"sum {BY_POD} ({select('kube_pod_container_resource_limits', *CONTAINER, matcher)})"


GONE: Final = f"topk({SHOWN}, max {BY_POD} (last_over_time({CONTAINERS}[{RANGE}] @ end())) unless max {BY_POD} ({CONTAINERS} @ end()))"
"""Pods that no longer exist at the end of the range: they keep their history."""


def by_pod(expression: str) -> tuple[Query, Query]:
    """Draw the pods that were highest at any time on screen, those that no longer exist at its end, and the median of all."""
    highest = f"topk({SHOWN}, max_over_time(({expression})[{RANGE}:$__interval] @ end()))"
    shown = f"({expression}\nand on (namespace, pod) ({highest} or {GONE}))"
    named = f'label_replace({shown}, "replica", "$1", "pod", "(.+)")'
    brief = f'label_replace({named}, "replica", "$1", "pod", ".+-(.+-.....)")'
    return Query(brief, "{{replica}}"), Query(f"quantile(0.5, {expression})", "median", GREY)
