"""`TraceStore`: keeps traces, for those who have no store of traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.alerting.facts import TRACE_STORE_JOB
from semantic_router_observability.checks import Url, duration_seconds, service_name
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.endpoint import Endpoint
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, single_writer
from semantic_router_observability.kubernetes.replicas import persistent_claim
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.storage import Claim, Storage, size_bytes, volume_source
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.prometheus.scrape import PodJob

from . import store_pod as pod
from .config import METRICS, OTLP
from .options import TraceDestination

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPONENT: Final = "jaeger"
"""Label of its pods, by which Grafana knows the kind of data source."""

RETENTION: Final = "7d"
_HOUR: Final = 3600


class TraceStore(Construct):
    """A Jaeger that keeps traces on a volume, for clusters without a store of traces.

    Usage:
        store = TraceStore(chart, "trace-store")
        gateway = TraceGateway(chart, "trace-gateway", destinations=[store.destination])
        PrometheusStack(chart, "prometheus", scrape_jobs=[gateway.scrape_job, store.scrape_job])
        GrafanaStack(chart, "grafana", sources=[prometheus], data_sources=[store])

    Only a `TraceGateway` that has it among its `destinations` may send to it, and removes what users wrote and who they are. Objects are named
    after `id`: StatefulSet, Service, ServiceAccount `<id>`, ConfigMap `<id>-config`, claim `<id>-data`.

    Traces are dropped after `retention`, and never before it for want of space: when the volume is full, no further ones are stored. The alert
    `TraceStoreFilling` fires before.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the store makes. At most 50 characters, so that pod names and labels stay legal.
        retention: How long a trace is kept, at least `1h`. Default `7d`: a slow request is looked into within a week.
        storage: Where traces are. Default: a declared claim of 20Gi.
        resources: Requests and limits. Default 100m CPU, 512Mi memory, limit 1Gi memory.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
        image: Container image of Jaeger 2. Default: the pinned release.
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
        retention: str = RETENTION,
        storage: Storage = Claim(size="20Gi"),  # noqa: B008  frozen
        resources: Resources = Resources(cpu="100m", memory="512Mi", memory_limit="1Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.JAEGER,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("TraceStore", "id"), id, limit=50)
        namespace = namespace_of(scope)
        _check_size(id, storage)
        files = {pod.CONFIG_FILE: pod.config(_retention(id, retention))}
        image = registries.resolve(place(id, "image"), image)
        super().__init__(scope, id)

        owned, selector = labels(COMPONENT, id, "traces"), selector_labels(COMPONENT, id)
        pods = Pods(namespace, selector)
        self.endpoint: Endpoint = Endpoint(
            url=Url.of(f"http://{id}.{namespace}.svc:{pod.QUERY}"), component=COMPONENT, pods=pods, pod_port=pod.QUERY, uid=COMPONENT
        )
        """Where Grafana reads traces."""
        self.destination = TraceDestination(name=id, url=f"http://{id}.{namespace}.svc:{OTLP}")
        """Where a `TraceGateway` sends them."""
        self.scrape_job = PodJob(name=TRACE_STORE_JOB, port=METRICS, match_labels=selector, namespaces=(namespace,))
        """Job by which a Prometheus scrapes the store's own metrics. With it, a PrometheusStack has the alert about its volume."""
        self.traffic: Sequence[Traffic] = (Traffic(name=id, pods=pods),)
        """It connects to nothing; the connections of the gateway, Grafana and Prometheus are part of theirs."""
        self.secret_references: Sequence[SecretUse] = pull_uses(namespace, id, registries.pull_secrets)
        """Keys of Secrets that it reads: none but those for images."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `jaeger.yaml`; no credential."""
        claim = f"{id}-data"
        if isinstance(storage, Claim):
            persistent_claim(self, "storage", storage.name or claim, labels=owned, claim=storage)
        headless = f"{id}-headless"
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="StatefulSet",
            name=id,
            labels=owned,
            spec={
                **single_writer(headless),
                "replicas": 1,
                "selector": {"matchLabels": selector},
                "template": metadata.on(
                    pod.template(
                        labels=owned,
                        account=account.name,
                        image=image,
                        registries=registries,
                        resources=resources,
                        placement=placement,
                        platform=platform,
                        config_map=self.config_map.name,
                        files=files,
                        data=volume_source(storage, claim),
                    )
                ),
            },
        )
        """The StatefulSet, also `node.default_child`, so that `ApiObject.of(store)` reaches it."""
        self.node.default_child = self.workload
        self.service = Manifest(
            self,
            "service",
            api_version="v1",
            kind="Service",
            name=id,
            labels=owned,
            spec={"selector": selector, "ports": pod.SERVICE_PORTS},
        )
        """Service that the gateway and Grafana connect to."""
        Manifest(
            self,
            "headless",
            api_version="v1",
            kind="Service",
            name=headless,
            labels=owned,
            spec={"clusterIP": "None", "selector": selector, "ports": pod.SERVICE_PORTS},
        )
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what reads it."""


def _retention(id: str, retention: str) -> str:
    """In hours, the longest unit that the program knows."""
    seconds = duration_seconds(place(id, "retention"), retention)
    if seconds < _HOUR:
        raise ConfigError(place(id, "retention"), retention, "write at least 1h: a trace is looked up after its request")
    return f"{int(seconds) // _HOUR}h"


def _check_size(id: str, storage: Storage) -> None:
    size = size_bytes(storage)
    if size is not None and size < pod.SMALLEST_VOLUME:
        raise ConfigError(
            place(id, "storage", "size"), storage.size, "write at least 5Gi; the store writes files of 1 GiB, and needs room to merge them"
        )
