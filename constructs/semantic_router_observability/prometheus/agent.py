"""`PrometheusAgent`: scrapes the Semantic Router and writes what it finds to a storage elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import listed, service_name
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account as own_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
from semantic_router_observability.kubernetes.replicas import disruption_budget, http_port, persistent_claim
from semantic_router_observability.kubernetes.secrets import pull_uses
from semantic_router_observability.kubernetes.storage import Claim, Ephemeral, claim_template, volume_source
from semantic_router_observability.kubernetes.traffic import Pods
from semantic_router_observability.router.target import ALL_NAMESPACES, RouterTarget
from semantic_router_observability.rules.thresholds import INTERVAL

from . import agent_pod as pod
from . import config, rbac
from . import traffic as wiring
from .agent_options import REPLICA, UNSENT, check_external_labels, check_unsent
from .remote_write import check_distinct
from .scrape import ScrapeGuards, check_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.secrets import SecretUse
    from semantic_router_observability.kubernetes.traffic import Flow, Traffic

    from .remote_write import RemoteWrite


class PrometheusAgent(Construct):
    """A Prometheus that scrapes the Semantic Router and sends everything to a storage elsewhere, by remote write.

    Usage:
        PrometheusAgent(chart, "router-agent", remote_write=[RemoteWrite(url="https://mimir.example.com/api/v1/push")])

    It runs in Prometheus's agent mode: it keeps samples until they are sent, evaluates no rules and answers no queries. Targets,
    limits and relabelling are those of `PrometheusStack`. `AddOn(scraped_by=RemoteWriteAgent(...))` makes one together with rules to load
    into the storage and with dashboards.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the agent makes. At most 50 characters.
        remote_write: Storages to send samples to, at least one.
        targets: How and where the router was installed. Default: all four installation styles in the chart's namespace.
        guards: Limits on the metrics of one router pod. Default: 50,000 samples and 1,000 characters of label values a series, and
            personal data dropped.
        interval: Time between scrapes. Default `15s`, the router project's own setting.
        external_labels: Labels added to everything that is sent, such as the name of the cluster; a `$` stands for itself. Default: none.
        unsent: How long a storage may be away without losing samples, `15m` to `24h`. The log holds up to three times as much. Default
            `2h`. A restart of the agent loses what is not sent yet: Prometheus sends no sample that is older than itself.
        replicas: Agents, 1 to 3. Each scrapes every router, so with more than one the storage has to remove duplicates, by `replica_label`.
            Default 1.
        replica_label: External label with the name of the agent's pod, where there are several. Default `__replica__`, by which Mimir and
            Amazon Managed Service for Prometheus remove duplicates; they want an external label `cluster`, too.
        storage: Where the log is: an emptyDir, or a `Claim` for each replica, for nodes with small disks. A claim saves nothing more, as a
            new pod sends none of it. Default: an emptyDir of 5Gi; with `unsent: 2h`, 50 routers with 4,000 series each take 1.7 GB.
        resources: Requests and limits. Default 100m CPU, 256Mi memory, limit 1Gi memory.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; several replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount, such as the role of a cloud. Default: only its own.
        image: Container image. Default: the pinned release of Prometheus.
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
        remote_write: Sequence[RemoteWrite],
        targets: Sequence[RouterTarget] = (RouterTarget(),),
        guards: ScrapeGuards = ScrapeGuards(),  # noqa: B008  frozen
        interval: str = INTERVAL,
        external_labels: Mapping[str, str] | None = None,
        unsent: str = UNSENT,
        replicas: int = 1,
        replica_label: str = REPLICA,
        storage: Claim | Ephemeral = Ephemeral(size="5Gi"),  # noqa: B008  frozen
        resources: Resources = Resources(cpu="100m", memory="256Mi", memory_limit="1Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.PROMETHEUS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("PrometheusAgent", "id"), id, limit=50)
        namespace = namespace_of(scope)
        _check(id, targets, remote_write, interval, unsent)
        check_external_labels(place(id), external_labels or {}, replicas, replica_label)
        image = registries.resolve(place(id, "image"), image)
        super().__init__(scope, id)

        owned, selector = labels("prometheus-agent", id, "metrics"), selector_labels("prometheus-agent", id)
        pods, clustered = Pods(namespace, selector), replicas > 1
        self.traffic: Sequence[Traffic] = wiring.agent_traffic(id, pods, targets=targets, remote_write=remote_write)
        """Connections that its pods open."""
        own_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.roles: Sequence[Manifest] = rbac.grant(
            self,
            id,
            namespaces=config.namespaces_of(targets, namespace),
            own_namespace=namespace,
            account={"name": id, "namespace": namespace},
            labels=owned,
        )
        """Roles and bindings, a pair a scraped namespace."""

        secrets = SecretFiles(pod.SECRETS)
        written = config.render_agent(
            interval=interval,
            external_labels=external_labels or {},
            replica_label=replica_label if clustered else None,
            jobs=[*config.router_jobs(targets, guards, namespace), config.agent_job(id, namespace)],
            remote_write=[write.body(secrets) for write in remote_write],
        )
        self.config_map = Manifest(
            self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data={"prometheus.yml": written}
        )
        """Holds `prometheus.yml`; Prometheus watches the file, so a change needs no restart."""
        self.claims: Sequence[Manifest] = _claims(self, id, storage, replicas, owned) if isinstance(storage, Claim) else ()
        """A claim for each replica. Created before the StatefulSet, which adopts claims with the names of its template."""
        template = metadata.on(
            pod.template(
                labels=owned,
                selector=selector,
                account=id,
                image=image,
                registries=registries,
                resources=resources,
                placement=placement,
                platform=platform,
                config_map=f"{id}-config",
                unsent=unsent,
                volumes=[] if isinstance(storage, Claim) else [{"name": pod.DATA, **volume_source(storage, "")}],
                secrets=secrets,
                clustered=clustered,
            )
        )
        headless = f"{id}-headless"
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="StatefulSet",
            name=id,
            labels=owned,
            spec={
                "serviceName": headless,
                # A pod that cannot start is replaced at once when the mistake is corrected.
                "podManagementPolicy": "Parallel",
                "replicas": replicas,
                "selector": {"matchLabels": selector},
                "template": template,
                "volumeClaimTemplates": [claim_template(pod.DATA)] if isinstance(storage, Claim) else None,
            },
        )
        """The StatefulSet, also `node.default_child`, so that `ApiObject.of(agent)` reaches it."""
        self.node.default_child = self.workload
        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "reread"),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads; each file is opened anew for each request that needs it."""
        Manifest(
            self,
            "headless",
            api_version="v1",
            kind="Service",
            name=headless,
            labels=owned,
            spec={"clusterIP": "None", "selector": selector, "ports": [{**http_port(pod.PORT), "name": "web"}]},
        )
        disruption_budget(self, id, labels=owned, selector=selector, clustered=clustered)
        components_of(scope).announce(self)

    @property
    def router_flows(self) -> Sequence[Flow]:
        """Those of the connections that lead to the routers."""
        return [flow for flow in self.traffic[0].sends if flow.why == wiring.TO_ROUTERS]


def _claims(scope: Construct, id: str, claim: Claim, replicas: int, labels: Mapping[str, str]) -> list[Manifest]:
    return [
        persistent_claim(scope, f"claim-{number}", f"{pod.DATA}-{id}-{number}", labels=labels, claim=claim) for number in range(replicas)
    ]


def _check(id: str, targets: Sequence[RouterTarget], remote_write: Sequence[RemoteWrite], interval: str, unsent: str) -> None:
    for argument, values in (("targets", targets), ("remote_write", remote_write)):
        listed(place(id, argument), values)
    if not targets:
        raise ConfigError(place(id, "targets"), [], f"name at least one router; {arg('install', 'any')} finds every installation style")
    for index, target in enumerate(targets):
        if ALL_NAMESPACES in target.namespaces:
            raise ConfigError(
                place(id, "targets", index, "namespaces"),
                ALL_NAMESPACES,
                "the agent gets a Role in each namespace of routers; name the namespaces",
            )
    if not remote_write:
        raise ConfigError(place(id, "remote_write"), [], "name at least one storage; an agent keeps nothing itself")
    check_distinct(place(id, "remote_write"), remote_write)
    check_interval(place(id, "interval"), interval)
    check_unsent(place(id, "unsent"), unsent)
