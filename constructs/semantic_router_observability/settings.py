"""`observability.yaml` as types.

Every key is optional. A key that is left out takes the default of the construct it configures, so each default is written once, in a
constructor's signature; the JSON Schema beside the file shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec
from msgspec import UNSET, UnsetType

from .addon.agent import RemoteWriteAgent
from .addon.settings import AddOnSettings, check_alone
from .addon.viewers import NoDashboards
from .alerting.options import Alerts
from .alertmanager.inhibition import Inhibition
from .alertmanager.receivers import DeadManSwitch, Receiver
from .alertmanager.routes import Grouping, Route
from .alertmanager.timing import TimeInterval
from .arguments import BackedUp, Exposed, NetworkPolicyArguments, ThanosArguments
from .backup.forms import BackupMethod
from .checks import dns_label
from .cluster_metrics.options import Collector
from .contract.options import ContractOptions
from .errors import ConfigError, Place, arg, inside
from .exposure.controller import check_annotations
from .exposure.forms import Via
from .exposure.tls import Tls
from .grafana.credentials import Admin
from .grafana.dashboards import DashboardConfigMap, DashboardDirectory, DashboardFile, DashboardProvider, OptionalDashboard
from .grafana.datasources import DataSource
from .grafana.identity.auth_proxy import AuthProxy
from .grafana.identity.ldap import Ldap
from .grafana.identity.providers import GrafanaLogin
from .grafana.identity.session import Session
from .grafana.settings import Anonymous, Database, LogLevel, Smtp
from .images import ImageRegistries
from .kubernetes.metadata import IpFamilyPolicy, Metadata, check_labels
from .kubernetes.metadata import check_annotations as check_common_annotations
from .kubernetes.patches import Patch
from .kubernetes.platform import Kubernetes, OpenShift, Platform
from .kubernetes.pods import Placement, Resources
from .kubernetes.secrets import SecretKey
from .kubernetes.serving import ServingTls
from .kubernetes.storage import Claim, Storage
from .login.providers import Allow, IdentityProvider
from .login.types import Login
from .network.options import AllowedConnection, ApiServerAddress, Dns
from .probes.options import CanaryProbe, HttpProbe, TcpProbe
from .prometheus.alert_targets import ExternalAlertmanager
from .prometheus.features import Feature
from .prometheus.presets import ScrapeJob
from .prometheus.remote_write import RemoteWrite
from .prometheus.rules import RuleFile
from .prometheus.scrape import ScrapeGuards
from .prometheus.sizing import Preset, Sizing, at_least_one
from .router.target import RouterTarget
from .secrets import EncryptedFile, Provider
from .spec import Spec
from .texts import DnsLabel, Duration, HttpUrl, ObjectName, PrometheusSize
from .thanos.blocks import Compactor, StoreGateway
from .thanos.object_storage import BlockRetention, ObjectStorage
from .tracing.options import TailSampling, TraceDestination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .arguments import (
        AddOnArguments,
        AlertmanagerArguments,
        BackupArguments,
        GrafanaArguments,
        IngressArguments,
        KubeStateMetricsArguments,
        LogStoreArguments,
        OAuth2ProxyArguments,
        ProbesArguments,
        PrometheusArguments,
        TraceGatewayArguments,
        TraceStoreArguments,
    )
    from .thanos.forms import ThanosSidecar

NAMESPACE = "vllm-semantic-router-system"
"""Where the router's own manifests and its Helm instructions install it."""


