"""`Probes`: asks the router and whatever else matters to users as they do, from beside the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import listed, service_name
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.network.destinations import flows_to

from . import config, pod

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import Endpoint

    from .options import AnyProbe, CanaryProbe, HttpProbe, TcpProbe

MOST_PROBES = 100


class Probes(Construct):
    """A blackbox exporter that runs typed probes whenever Prometheus asks it to.

    Usage:
        probes = Probes(chart, "probes", http=[HttpProbe(name="gateway", url="https://chat.example.com/health")])
        PrometheusStack(chart, "prometheus", scrape_jobs=[probes.scrape_job])

    A probe over https, or over TCP with TLS, also tells when the certificate expires. With the job, a PrometheusStack has the alerts on probes that
    fail, on canaries that fail or are slow and on certificates, and a Grafana that shows it has the dashboard "Probes". Objects are named after
    `id`: Deployment, Service, ServiceAccount `<id>`, ConfigMap `<id>-config`. The exporter asks whatever its callers name, so network policies
    let only Prometheus connect to it, and let it connect only to what is probed.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything it makes. At most 50 characters, so that pod names and labels stay legal.
        http: Pages that are asked for. Default: none; of all kinds together, there are 1 to 100 probes.
        tcp: Servers that are connected to. Default: none.
        canaries: Questions to a model, through the gateway and the router. Default: none.
        resources: Requests and limits. Default 10m CPU, 32Mi memory, limit 128Mi memory.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere.
        metadata: Labels and annotations of its pod and its ServiceAccount. Default: only the stack's own.
        image: Container image of the blackbox exporter. Default: the pinned release.
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
        http: Sequence[HttpProbe] = (),
        tcp: Sequence[TcpProbe] = (),
        canaries: Sequence[CanaryProbe] = (),
        resources: Resources = Resources(cpu="10m", memory="32Mi", memory_limit="128Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.BLACKBOX_EXPORTER,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("Probes", "id"), id, limit=50)
        namespace = namespace_of(scope)
        _check(id, {"http": http, "tcp": tcp, "canaries": canaries})
        probes: tuple[AnyProbe, ...] = (*http, *tcp, *canaries)
        image = registries.resolve(place(id, "image"), image)
        secrets = SecretFiles(pod.SECRETS)
        files = {pod.CONFIG_FILE: config.render(probes, secrets)}
        super().__init__(scope, id)

        owned = labels("blackbox-exporter", id, "metrics")
        selector = selector_labels("blackbox-exporter", id)
        self.scrape_job = config.job(id, namespace, probes)
        """Job by which a Prometheus has every probe run. With it, a PrometheusStack has the alerts about probes."""
        self.traffic: Sequence[Traffic] = (
            Traffic(
                name=id,
                pods=Pods(namespace, selector),
                sends=tuple(flow for probe in probes for flow in flows_to(probe.target, namespace=namespace, why=f"probe {probe.name}")),
            ),
        )
        """Connections that its pod opens; that of Prometheus follows from the job."""
        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "reread"),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads, all of them again with each probe."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `blackbox.yml`; no credential."""
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="Deployment",
            name=id,
            labels=owned,
            spec={
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
                        secrets=secrets,
                    )
                ),
            },
        )
        """The Deployment, also `node.default_child`, so that `ApiObject.of(probes)` reaches it."""
        self.node.default_child = self.workload
        self.service = Manifest(
            self,
            "service",
            api_version="v1",
            kind="Service",
            name=id,
            labels=owned,
            spec={"selector": selector, "ports": [{"name": "http", "port": config.PORT, "targetPort": "http"}]},
        )
        """Service that Prometheus asks."""
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what scrapes it."""


def _check(id: str, kinds: Mapping[str, Sequence[HttpProbe] | Sequence[TcpProbe] | Sequence[CanaryProbe]]) -> None:
    for kind, probes in kinds.items():
        listed(place(id, kind), probes)
    names = [(kind, index, probe.name) for kind, probes in kinds.items() for index, probe in enumerate(probes)]
    if not 1 <= len(names) <= MOST_PROBES:
        expected = f"give 1 to {MOST_PROBES} of {arg('http')}, {arg('tcp')} and {arg('canaries')} together"
        raise ConfigError(place(id, "http"), len(names), expected)
    seen: set[str] = set()
    for kind, index, name in names:
        if name in seen:
            raise ConfigError(place(id, kind, index, "name"), name, "two probes share this name; rename one")
        seen.add(name)
