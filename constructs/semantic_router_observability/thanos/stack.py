"""`ThanosStack`: several Prometheus as one source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import duration_seconds, listed, service_name
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.certificate import serving_certificate
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import PART_OF, labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles, single_writer
from semantic_router_observability.kubernetes.ports import THANOS_GRPC, THANOS_HTTP
from semantic_router_observability.kubernetes.replicas import disruption_budget, http_port, persistent_claim, web_service
from semantic_router_observability.kubernetes.secrets import pull_uses
from semantic_router_observability.kubernetes.storage import Claim, volume_source
from semantic_router_observability.kubernetes.traffic import Flow, Pods, Port, Traffic
from semantic_router_observability.login.types import WEB_CONFIG
from semantic_router_observability.login.web import WebServer

from . import blocks as blocks_pods
from . import query
from .blocks import Compactor, StoreGateway
from .forms import CLUSTER, REPLICA, StoreApi
from .object_storage import BlockRetention, Bucket, ObjectStorage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.endpoint import Endpoint
    from semantic_router_observability.kubernetes.secrets import SecretUse
    from semantic_router_observability.kubernetes.serving import ServingTls
    from semantic_router_observability.login.types import Login
    from semantic_router_observability.prometheus.stack import PrometheusStack

MOST_REPLICAS = 9
"""Highest number of pods of Thanos Query."""


class ThanosStack(Construct):
    """Thanos Query over several Prometheus that scrape the same routers: one line a series, also while one of them is down.

    Usage:
        labels = {"cluster": "prod-eu"}
        pair = [PrometheusStack(chart, id, external_labels=labels, sidecar=ThanosSidecar()) for id in ("prometheus-a", "prometheus-b")]
        GrafanaStack(chart, "grafana", sources=[ThanosStack(chart, "thanos", sources=pair)])

    Objects are named after `id`: Deployment and Service `<id>-query`, StatefulSets `<id>-store` and `<id>-compact`.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the stack makes. At most 40 characters, so that pod names and labels stay legal.
        sources: The Prometheus, each with a `sidecar`, and with the same external labels and interval. With `object_storage` one is enough.
        object_storage: Where the sidecars upload blocks, the same as theirs; they are read and compacted here. Default: none, history reaches
            as far as the Prometheus.
        block_retention: How long samples stay in the object storage. Default: a year.
        store: Pod that reads blocks for queries. Default: see `StoreGateway`.
        compactor: Pod that merges and deletes blocks. Default: see `Compactor`.
        response_timeout: How long a source may send nothing before a query goes on without it, with a warning. Default `5s`: a sidecar that
            hangs would otherwise hold every query for 14 s.
        uid: Uid of the data source that Grafana makes of it; two sources of one Grafana need two. Default: `id`.
        login: How clients authenticate: basic authentication, client certificates, or none with a reason. Default: no authentication, which is
            refused if a source has one.
        tls: Certificate that Thanos Query shows inside the cluster; the name in it is that of Service `<id>-query`. Default: none, plain HTTP.
        replicas: Number of pods of Thanos Query. Default 2: Grafana shows nothing without any.
        resources: Requests and limits of Thanos Query. Default 100m CPU, 256Mi memory, limit 1Gi memory: it takes 77 MB when idle, and holds the
            series of the queries that it answers.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
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
        sources: Sequence[PrometheusStack],
        object_storage: ObjectStorage | None = None,
        block_retention: BlockRetention = BlockRetention(),  # noqa: B008  frozen
        store: StoreGateway = StoreGateway(),  # noqa: B008  frozen
        compactor: Compactor = Compactor(),  # noqa: B008  frozen
        response_timeout: str = "5s",
        uid: str | None = None,
        login: Login | None = None,
        tls: ServingTls | None = None,
        replicas: int = 2,
        resources: Resources = Resources(cpu="100m", memory="256Mi", memory_limit="1Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.THANOS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("ThanosStack", "id"), id, limit=40)
        namespace = namespace_of(scope)
        stores = _stores(id, sources, object_storage)
        _check_alone(scope, id, namespace, object_storage)
        duration_seconds(place(id, "response_timeout"), response_timeout)
        if not 1 <= replicas <= MOST_REPLICAS:
            raise ConfigError(place(id, "replicas"), replicas, f"write 1 to {MOST_REPLICAS}; with 2, one can fail or be updated")
        image = registries.resolve(place(id, "image"), image)
        name = f"{id}-query"
        web = WebServer(service=name, namespace=namespace, port=THANOS_HTTP, external_url=None, directory=query.WEB, login=login, tls=tls)
        if not web.asks and (protected := next((source for source in sources if source.endpoint.has_login), None)):
            raise ConfigError(
                place(id, "login"),
                None,
                f"{protected.node.id} asks for a login, and its samples would be read here without one; give {arg('login')}, which may be the same",
            )
        super().__init__(scope, id)

        owned = labels("thanos", name, "query")
        selector = selector_labels("thanos", name)
        pods = Pods(namespace, selector)
        first = sources[0].endpoint
        self.endpoint: Endpoint = msgspec.structs.replace(
            web.endpoint("thanos", pods),
            uid=uid or id,
            interval=first.interval,
            recording_rules=all(source.endpoint.recording_rules for source in sources),
            lines=first.lines,
            runbooks=first.runbooks,
            optional_dashboards=list(dict.fromkeys([*first.optional_dashboards, "thanos"])),
            sources=len(stores),
            router_namespaces=first.router_namespaces,
        )
        """Where it is reached, and what others have to know to connect to it."""
        blocks = Pods(namespace, selector_labels("thanos", f"{id}-store"))
        read = [*(source.pods for source in stores), *([blocks] if object_storage else [])]
        self.traffic: Sequence[Traffic] = (
            Traffic(name=name, pods=pods, sends=tuple(Flow(peer=peer, ports=(Port(THANOS_GRPC),), why="samples") for peer in read)),
            *(
                Traffic(
                    name=f"{id}-{part}",
                    pods=Pods(namespace, selector_labels("thanos", f"{id}-{part}")),
                    sends=object_storage.flows(namespace),
                )
                for part in (("store", "compact") if object_storage else ())
                if object_storage
            ),
        )
        """Connections that its pods open; those to them are part of what connects."""
        serving_certificate(self, name, namespace, tls, labels=owned)
        account = service_account(self, name, labels=owned, annotations=metadata.service_account_annotations)
        files = {key: text for key, text in web.config_files(SecretFiles(query.WEB)).items() if key == WEB_CONFIG}
        config_map = f"{name}-config"
        if files:
            Manifest(self, "config", api_version="v1", kind="ConfigMap", name=config_map, labels=owned, data=files)
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="Deployment",
            name=name,
            labels=owned,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": selector},
                "template": metadata.on(
                    query.template(
                        labels=owned,
                        selector=selector,
                        arguments=query.arguments(
                            endpoints=[
                                *(f"{source.service}.{source.namespace}.svc:{THANOS_GRPC}" for source in stores),
                                *([f"{id}-store.{namespace}.svc:{THANOS_GRPC}"] if object_storage else []),
                            ],
                            downsampled=object_storage is not None,
                            interval=first.interval,
                            response_timeout=response_timeout,
                            web=web,
                        ),
                        account=account.name,
                        image=image,
                        registries=registries,
                        replicas=replicas,
                        resources=resources,
                        placement=placement,
                        platform=platform,
                        config_map=config_map,
                        web=web,
                    )
                ),
            },
        )
        """The Deployment of Thanos Query, also `node.default_child`, so that `ApiObject.of(stack)` reaches it."""
        self.node.default_child = self.workload
        self.secret_references: Sequence[SecretUse] = [*web.secret_uses(), *pull_uses(namespace, name, registries.pull_secrets)]
        """Keys of Secrets that it reads."""
        self.service = web_service(self, name, labels=owned, selector=selector, port=THANOS_HTTP, tls=tls)
        """Service that Grafana connects to."""
        disruption_budget(self, name, labels=owned, selector=selector, clustered=replicas > 1)
        _budget_of_sources(self, id, namespace, stores)
        self.object_storage = object_storage
        """Where blocks are kept, if anywhere."""
        self.store: Manifest | None = None
        """The StatefulSet that reads blocks, with object storage."""
        self.compactor: Manifest | None = None
        """The StatefulSet that merges and deletes blocks, with object storage."""
        if object_storage is not None:

            def of_blocks(part: str, settings: StoreGateway | Compactor, arguments: Sequence[str]) -> Manifest:
                return _workload_of_blocks(
                    self,
                    f"{id}-{part}",
                    part,
                    settings,
                    arguments,
                    object_storage,
                    metadata=metadata,
                    image=image,
                    registries=registries,
                    placement=placement,
                    platform=platform,
                )

            self.store = of_blocks("store", store, blocks_pods.store_arguments(object_storage))
            self.compactor = of_blocks("compact", compactor, blocks_pods.compactor_arguments(object_storage, block_retention))
            for part in ("store", "compact"):
                self.secret_references = [
                    *self.secret_references,
                    *object_storage.uses(namespace, f"{id}-{part}"),
                    *pull_uses(namespace, f"{id}-{part}", registries.pull_secrets),
                ]
        self._sources = tuple(sources)
        """Its Prometheus, whose alerts link the Grafana that shows it."""
        for source in sources:
            source.bind(self.endpoint)
        self.endpoint = msgspec.structs.replace(self.endpoint, lines=sources[0].endpoint.lines)
        """The same, with the red lines of alerts that compare the number of sources."""
        components_of(scope).announce(self)
        components_of(scope).watch(self)

    def learn(self, component: object) -> None:
        """Nothing to do: it reads the sources that it was given."""

    def update(self) -> None:
        """Show the red lines of the first source as they are now."""
        self.endpoint = msgspec.structs.replace(self.endpoint, lines=self._sources[0].endpoint.lines)

    def bind(self, later: Endpoint) -> None:
        """Learn of a Grafana that shows it: links in the alerts of its sources lead to that."""
        for source in self._sources:
            source.bind(later)


