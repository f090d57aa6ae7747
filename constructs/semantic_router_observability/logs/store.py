"""`LogStore`: keeps the routers' log lines, for those who have no store of logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.alerting.facts import LOGS_JOB
from semantic_router_observability.checks import Url, dns_label, duration_seconds, listed, service_name
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
from semantic_router_observability.kubernetes.replicas import http_port, persistent_claim, web_service
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.storage import Claim, Storage, size_bytes, volume_source
from semantic_router_observability.kubernetes.traffic import Flow, Pods, Port, Traffic
from semantic_router_observability.prometheus.retention import SIZE_SHARE
from semantic_router_observability.prometheus.scrape import PodJob

from . import pod

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPONENT: Final = "victoria-logs"
"""Label of its pods, by which Grafana knows the kind of data source."""

PLUGIN: Final = "victoriametrics-logs-datasource"
"""Grafana's plugin for it, and the type of the data source."""

UID: Final = "victorialogs"
"""Uid of the data source that Grafana makes of it."""

RETENTION: Final = "14d"
_DAY: Final = 86_400


class LogStore(Construct):
    """A VictoriaLogs that keeps the routers' log lines, for clusters without a store of logs.

    Usage:
        logs = LogStore(chart, "log-store", collectors=["logging"])
        PrometheusStack(chart, "prometheus", scrape_jobs=[logs.scrape_job])
        GrafanaStack(chart, "grafana", sources=[prometheus], data_sources=[logs])

    A collector on the nodes sends the lines, by the protocol of Loki or OpenTelemetry; the pipelines under `examples/logs` remove the users'
    questions before. Objects are named after `id`: StatefulSet, Service, ServiceAccount `<id>`, claim `<id>-data`. Grafana installs the
    plugin for it when it starts, from grafana.com, unless `install_plugin` is false.

    A client that may send may also read: the program has one port and no authentication of its own.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the store makes. At most 50 characters, so that pod names and labels stay legal.
        collectors: Namespaces of the collectors that send lines. At least one; network policies deny the others.
        retention: How long lines are kept, at least `1d`. Default `14d`: an incident is looked into within two weeks.
        storage: Where the lines are. Default: a declared claim of 20Gi, of which lines may fill 80 %; then the oldest days are dropped before
            their time.
        install_plugin: Have Grafana install its plugin for VictoriaLogs, from grafana.com. False where the image has it already. Default true.
        resources: Requests and limits. Default 100m CPU, 256Mi memory, limit 1Gi memory, of which it takes at most 60 % for caches.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
        image: Container image of VictoriaLogs. Default: the pinned release.
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
        collectors: Sequence[str],
        retention: str = RETENTION,
        storage: Storage = Claim(size="20Gi"),  # noqa: B008  frozen
        install_plugin: bool = True,
        resources: Resources = Resources(cpu="100m", memory="256Mi", memory_limit="1Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.VICTORIA_LOGS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("LogStore", "id"), id, limit=50)
        namespace = namespace_of(scope)
        _check_collectors(id, collectors)
        args = pod.arguments(_retention(id, retention), _most_bytes(id, storage), int(SIZE_SHARE * 100))
        image = registries.resolve(place(id, "image"), image)
        super().__init__(scope, id)

        owned, selector = labels(COMPONENT, id, "logs"), selector_labels(COMPONENT, id)
        pods = Pods(namespace, selector)
        self.endpoint: Endpoint = Endpoint(
            url=Url.of(f"http://{id}.{namespace}.svc:{pod.PORT}"),
            component=COMPONENT,
            pods=pods,
            pod_port=pod.PORT,
            uid=UID,
            plugin=PLUGIN if install_plugin else None,
        )
        """Where collectors send lines, and Grafana reads them."""
        self.scrape_job = PodJob(name=LOGS_JOB, port=pod.PORT, match_labels=selector, namespaces=(namespace,))
        """Job by which a Prometheus scrapes the store's own metrics, and has the alerts about it."""
        self.traffic: Sequence[Traffic] = (
            Traffic(
                name=id,
                pods=pods,
                receives=tuple(Flow(peer=Pods(sender), ports=(Port(pod.PORT),), why="log lines of collectors") for sender in collectors),
            ),
        )
        """Connections of the collectors; Grafana's and Prometheus's are part of theirs."""
        self.secret_references: Sequence[SecretUse] = pull_uses(namespace, id, registries.pull_secrets)
        """Keys of Secrets that it reads: none but those for images."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
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
                        args=args,
                        data=volume_source(storage, claim),
                    )
                ),
            },
        )
        """The StatefulSet, also `node.default_child`, so that `ApiObject.of(store)` reaches it."""
        self.node.default_child = self.workload
        self.service = web_service(self, id, labels=owned, selector=selector, port=pod.PORT)
        """Service that collectors and Grafana connect to."""
        Manifest(
            self,
            "headless",
            api_version="v1",
            kind="Service",
            name=headless,
            labels=owned,
            spec={"clusterIP": "None", "selector": selector, "ports": [{**http_port(pod.PORT), "name": "web"}]},
        )
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what reads it."""


def _check_collectors(id: str, collectors: Sequence[str]) -> None:
    listed(place(id, "collectors"), collectors)
    if not collectors:
        raise ConfigError(place(id, "collectors"), [], "name at least one namespace, that of the collector which sends the lines")
    for index, namespace in enumerate(collectors):
        dns_label(place(id, "collectors", index), namespace)


def _retention(id: str, retention: str) -> str:
    """In hours, which the program takes whatever the unit was."""
    seconds = duration_seconds(place(id, "retention"), retention)
    if seconds < _DAY:
        raise ConfigError(place(id, "retention"), retention, "write at least 1d: lines are kept and dropped by days")
    return f"{int(seconds) // 3600}h"


def _most_bytes(id: str, storage: Storage) -> int | None:
    size = size_bytes(storage)
    if size is not None and size < 2**30:
        raise ConfigError(place(id, "storage", "size"), storage.size, "write at least 1Gi; lines that come in are merged into larger files")
    return None if size is None else int(size * SIZE_SHARE)