class _Arguments(Spec, frozen=True, kw_only=True):
    def _given(self) -> dict[str, Any]:
        """Fields that are not omitted. `arguments` gives them their types, to which tests hold those of the fields."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        # A login that is a construct of its own is no argument of what it stands in front of.
        return {name: value for name, value in values.items() if value is not UNSET and not isinstance(value, OAuth2ProxyLogin)}


class OAuth2ProxyLogin(_Arguments, frozen=True, kw_only=True, tag_field="type", tag="oauth2Proxy"):
    """Arguments of `OAuth2Proxy`."""

    provider: IdentityProvider
    client_id: str
    client_secret: SecretKey
    cookie_secret: SecretKey
    allow: Allow | UnsetType = UNSET
    expire: Duration | UnsetType = UNSET
    refresh: Duration | UnsetType = UNSET
    trusted_proxies: Sequence[str] | UnsetType = UNSET
    replicas: int | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> OAuth2ProxyArguments:
        """Those that are given."""
        return cast("OAuth2ProxyArguments", self._given())


class PrometheusSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `PrometheusStack`."""

    scrape_jobs: Sequence[ScrapeJob] | UnsetType = UNSET
    guards: ScrapeGuards | UnsetType = UNSET
    rules: Sequence[RuleFile] | UnsetType = UNSET
    rule_files: Sequence[str] | UnsetType = UNSET
    rule_config_maps: Sequence[ObjectName] | UnsetType = UNSET
    recording_rules: bool | UnsetType = UNSET
    alertmanagers: Sequence[ExternalAlertmanager] | UnsetType = UNSET
    interval: Duration | UnsetType = UNSET
    retention: Duration | UnsetType = UNSET
    retention_size: PrometheusSize | UnsetType = UNSET
    out_of_order_window: Duration | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    external_labels: dict[str, str] | UnsetType = UNSET
    external_url: HttpUrl | UnsetType = UNSET
    login: Login | OAuth2ProxyLogin | UnsetType = UNSET
    tls: ServingTls | UnsetType = UNSET
    remote_write: Sequence[RemoteWrite] | UnsetType = UNSET
    cluster_wide: bool | UnsetType = UNSET
    features: Sequence[Feature] | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> PrometheusArguments:
        """Those that are given."""
        return cast("PrometheusArguments", self._given())


class AlertmanagerSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `AlertmanagerStack`."""

    receivers: Sequence[Receiver]
    routes: Sequence[Route] | UnsetType = UNSET
    default_receiver: str | UnsetType = UNSET
    grouping: Grouping | UnsetType = UNSET
    inhibitions: Sequence[Inhibition] | UnsetType = UNSET
    default_inhibitions: bool | UnsetType = UNSET
    time_intervals: Sequence[TimeInterval] | UnsetType = UNSET
    dead_man_switch: DeadManSwitch | UnsetType = UNSET
    retention: Duration | UnsetType = UNSET
    external_url: HttpUrl | UnsetType = UNSET
    login: Login | OAuth2ProxyLogin | UnsetType = UNSET
    tls: ServingTls | UnsetType = UNSET
    proxy_url: HttpUrl | UnsetType = UNSET
    replicas: int | UnsetType = UNSET
    storage: Claim | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> AlertmanagerArguments:
        """Those that are given."""
        return cast("AlertmanagerArguments", self._given())


class GrafanaSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `GrafanaStack`."""

    source_options: dict[str, Any] | UnsetType = UNSET
    data_sources: Sequence[DataSource] | UnsetType = UNSET
    dashboards: Sequence[DashboardFile | DashboardDirectory | DashboardConfigMap | DashboardProvider] | UnsetType = UNSET
    router_dashboards: bool | UnsetType = UNSET
    optional_dashboards: Sequence[OptionalDashboard] | UnsetType = UNSET
    admin: Admin | UnsetType = UNSET
    admin_revision: str | UnsetType = UNSET
    reset_admin_password: bool | UnsetType = UNSET
    secret_key: SecretKey | UnsetType = UNSET
    external_url: HttpUrl | UnsetType = UNSET
    tls: ServingTls | UnsetType = UNSET
    embedding: bool | UnsetType = UNSET
    anonymous: Anonymous | UnsetType = UNSET
    logins: Sequence[GrafanaLogin] | UnsetType = UNSET
    ldap: Ldap | UnsetType = UNSET
    auth_proxy: AuthProxy | UnsetType = UNSET
    login_form: bool | UnsetType = UNSET
    session: Session | UnsetType = UNSET
    smtp: Smtp | UnsetType = UNSET
    log_level: LogLevel | UnsetType = UNSET
    settings: dict[str, dict[str, str | int | float | bool | SecretKey]] | UnsetType = UNSET
    replicas: int | UnsetType = UNSET
    database: Database | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> GrafanaArguments:
        """Those that are given."""
        return cast("GrafanaArguments", self._given())


class TraceStoreSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `TraceStore`."""

    retention: Duration | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> TraceStoreArguments:
        """Those that are given."""
        return cast("TraceStoreArguments", self._given())


class TraceSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `TraceGateway`.

    Attributes:
        destinations: Stores elsewhere that get every trace that is kept. Default: none where there is a `store`.
        store: A store of this stack, Jaeger, which gets every trace that is kept and which Grafana shows; `{}` for its defaults. Default: none.

    """

    destinations: Sequence[TraceDestination] | UnsetType = UNSET
    store: TraceStoreSettings | None = None
    sampling: TailSampling | UnsetType = UNSET
    drop_attributes: Sequence[str] | UnsetType = UNSET
    replicas: int | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def __post_init__(self) -> None:
        if not self.destinations and self.store is None:
            expected = "give at least one store, such as url: http://tempo.tracing.svc:4317, or store: {} for one of this stack"
            raise ConfigError("destinations", [], expected)

    def arguments(self) -> TraceGatewayArguments:
        """Those that are given."""
        return cast("TraceGatewayArguments", {name: value for name, value in self._given().items() if name != "store"})


class ProbeSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `Probes`."""

    http: Sequence[HttpProbe] | UnsetType = UNSET
    tcp: Sequence[TcpProbe] | UnsetType = UNSET
    canaries: Sequence[CanaryProbe] | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> ProbesArguments:
        """Those that are given."""
        return cast("ProbesArguments", self._given())


class LogSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `LogStore`."""

    collectors: Sequence[DnsLabel]
    retention: Duration | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    install_plugin: bool | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> LogStoreArguments:
        """Those that are given."""
        return cast("LogStoreArguments", self._given())


class KubeStateMetricsSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `KubeStateMetrics`."""

    namespaces: Sequence[DnsLabel] | UnsetType = UNSET
    collectors: Sequence[Collector] | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> KubeStateMetricsArguments:
        """Those that are given."""
        return cast("KubeStateMetricsArguments", self._given())


class IngressSettings(Spec, frozen=True, kw_only=True):
    """How users outside the cluster reach Grafana, Prometheus and Alertmanager.

    Attributes:
        via: By what: an ingress controller, a Gateway or an OpenShift Route. Default: on platform `openshift` a Route; elsewhere there is none,
            as nothing is in every cluster.
        backends: What to expose. Default: Grafana.
        tls: Where the certificates of https hosts come from. Default: an existing Secret `<stack id>-tls` for each host; those of the cloud or
            the cluster with `alb`, `gateway` and `route`.
        annotations: Further annotations on every Ingress, HTTPRoute or Route. Default: none.

    """

    via: Via | UnsetType = UNSET
    backends: Sequence[Exposed] = ("grafana",)
    tls: Tls | UnsetType = UNSET
    annotations: dict[str, str] = {}

    def __post_init__(self) -> None:
        check_annotations(self.annotations)


class ThanosSettings(_Arguments, frozen=True, kw_only=True):
    """Several Prometheus that scrape the same routers, and Thanos Query, which shows them as one.

    Needs `prometheus.externalLabels.cluster`. Everything under `prometheus` holds for each replica, which has a claim of its own; the first
    keeps the name `prometheus`, its claim and its history, the second is called `prometheus-b`, as is its claim, and the Secret of its
    certificate ends in `-b`.

    Attributes:
        prometheus_replicas: Number of Prometheus. Default 2: one can fail, or be updated, without a gap. With `object_storage` it may be 1.
        object_storage: Where blocks of samples are uploaded, read from and compacted. Default: none, history reaches as far as the Prometheus.
        block_retention: How long samples stay in the object storage. Default: a year.
        store: Pod that reads blocks for queries. Default: see its keys.
        compactor: Pod that merges and deletes blocks. Default: see its keys.
        sidecar_resources: Requests and limits of the container beside each Prometheus through which Thanos reads. Default 20m CPU, 128Mi
            memory, limit 1Gi memory.
        response_timeout: How long a source may send nothing before a query goes on without it, with a warning. Default `5s`: a sidecar that
            hangs would otherwise hold every query for 14 s.
        login: How clients of Thanos Query authenticate: basic authentication, client certificates, or none with a reason. Default: no
            authentication, which is refused if Prometheus has one.
        tls: Certificate that Thanos Query shows inside the cluster; the name in it is that of Service `thanos-query`. Default: none, plain HTTP.
        replicas: Number of pods of Thanos Query. Default 2: Grafana shows nothing without any.
        resources: Requests and limits of Thanos Query. Default 100m CPU, 256Mi memory, limit 1Gi memory.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.

    """

    prometheus_replicas: int = 2
    object_storage: ObjectStorage | UnsetType = UNSET
    block_retention: BlockRetention | UnsetType = UNSET
    store: StoreGateway | UnsetType = UNSET
    compactor: Compactor | UnsetType = UNSET
    sidecar_resources: Resources | UnsetType = UNSET
    response_timeout: Duration | UnsetType = UNSET
    login: Login | UnsetType = UNSET
    tls: ServingTls | UnsetType = UNSET
    replicas: int | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> ThanosArguments:
        """Those of `ThanosStack` that are given."""
        return cast("ThanosArguments", {name: value for name, value in self._given().items() if name in ThanosArguments.__annotations__})


class NetworkPolicySettings(_Arguments, frozen=True, kw_only=True):
    """Network policies that allow only the connections that the stack needs.

    Attributes:
        enabled: Make them. Default true.
        router_access: Create a policy for the routers' pods, too, that allows Prometheus: for namespaces whose policies already say who
            may use the router. Where there are none, it would cut the gateway off. Default false.
        allow_from: Connections to the stack from pods or addresses it does not know, such as a Prometheus elsewhere. Default: none.
        allow_to: Connections of the stack that no other setting names. Default: none.
        api_server: Where the API server is. Default: any address, ports 443 and 6443.
        dns: Where names are resolved. Default: port 53 of any address, and OpenShift's own.

    """

    enabled: bool = True
    router_access: bool = False
    allow_from: Sequence[AllowedConnection] | UnsetType = UNSET
    allow_to: Sequence[AllowedConnection] | UnsetType = UNSET
    api_server: ApiServerAddress | UnsetType = UNSET
    dns: Sequence[Dns] | UnsetType = UNSET

    def arguments(self) -> NetworkPolicyArguments:
        """Those of `NetworkPolicies` that are given."""
        return cast(
            "NetworkPolicyArguments",
            {name: value for name, value in self._given().items() if name in NetworkPolicyArguments.__annotations__},
        )


class BackupSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `Backup`."""

    of: Sequence[BackedUp] | UnsetType = UNSET
    schedule: str | UnsetType = UNSET
    via: BackupMethod | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> BackupArguments:
        """Those that are given."""
        return cast("BackupArguments", self._given())


class SizeSettings(_Arguments, frozen=True, kw_only=True):
    """How many routers Prometheus watches, and what they are configured with: its memory, volume and limits follow.

    What `prometheus` states itself replaces what is computed, unless it is too small. `sro size` shows the computation.

    Attributes:
        preset: A usual installation: `small` (2 pods, 3 models, 5 decisions, 5 domains), `medium` (10 pods, 4 models, 14 decisions, 14
            domains) or `large` (50 pods, 8 models, 14 decisions, 14 domains). Default: none, and `pods` is required.
        pods: Pods of the router, at the most. During a rollout old and new ones are in memory, which is allowed for. Default: the preset's.
        models: Models that requests are routed to. Default: the preset's, or 3.
        decisions: Decisions in the router's configuration. Default: the preset's, or 5.
        domains: Domains (categories) that decisions name. Default: the preset's, or 5.
        every_feature: Whether cache, memory, RAG, tools, sessions, learning and guardrails are all on. Default false.

    """

    preset: Preset | UnsetType = UNSET
    pods: int | UnsetType = UNSET
    models: int | UnsetType = UNSET
    decisions: int | UnsetType = UNSET
    domains: int | UnsetType = UNSET
    every_feature: bool = False

    def __post_init__(self) -> None:
        if self.preset is UNSET and self.pods is UNSET:
            raise ConfigError("pods", None, f"write the number of router pods, or {arg('preset', 'small')}")
        for field in ("pods", "models", "decisions", "domains"):
            if isinstance(number := getattr(self, field), int):
                at_least_one(field, number)

    def sizing(self, prometheus: PrometheusSettings) -> Sizing:
        """Return what Prometheus needs, with its own interval and retention."""
        numbers = {**self._given(), **{name: value for name, value in prometheus._given().items() if name in {"interval", "retention"}}}  # noqa: SLF001
        preset = numbers.pop("preset", None)
        return Sizing.preset(preset, **numbers) if preset else Sizing(**numbers)