def _workload_of_blocks(
    scope: Construct,
    name: str,
    part: str,
    settings: StoreGateway | Compactor,
    arguments: Sequence[str],
    object_storage: ObjectStorage,
    *,
    metadata: Metadata,
    image: str,
    registries: ImageRegistries,
    placement: Placement,
    platform: Platform,
) -> Manifest:
    """StatefulSet of one pod with its Service and claim."""
    owned, selector = labels("thanos", name, part), selector_labels("thanos", name)
    grpc = isinstance(settings, StoreGateway)
    scope = Construct(scope, part)
    # An account for each: only the compactor needs the right to delete.
    account = service_account(scope, name, labels=owned, annotations=metadata.service_account_annotations)
    Manifest(
        scope,
        "service",
        api_version="v1",
        kind="Service",
        name=name,
        labels=owned,
        spec={
            "clusterIP": "None",
            "selector": selector,
            "ports": [*([{"name": "grpc", "port": THANOS_GRPC, "targetPort": "grpc"}] if grpc else []), http_port(THANOS_HTTP)],
        },
    )
    if isinstance(settings.storage, Claim):
        persistent_claim(scope, "data", f"{name}-data", labels=owned, claim=settings.storage)
    pod = blocks_pods.template(
        container=f"thanos-{part}",
        labels=owned,
        arguments=arguments,
        account=account.name,
        image=image,
        registries=registries,
        resources=settings.resources,
        placement=placement,
        platform=platform,
        data=volume_source(settings.storage, f"{name}-data"),
        storage=object_storage,
        grpc=grpc,
    )
    return Manifest(
        scope,
        "workload",
        api_version="apps/v1",
        kind="StatefulSet",
        name=name,
        labels=owned,
        spec={**single_writer(name), "replicas": 1, "selector": {"matchLabels": selector}, "template": metadata.on(pod)},
    )


