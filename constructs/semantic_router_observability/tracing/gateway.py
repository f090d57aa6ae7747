"""`TraceGateway`: takes the routers' spans, removes personal data, and passes them on to the stores of traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.alerting.facts import TRACES_JOB
from semantic_router_observability.checks import Url, listed, service_name, unique
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.endpoint import Endpoint
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
from semantic_router_observability.kubernetes.replicas import disruption_budget
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.traffic import Flow, Pods, Port, Traffic
from semantic_router_observability.network.destinations import flows_to
from semantic_router_observability.prometheus.scrape import PodJob
from semantic_router_observability.prometheus.traffic import router_flows
from semantic_router_observability.router.target import RouterTarget

from . import config, pod
from .options import TraceDestination, check_attribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .options import TailSampling

MOST_REPLICAS = 9


class TraceGateway(Construct):
    """An OpenTelemetry Collector between the routers and the stores of traces.

    Usage:
        traces = TraceGateway(chart, "trace-gateway", destinations=[TraceDestination(url="http://tempo.tracing.svc:4317")])
        PrometheusStack(chart, "prometheus", scrape_jobs=[traces.scrape_job])

    It deletes what users wrote and who they are before a span leaves the namespace, the router's `cache.key` first of all, which is the
    raw question. Objects are named after `id`: Deployment, Service, ServiceAccount `<id>`, ConfigMap `<id>-config`. Routers send to
    `<id>.<namespace>.svc:4317` by OTLP over gRPC; `sro explain router-settings` prints what to set in each installation style.

    Spans are held in memory: a pod that is killed loses those of the last second, and those that wait for a destination that does not
    answer, at most 20,000 for each destination.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the gateway makes. At most 50 characters, so that pod names and labels stay legal.
        destinations: Stores that get every trace that is kept. At least one.
        targets: Routers that may send, as Prometheus finds them. Default: all four installation styles in the gateway's namespace.
        sampling: Which traces are kept; it needs all spans of a trace in one pod. Default: all of them.
        drop_attributes: Further attributes to delete, by their whole names, on spans, events and resources. Default: none besides what users
            wrote and who they are, and the query string of `http.path`.
        replicas: Number of pods. Default 1. With `sampling`, only 1.
        resources: Requests and limits. Default 50m CPU, 64Mi memory, limit 256Mi memory: it takes 40 MB idle and 20 MB for each full queue.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; several replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
        image: Container image of the Kubernetes distribution of the OpenTelemetry Collector. Default: the pinned release.
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
        destinations: Sequence[TraceDestination],
        targets: Sequence[RouterTarget] = (RouterTarget(),),
        sampling: TailSampling | None = None,
        drop_attributes: Sequence[str] = (),
        replicas: int = 1,
        resources: Resources = Resources(cpu="50m", memory="64Mi", memory_limit="256Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.OTEL_COLLECTOR,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("TraceGateway", "id"), id, limit=50)
        namespace = namespace_of(scope)
        _check(id, destinations, targets, drop_attributes, replicas, sampling)
        image = registries.resolve(place(id, "image"), image)
        secrets = SecretFiles(pod.SECRETS)
        rendered = config.render(destinations=destinations, sampling=sampling, drop_attributes=drop_attributes, files=secrets)
        files = {pod.CONFIG_FILE: rendered}
        super().__init__(scope, id)

        owned = labels("trace-gateway", id, "traces")
        selector = selector_labels("trace-gateway", id)
        pods = Pods(namespace, selector)
        self.endpoint: Endpoint = Endpoint(
            url=Url.of(f"http://{id}.{namespace}.svc:{config.OTLP}"), component="trace-gateway", pods=pods, pod_port=config.OTLP
        )
        """Where routers send their spans."""
        self.scrape_job = PodJob(name=TRACES_JOB, port=config.METRICS, match_labels=selector, namespaces=(namespace,))
        """Job by which a Prometheus scrapes the gateway's own metrics. With it, a PrometheusStack has the alerts about the gateway."""
        self.traffic: Sequence[Traffic] = (
            Traffic(
                name=id,
                pods=pods,
                sends=tuple(
                    flow
                    for destination in destinations
                    for flow in flows_to(destination.url, namespace=namespace, why=f"traces to {destination.name}")
                ),
                receives=tuple(
                    Flow(peer=flow.peer, ports=(Port(config.OTLP),), why="spans of the routers")
                    for target in targets
                    for flow in router_flows(target, namespace)
                ),
            ),
        )
        """Connections that its pods open, and those of the routers."""
        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "restart"),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads, all of them when it starts."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `collector.yaml`; no credential."""
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="Deployment",
            name=id,
            labels=owned,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": selector},
                "template": metadata.on(
                    pod.template(
                        labels=owned,
                        selector=selector,
                        account=account.name,
                        image=image,
                        registries=registries,
                        replicas=replicas,
                        resources=resources,
                        placement=placement,
                        platform=platform,
                        config_map=self.config_map.name,
                        files=files,
                        secrets=secrets,
                    )
                ),
            },
        )
        """The Deployment, also `node.default_child`, so that `ApiObject.of(gateway)` reaches it."""
        self.node.default_child = self.workload
        self.service = Manifest(
            self,
            "service",
            api_version="v1",
            kind="Service",
            name=id,
            labels=owned,
            spec={"selector": selector, "ports": [{"name": pod.OTLP_PORT, "port": config.OTLP, "targetPort": pod.OTLP_PORT}]},
        )
        """Service that the routers send to."""
        disruption_budget(self, id, labels=owned, selector=selector, clustered=replicas > 1)
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what scrapes it."""


def _check(
    id: str,
    destinations: Sequence[TraceDestination],
    targets: Sequence[RouterTarget],
    drop_attributes: Sequence[str],
    replicas: int,
    sampling: TailSampling | None,
) -> None:
    for name, values in (("destinations", destinations), ("targets", targets), ("drop_attributes", drop_attributes)):
        listed(place(id, name), values)
    if not destinations:
        raise ConfigError(place(id, "destinations"), [], "give at least one store, such as url: http://tempo.tracing.svc:4317")
    unique(place(id, "destinations"), [destination.name for destination in destinations], "destinations")
    if not targets:
        raise ConfigError(place(id, "targets"), [], "name at least one router: no other pods may send")
    for index, name in enumerate(drop_attributes):
        check_attribute(place(id, "drop_attributes", index), name)
    if not 1 <= replicas <= MOST_REPLICAS:
        raise ConfigError(place(id, "replicas"), replicas, f"write 1 to {MOST_REPLICAS}")
    if sampling is not None and replicas > 1:
        raise ConfigError(
            place(id, "replicas"),
            replicas,
            f"write 1: {arg('sampling')} decides on whole traces, and the spans of one would reach several pods",
        )