class ImageSettings(Spec, frozen=True, kw_only=True):
    """Container images.

    Attributes:
        prometheus: Image of Prometheus, by tag or digest. Default: the pinned release.
        grafana: Image of Grafana, by tag or digest. Default: the pinned release.
        alertmanager: Image of Alertmanager, by tag or digest. Default: the pinned release.
        oauth2_proxy: Image of oauth2-proxy, by tag or digest. Default: the pinned release.
        thanos: Image of Thanos, by tag or digest. Default: the pinned release.
        kubectl: Image with kubectl and a POSIX shell, which takes backups, by tag or digest. Default: the pinned release.
        otel_collector: Image of the OpenTelemetry Collector, its Kubernetes distribution, by tag or digest. Default: the pinned release.
        victoria_logs: Image of VictoriaLogs, by tag or digest. Default: the pinned release.
        jaeger: Image of Jaeger 2, by tag or digest. Default: the pinned release.
        kube_state_metrics: Image of kube-state-metrics, by tag or digest. Default: the pinned release.
        blackbox_exporter: Image of the blackbox exporter, by tag or digest. Default: the pinned release.
        mirrors: Replacement for each registry named in an image, such as `{"docker.io": "mirror.example.com/dockerhub"}`. Default: none.
        pull_secrets: Names of Secrets of type `kubernetes.io/dockerconfigjson` in the namespace. Default: none.

    """

    prometheus: str | UnsetType = UNSET
    grafana: str | UnsetType = UNSET
    alertmanager: str | UnsetType = UNSET
    oauth2_proxy: str | UnsetType = UNSET
    thanos: str | UnsetType = UNSET
    kubectl: str | UnsetType = UNSET
    otel_collector: str | UnsetType = UNSET
    victoria_logs: str | UnsetType = UNSET
    jaeger: str | UnsetType = UNSET
    kube_state_metrics: str | UnsetType = UNSET
    blackbox_exporter: str | UnsetType = UNSET
    mirrors: dict[str, str] = {}
    pull_secrets: Sequence[str] = ()

    def __post_init__(self) -> None:
        registries = self.registries
        for part in (
            "prometheus",
            "grafana",
            "alertmanager",
            "oauth2_proxy",
            "thanos",
            "otel_collector",
            "victoria_logs",
            "kubectl",
            "jaeger",
            "kube_state_metrics",
            "blackbox_exporter",
        ):
            if isinstance(image := getattr(self, part), str):
                registries.resolve(part, image)

    @property
    def registries(self) -> ImageRegistries:
        """Where images come from."""
        return ImageRegistries(mirrors=self.mirrors, pull_secrets=self.pull_secrets)


