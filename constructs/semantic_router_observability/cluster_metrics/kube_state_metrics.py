"""`KubeStateMetrics`: what the API server knows of the routers' pods, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import dns_label, listed, one_of, service_name, unique
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import (
    API_TOKEN_PATH,
    CONTAINER,
    Placement,
    Resources,
    api_token_volume,
    http_probe,
    pod_metadata,
    pod_spec,
    start_up_probe,
)
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.traffic import ApiServer, Flow, Pods, Traffic
from semantic_router_observability.prometheus.presets import KubeStateMetricsJob
from semantic_router_observability.prometheus.rbac import grant
from semantic_router_observability.router.target import ALL_NAMESPACES

from .options import API_GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.endpoint import Endpoint

    from .options import Collector

METRICS: Final = 8080
TELEMETRY: Final = 8081


class KubeStateMetrics(Construct):
    """A kube-state-metrics for a few namespaces, with rights in them alone.

    Usage:
        state = KubeStateMetrics(chart, "kube-state-metrics", namespaces=["routing"])
        PrometheusStack(chart, "prometheus", scrape_jobs=[state.scrape_job])

    It reads pods and CronJobs of these namespaces by a Role in each, no Secret, and nothing of the cluster as a whole. With its metrics, the
    dashboard "Router on Kubernetes" and the alerts on memory near its limit and on overdue backups have what they need. Objects are named
    after `id`: Deployment, ServiceAccount, Roles and their bindings. One that exists is scraped by `KubeStateMetricsJob` instead.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything it makes. At most 50 characters, so that pod names and labels stay legal.
        namespaces: Namespaces whose objects it reports. Default: its own.
        collectors: Kinds of objects it reports. Default `pods` and `cronjobs`, which the dashboards and alerts use; add others for your own.
        resources: Requests and limits. Default 10m CPU, 32Mi memory, limit 128Mi memory.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere.
        metadata: Labels and annotations of its pod and its ServiceAccount. Default: only the stack's own.
        image: Container image. Default: the pinned release.
        registries: Mirrors and pull secrets. Default: none.
        platform: Kind of cluster: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of pods itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        namespaces: Sequence[str] = (),
        collectors: Sequence[Collector] = ("pods", "cronjobs"),
        resources: Resources = Resources(cpu="10m", memory="32Mi", memory_limit="128Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.KUBE_STATE_METRICS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("KubeStateMetrics", "id"), id, limit=50)
        namespace = namespace_of(scope)
        _check(id, namespaces, collectors)
        image = registries.resolve(place(id, "image"), image)
        super().__init__(scope, id)

        owned = labels("kube-state-metrics", id, "metrics")
        selector = selector_labels("kube-state-metrics", id)
        pods = Pods(namespace, selector)
        reported = tuple(namespaces) or (namespace,)
        self.scrape_job = KubeStateMetricsJob(match_labels=selector, port=METRICS, namespaces=(namespace,), of_namespaces=reported)
        """Job by which a Prometheus scrapes it. With it, a Grafana that shows a PrometheusStack has the dashboard "Router on Kubernetes"."""
        self.traffic: Sequence[Traffic] = (
            Traffic(name=id, pods=pods, sends=(Flow(peer=ApiServer(), ports=(), why="state of pods and other objects"),)),
        )
        """Connections that its pod opens."""
        self.secret_references: Sequence[SecretUse] = pull_uses(namespace, id, registries.pull_secrets)
        """Keys of Secrets that it reads: none besides pull secrets."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.roles: Sequence[Manifest] = grant(
            self,
            id,
            namespaces=reported,
            own_namespace=namespace,
            account={"name": account.name, "namespace": namespace},
            labels=owned,
            read=_rules(collectors),
        )
        """Roles and bindings, a pair a namespace."""
        template = {
            "metadata": pod_metadata("kube-state-metrics", owned),
            "spec": {
                **pod_spec(account=account.name, registries=registries, placement=placement, platform=platform, labels=owned),
                "containers": [_container(image, resources, reported, collectors)],
                "volumes": [api_token_volume("token")],
            },
        }
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="Deployment",
            name=id,
            labels=owned,
            spec={
                "replicas": 1,
                # Two at once would report every object twice, and sums over them would be wrong for a moment.
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": selector},
                "template": metadata.on(template),
            },
        )
        """The Deployment, also `node.default_child`, so that `ApiObject.of(state)` reaches it."""
        self.node.default_child = self.workload
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what scrapes it."""


def _check(id: str, namespaces: Sequence[str], collectors: Sequence[Collector]) -> None:
    for name, values in (("namespaces", namespaces), ("collectors", collectors)):
        listed(place(id, name), values)
        unique(place(id, name), list(values), name)
    for index, namespace in enumerate(namespaces):
        if namespace == ALL_NAMESPACES:
            expected = "name the namespaces: it has a Role in each; for the whole cluster, scrape one that exists, by a job of type kubeStateMetrics"
            raise ConfigError(place(id, "namespaces", index), namespace, expected)
        dns_label(place(id, "namespaces", index), namespace)
    for index, collector in enumerate(collectors):
        one_of(place(id, "collectors", index), collector, API_GROUPS)
    if "pods" not in collectors:
        raise ConfigError(place(id, "collectors"), list(collectors), "add pods: the dashboard and the alerts are about them")


def _rules(collectors: Sequence[Collector]) -> list[dict[str, Any]]:
    by_group: dict[str, list[str]] = {}
    for collector in collectors:
        by_group.setdefault(API_GROUPS[collector], []).append(collector)
    return [{"apiGroups": [group], "resources": kinds, "verbs": ["list", "watch"]} for group, kinds in by_group.items()]


def _container(image: str, resources: Resources, namespaces: Sequence[str], collectors: Sequence[Collector]) -> dict[str, Any]:
    return {
        "name": "kube-state-metrics",
        "image": image,
        "args": [
            f"--port={METRICS}",
            f"--telemetry-port={TELEMETRY}",
            f"--namespaces={','.join(namespaces)}",
            f"--resources={','.join(collectors)}",
        ],
        "ports": [{"name": "metrics", "containerPort": METRICS}, {"name": "http", "containerPort": TELEMETRY}],
        "resources": resources.body(),
        # Not /livez, which asks the API server: while that is away, restarts would help nobody.
        "startupProbe": start_up_probe("/readyz", minutes=1),
        "readinessProbe": http_probe("/readyz", period=5, failures=3),
        "livenessProbe": http_probe("/readyz", period=10, failures=6),
        **CONTAINER,
        "volumeMounts": [{"name": "token", "mountPath": API_TOKEN_PATH, "readOnly": True}],
    }