def _check_alone(scope: Construct, id: str, namespace: str, object_storage: ObjectStorage | None) -> None:
    """Refuse a second compactor of one object storage among the stacks of the app."""
    for other in components_of(scope).made:
        if not isinstance(other, ThanosStack) or object_storage is None:
            continue
        if (namespace_of(other), other.object_storage) == (namespace, object_storage):
            expected = (
                f"{other.node.id} compacts it already, and two compactors destroy each other's blocks; "
                "give another one, or all sources to one stack"
            )
            raise ConfigError(place(id, "object_storage"), _name(object_storage), expected)


def _name(object_storage: ObjectStorage | None) -> str | None:
    return object_storage.name if isinstance(object_storage, Bucket) else object_storage.claim if object_storage else None


def _budget_of_sources(scope: Construct, id: str, namespace: str, stores: Sequence[StoreApi]) -> None:
    """Let a drained node take one Prometheus of the replicas at a time, although each is a workload of its own."""
    replicas = [store.name for store in stores if store.namespace == namespace]
    if len(replicas) > 1:
        Manifest(
            scope,
            "budget-of-sources",
            api_version="policy/v1",
            kind="PodDisruptionBudget",
            name=f"{id}-sources",
            labels=labels("thanos", id, "query"),
            spec={
                "maxUnavailable": 1,
                "selector": {
                    "matchLabels": {"app.kubernetes.io/name": "prometheus", "app.kubernetes.io/part-of": PART_OF},
                    "matchExpressions": [{"key": "app.kubernetes.io/instance", "operator": "In", "values": replicas}],
                },
            },
        )