class Settings(Spec, frozen=True, kw_only=True):
    """All settings of the stack.

    Attributes:
        include: Paths of further settings files, relative to this one: their mappings are merged with its own, lists are joined, and other values of
            this file override theirs. Read from files alone; here it is empty. Default: none.
        namespace: Namespace of the stack, in every object and every address. Default `vllm-semantic-router-system`.
        labels: Labels of all objects and pods, such as a team or a cost centre. Default: only the stack's own.
        annotations: Annotations of all objects, but not of pods, such as an owner, or the wave of a delivery. Default: only the stack's own.
        ip_family_policy: Addresses of Services: `PreferDualStack`, IPv4 and IPv6 where the cluster has both, or `RequireDualStack`. Headless
            Services keep one. Default: the family that the cluster prefers.
        platform: Kind of cluster: `{type: kubernetes}` (default), or `{type: openshift}`, which chooses the user of pods itself.
        routers: How and where the router was installed. Default: all four installation styles in the stack's namespace.
        prometheus: Prometheus. Default: one pod that scrapes the routers and keeps 15 days on a claim of 20Gi.
        grafana: Grafana. Default: one pod with the router's dashboards and a claim of 10Gi.
        alertmanager: Alertmanager, which sends notifications about alerts. Default: none.
        thanos: Several Prometheus shown as one, so that one may fail. Default: none, one Prometheus.
        traces: A gateway that takes the routers' traces, removes personal data and passes them on to a store. Default: none.
        logs: A store of the routers' log lines, for clusters without one; a collector sends them. Default: none.
        kube_state_metrics: A kube-state-metrics for the namespaces of the stack and its routers, which shows the state of their pods; `{}` for its
            defaults. Default: none.
        probes: Requests to the router and others, as users send them, with alerts on what fails and on certificates that expire. Default: none.
        ingress: Exposes the parts that have an `externalUrl` outside the cluster. Default: none.
        network_policies: Network policies. Default: made, so that only connections the stack needs pass.
        images: Container images. Default: the pinned releases, from where they are published.
        alerts: Alerts that Prometheus evaluates. Default: the shipped ones, which show in Prometheus and Grafana.
        contract: Metrics that user-supplied rules and dashboards are checked against. Default: the router's metrics.
        secrets: Where the Secrets that other settings name come from: a store, a CSI driver or encrypted files. Default: they exist.
        size: How many routers there are; Prometheus's memory, volume and limits are computed from it. Default: none, the constants of `prometheus`.
        backup: Snapshots of the volumes at regular times. Default: none.
        add_on: Monitors, rules and dashboards for a Prometheus and a Grafana that exist, instead of this project's own. Default: none.
        patches: Changes of single fields that no key makes, each with its reason, applied in this order when all objects are made. Default:
            none.

    """

    include: Sequence[str] = ()
    namespace: DnsLabel = NAMESPACE
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    ip_family_policy: IpFamilyPolicy | None = None
    platform: Platform = Kubernetes()
    routers: Sequence[RouterTarget] | UnsetType = UNSET
    prometheus: PrometheusSettings = PrometheusSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    alertmanager: AlertmanagerSettings | None = None
    thanos: ThanosSettings | None = None
    traces: TraceSettings | None = None
    logs: LogSettings | None = None
    kube_state_metrics: KubeStateMetricsSettings | None = None
    probes: ProbeSettings | None = None
    ingress: IngressSettings | None = None
    network_policies: NetworkPolicySettings = NetworkPolicySettings()
    images: ImageSettings = ImageSettings()
    alerts: Alerts = Alerts()
    contract: ContractOptions = ContractOptions()
    secrets: Sequence[Provider] = ()
    size: SizeSettings | None = None
    backup: BackupSettings | None = None
    add_on: AddOnSettings | None = None
    patches: Sequence[Patch] = ()

    def __post_init__(self) -> None:
        dns_label("namespace", self.namespace)
        check_labels("labels", self.labels)
        check_common_annotations("annotations", self.annotations)
        if self.add_on is not None:
            owned = (
                "prometheus",
                "grafana",
                "alertmanager",
                "thanos",
                "traces",
                "logs",
                "kube_state_metrics",
                "probes",
                "ingress",
                "network_policies",
                "images",
                "platform",
                "secrets",
                "size",
                "backup",
            )
            defaults = {field.name: field.default for field in msgspec.structs.fields(type(self))}
            check_alone(self.add_on, {name: getattr(self, name) for name in owned}, {name: defaults[name] for name in owned})
        if isinstance(self.platform, OpenShift) and (self.namespace == "default" or self.namespace.startswith(("openshift-", "kube-"))):
            raise ConfigError("namespace", self.namespace, "the platform owns it and chooses no user for its pods; name another")

    @property
    def encrypted_files(self) -> tuple[EncryptedFile, ...]:
        """Files that go into the output folder as they are."""
        return tuple(provider for provider in self.secrets if isinstance(provider, EncryptedFile))

    def prometheus_arguments(self) -> PrometheusArguments:
        """Arguments of `PrometheusStack`, of all sections that speak of it."""
        arguments: PrometheusArguments = {"alerts": self.alerts, **self.prometheus.arguments()}
        if self.size is not None:
            with inside(Place("prometheus")):
                arguments = self.size.sizing(self.prometheus).arguments(**arguments)
        if self.routers is not UNSET:
            arguments["targets"] = self.routers
        if self.images.prometheus is not UNSET:
            arguments["image"] = self.images.prometheus
        if self.thanos is not None:
            arguments["sidecar"] = self._sidecar(self.thanos)
        return arguments

    def _sidecar(self, thanos: ThanosSettings) -> ThanosSidecar:
        from .thanos.forms import ThanosSidecar  # noqa: PLC0415 - only those who ask for it pay for it

        given: dict[str, Any] = {}
        if thanos.sidecar_resources is not UNSET:
            given["resources"] = thanos.sidecar_resources
        if thanos.object_storage is not UNSET:
            given["object_storage"] = thanos.object_storage
        if self.images.thanos is not UNSET:
            given["image"] = self.images.thanos
        return ThanosSidecar(**given)

    def thanos_arguments(self) -> ThanosArguments | None:
        """Arguments of `ThanosStack`, of all sections that speak of it; None where there is to be none."""
        if self.thanos is None:
            return None
        arguments = self.thanos.arguments()
        if self.images.thanos is not UNSET:
            arguments["image"] = self.images.thanos
        return arguments

    def add_on_arguments(self) -> AddOnArguments | None:
        """Arguments of `AddOn`, of all sections that speak of it; None where there is to be none."""
        if self.add_on is None:
            return None
        arguments: AddOnArguments = {**self.add_on.arguments(), "alerts": self.alerts}
        if isinstance(arguments["scraped_by"], RemoteWriteAgent):
            arguments["scraped_by"] = arguments["scraped_by"].labelled(self.labels)
        if self.images.prometheus is not UNSET:
            arguments["image"] = self.images.prometheus
        if self.routers is not UNSET:
            arguments["targets"] = self.routers
        return arguments

    def grafana_arguments(self) -> GrafanaArguments:
        """Arguments of `GrafanaStack`, of all sections that speak of it."""
        arguments = self.grafana.arguments()
        if self.images.grafana is not UNSET:
            arguments["image"] = self.images.grafana
        return arguments

    def alertmanager_arguments(self) -> AlertmanagerArguments | None:
        """Arguments of `AlertmanagerStack`, of all sections that speak of it; None where there is to be none."""
        if self.alertmanager is None:
            return None
        arguments = self.alertmanager.arguments()
        if self.images.alertmanager is not UNSET:
            arguments["image"] = self.images.alertmanager
        return arguments

    def trace_arguments(self) -> TraceGatewayArguments | None:
        """Arguments of `TraceGateway`, of all sections that speak of it; None where there is to be none."""
        if self.traces is None:
            return None
        arguments = self.traces.arguments()
        if self.routers is not UNSET:
            arguments["targets"] = self.routers
        if self.images.otel_collector is not UNSET:
            arguments["image"] = self.images.otel_collector
        return arguments

    def trace_store_arguments(self) -> TraceStoreArguments | None:
        """Arguments of `TraceStore`, of all sections that speak of it; None where there is to be none."""
        if self.traces is None or self.traces.store is None:
            return None
        arguments = self.traces.store.arguments()
        if self.images.jaeger is not UNSET:
            arguments["image"] = self.images.jaeger
        return arguments

    def log_arguments(self) -> LogStoreArguments | None:
        """Arguments of `LogStore`, of all sections that speak of it; None where there is to be none."""
        if self.logs is None:
            return None
        arguments = self.logs.arguments()
        if self.images.victoria_logs is not UNSET:
            arguments["image"] = self.images.victoria_logs
        return arguments

    def kube_state_metrics_arguments(self) -> KubeStateMetricsArguments | None:
        """Arguments of `KubeStateMetrics`, of all sections that speak of it; None where there is to be none."""
        if self.kube_state_metrics is None:
            return None
        arguments = self.kube_state_metrics.arguments()
        if self.images.kube_state_metrics is not UNSET:
            arguments["image"] = self.images.kube_state_metrics
        return arguments

    def probe_arguments(self) -> ProbesArguments | None:
        """Arguments of `Probes`, of all sections that speak of it; None where there is to be none."""
        if self.probes is None:
            return None
        arguments = self.probes.arguments()
        if self.images.blackbox_exporter is not UNSET:
            arguments["image"] = self.images.blackbox_exporter
        return arguments

    def warnings(self) -> list[ConfigError]:
        """What works, and is worth a second look."""
        return [*self._published_key(), *self._missing_links()]

    def _missing_links(self) -> Iterator[ConfigError]:
        """Receivers without the URLs that links in messages need: on a phone, there is nothing to click."""
        add_on, alerts = self.add_on, self.alerts
        if not alerts.enabled or (self.alertmanager is None and (add_on is None or add_on.notified_by is UNSET)):
            return
        if add_on is None:
            shown, exposed = self.grafana.router_dashboards is not False, self.grafana.external_url is not UNSET
            grafana, url = ("grafana", "external_url"), f"grafana.{arg('external_url')}"
        else:
            shown, exposed = not isinstance(add_on.shown_by, NoDashboards), False
            grafana, url = ("alerts", "dashboard_base_url"), f"alerts.{arg('dashboard_base_url')}"
        missing = {}
        if alerts.runbook_base_url is None:
            missing["alerts", "runbook_base_url"] = f"alerts.{arg('runbook_base_url')}"
        if shown and not exposed and alerts.dashboard_base_url is None:
            missing[grafana] = url
        if self.alertmanager and self.alertmanager.external_url is UNSET:
            missing["alertmanager", "external_url"] = f"alertmanager.{arg('external_url')}"
        if missing:
            expected = f"notifications have no links that open outside the cluster; give {' and '.join(missing.values())}"
            yield ConfigError(next(iter(missing)), None, expected)

    def _published_key(self) -> list[ConfigError]:
        """Grafana is exposed with the key that everybody knows. A refusal would keep those from their database who have one."""
        grafana = self.grafana
        exposed = self.add_on is None and (grafana.external_url is not UNSET or grafana.embedding is True)
        in_ini = grafana.settings is not UNSET and "secret_key" in grafana.settings.get("security", {})
        if not exposed or in_ini or grafana.secret_key is not UNSET:
            return []
        expected = (
            "Grafana is exposed, and encrypts credentials in its database with its published default key; give {secret: NAME, key: KEY} before "
            "its first start, and for a database that exists see docs/rotate-credentials.md"
        )
        return [ConfigError(("grafana", "secret_key"), None, expected)]

    def login_arguments(self) -> dict[Exposed, OAuth2ProxyArguments]:
        """Arguments of an `OAuth2Proxy`, by the name of the part in front of which it stands."""
        logins: dict[Exposed, OAuth2ProxyArguments] = {}
        if isinstance(self.prometheus.login, OAuth2ProxyLogin):
            logins["prometheus"] = self.prometheus.login.arguments()
        if self.alertmanager and isinstance(self.alertmanager.login, OAuth2ProxyLogin):
            logins["alertmanager"] = self.alertmanager.login.arguments()
        if self.images.oauth2_proxy is not UNSET:
            for arguments in logins.values():
                arguments["image"] = self.images.oauth2_proxy
        return logins

    def backup_arguments(self) -> BackupArguments | None:
        """Arguments of `Backup`; None where there is to be none."""
        if self.backup is None:
            return None
        arguments = self.backup.arguments()
        if self.images.kubectl is not UNSET:
            arguments["image"] = self.images.kubectl
        return arguments

    def ingress_arguments(self) -> IngressArguments | None:
        """Arguments of `ObservabilityIngress`; None where there is to be none."""
        if self.ingress is None:
            return None
        arguments: IngressArguments = {"backends": self.ingress.backends, "annotations": self.ingress.annotations}
        if self.ingress.via is not UNSET:
            arguments["via"] = self.ingress.via
        if self.ingress.tls is not UNSET:
            arguments["tls"] = self.ingress.tls
        return arguments
