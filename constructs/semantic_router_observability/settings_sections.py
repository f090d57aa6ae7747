"""The sections of `observability.yaml` as types, one for each part of the stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET, UnsetType

from .alertmanager.inhibition import Inhibition
from .alertmanager.receivers import DeadManSwitch, Receiver
from .alertmanager.routes import Grouping, Route
from .alertmanager.silences import Silence
from .alertmanager.timing import TimeInterval
from .arguments import BackedUp, Exposed, NetworkPolicyArguments, ThanosArguments
from .backup.forms import BackupMethod
from .cluster_metrics.options import Collector
from .errors import ConfigError, arg
from .exposure.controller import check_annotations
from .exposure.forms import Via
from .exposure.tls import Tls
from .grafana.access.forms import GrafanaFolder, GrafanaServiceAccount, GrafanaTeam
from .grafana.credentials import Admin
from .grafana.dashboards import DashboardConfigMap, DashboardDirectory, DashboardFile, DashboardProvider, OptionalDashboard
from .grafana.datasources import DataSource
from .grafana.identity.auth_proxy import AuthProxy
from .grafana.identity.ldap import Ldap
from .grafana.identity.providers import GrafanaLogin
from .grafana.identity.session import Session
from .grafana.settings import Anonymous, Database, LogLevel, Smtp
from .images import ImageRegistries
from .kubernetes.metadata import Metadata
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
from .spec import Spec
from .texts import DnsLabel, Duration, HttpUrl, ObjectName, PrometheusSize
from .thanos.blocks import Compactor, StoreGateway
from .thanos.object_storage import BlockRetention, ObjectStorage
from .tracing.options import TailSampling, TraceDestination

if TYPE_CHECKING:
    from .arguments import (
        AlertmanagerArguments,
        BackupArguments,
        GrafanaAccessArguments,
        GrafanaArguments,
        KubeStateMetricsArguments,
        LogStoreArguments,
        OAuth2ProxyArguments,
        ProbesArguments,
        PrometheusArguments,
        TraceGatewayArguments,
        TraceStoreArguments,
    )


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
    silences: Sequence[Silence] | UnsetType = UNSET
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


class GrafanaAccessSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `GrafanaAccess`."""

    service_accounts: Sequence[GrafanaServiceAccount] | UnsetType = UNSET
    teams: Sequence[GrafanaTeam] | UnsetType = UNSET
    folders: Sequence[GrafanaFolder] | UnsetType = UNSET
    schedule: str | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def arguments(self) -> GrafanaAccessArguments:
        """Those that are given."""
        return cast("GrafanaAccessArguments", self._given())


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
        python: Image with Python 3.11 or newer, which sets service accounts, teams and permissions in Grafana, by tag or digest. Default: the pinned
            release.
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
    python: str | UnsetType = UNSET
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
            "python",
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