def _stores(id: str, sources: Sequence[PrometheusStack], object_storage: ObjectStorage | None) -> list[StoreApi]:
    """Check that the sources are replicas of one another."""
    listed(place(id, "sources"), sources)
    stores: list[StoreApi] = []
    for index, source in enumerate(sources):
        where = place(id, "sources", index)
        store = getattr(source, "store", None)
        if store is None:
            raise ConfigError(where, source.node.id, f"it has no Thanos sidecar; give it {arg('sidecar')}")
        if store.object_storage != object_storage:
            raise ConfigError(
                (*where, "sidecar", "object_storage"),
                _name(store.object_storage),
                f"this stack reads {_name(object_storage) or 'no object storage'}; give both the same: blocks of another would not be read or compacted",
            )
        same = next((other for other in stores if other.name == store.name), None)
        if same is not None:
            raise ConfigError(where, store.name, f"two sources have this id, and so the same label {REPLICA}; give each replica its own id")
        for other, known in zip(sources, stores, strict=False):
            mine, theirs = ({name: value for name, value in part.labels.items() if name != REPLICA} for part in (store, known))
            if mine.get(CLUSTER) != theirs.get(CLUSTER):
                raise ConfigError(
                    where,
                    mine[CLUSTER],
                    f"{known.name} names cluster {theirs[CLUSTER]}; replicas scrape the same routers, so write the same",
                )
            if mine != theirs:
                names = sorted(name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name))
                raise ConfigError(
                    where,
                    store.name,
                    f"external label {names[0]} is not that of {known.name}; replicas may differ in none, or their series are not merged",
                )
            if source.endpoint.interval != other.endpoint.interval:
                raise ConfigError(
                    where,
                    source.endpoint.interval,
                    f"{known.name} scrapes every {other.endpoint.interval}; replicas have the same interval",
                )
        stores.append(store)
    if not stores or (len(stores) == 1 and object_storage is None):
        raise ConfigError(
            place(id, "sources"),
            [store.name for store in stores],
            f"give at least two replicas, or {arg('object_storage')}: with one and none, Grafana reads Prometheus itself",
        )
    return stores
