"""Arguments of the constructs that `Observability` makes, as mappings that type checkers know: `{"retention": "30d"}`.

What `Observability` states once for all its parts, and the parts that it connects, is not among them. A key that is omitted takes the
default of the construct's parameter of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk8s_plus_27 import ISecret, IServiceAccount

    from .addon.forms import Scraper
    from .addon.notifier import AlertmanagerConfig
    from .addon.viewers import Viewer
    from .alerting.options import Alerts
    from .alertmanager.inhibition import Inhibition
    from .alertmanager.receivers import DeadManSwitch, Receiver
    from .alertmanager.routes import Grouping, Route
    from .alertmanager.silences import Silence
    from .alertmanager.timing import TimeInterval
    from .backup.forms import BackupMethod
    from .cluster_metrics.options import Collector
    from .exposure.forms import Via
    from .exposure.tls import Tls
    from .grafana.access.forms import GrafanaFolder, GrafanaServiceAccount, GrafanaTeam
    from .grafana.credentials import DemoCredentials
    from .grafana.dashboards import DashboardSource, OptionalDashboard
    from .grafana.datasources import DataSource
    from .grafana.identity.auth_proxy import AuthProxy
    from .grafana.identity.ldap import Ldap
    from .grafana.identity.providers import GrafanaLogin
    from .grafana.identity.session import Session
    from .grafana.settings import Anonymous, Database, LogLevel, Smtp
    from .kubernetes.endpoint import HasEndpoint
    from .kubernetes.metadata import Metadata
    from .kubernetes.pods import Placement, Resources
    from .kubernetes.secrets import AdminSecret, SecretKey
    from .kubernetes.serving import ServingTls
    from .kubernetes.storage import Claim, Storage
    from .login.providers import Allow, IdentityProvider
    from .login.types import Login
    from .network.options import AllowedConnection, ApiServerAddress, Dns
    from .probes.options import CanaryProbe, HttpProbe, TcpProbe
    from .prometheus.features import Feature
    from .prometheus.presets import ScrapeJob
    from .prometheus.remote_write import RemoteWrite
    from .prometheus.rules import RuleFile
    from .prometheus.scrape import ScrapeGuards
    from .router.target import RouterTarget
    from .thanos.blocks import Compactor, StoreGateway
    from .thanos.forms import ThanosSidecar
    from .thanos.object_storage import BlockRetention, ObjectStorage
    from .tracing.options import TailSampling, TraceDestination

Exposed = Literal["grafana", "prometheus", "alertmanager"]
"""Parts with a user interface."""

BackedUp = Literal["prometheus", "grafana", "alertmanager", "logs", "traces"]
"""Parts whose volumes `Backup` copies."""


class PrometheusArguments(TypedDict, total=False):
    """Arguments of `PrometheusStack`."""

    targets: Sequence[RouterTarget]
    scrape_jobs: Sequence[ScrapeJob]
    guards: ScrapeGuards
    rules: Sequence[RuleFile]
    rule_files: Sequence[str]
    rule_config_maps: Sequence[str]
    recording_rules: bool
    alerts: Alerts
    alertmanagers: Sequence[HasEndpoint]
    interval: str
    retention: str
    retention_size: str | None
    out_of_order_window: str | None
    storage: Storage
    uid: str | None
    external_labels: Mapping[str, str] | None
    external_url: str | None
    login: Login | None
    tls: ServingTls | None
    remote_write: Sequence[RemoteWrite]
    cluster_wide: bool
    sidecar: ThanosSidecar | None
    features: Sequence[Feature]
    resources: Resources
    placement: Placement
    metadata: Metadata
    service_account: IServiceAccount | None
    image: str


class AddOnArguments(TypedDict, total=False):
    """Arguments of `AddOn`."""

    scraped_by: Required[Scraper]
    shown_by: Viewer
    targets: Sequence[RouterTarget]
    guards: ScrapeGuards
    interval: str
    rules: Sequence[RuleFile]
    recording_rules: bool
    alerts: Alerts
    notified_by: AlertmanagerConfig | None
    dashboards: Sequence[DashboardSource]
    optional_dashboards: Sequence[OptionalDashboard]
    image: str


class AlertmanagerArguments(TypedDict, total=False):
    """Arguments of `AlertmanagerStack`."""

    receivers: Required[Sequence[Receiver]]
    routes: Sequence[Route]
    default_receiver: str | None
    grouping: Grouping
    inhibitions: Sequence[Inhibition]
    default_inhibitions: bool
    time_intervals: Sequence[TimeInterval]
    silences: Sequence[Silence]
    dead_man_switch: DeadManSwitch | None
    retention: str
    uid: str | None
    external_url: str | None
    login: Login | None
    tls: ServingTls | None
    proxy_url: str | None
    replicas: int
    storage: Claim
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class BackupArguments(TypedDict, total=False):
    """Arguments of `Backup`, with the parts by name."""

    of: Sequence[BackedUp]
    schedule: str
    via: BackupMethod
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class GrafanaAccessArguments(TypedDict, total=False):
    """Arguments of `GrafanaAccess`."""

    service_accounts: Sequence[GrafanaServiceAccount]
    teams: Sequence[GrafanaTeam]
    folders: Sequence[GrafanaFolder]
    schedule: str
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class GrafanaArguments(TypedDict, total=False):
    """Arguments of `GrafanaStack`."""

    source_options: Mapping[str, Any] | None
    data_sources: Sequence[DataSource | HasEndpoint]
    dashboards: Sequence[DashboardSource]
    router_dashboards: bool
    optional_dashboards: Sequence[OptionalDashboard]
    admin: AdminSecret | DemoCredentials | ISecret | None
    admin_revision: str | None
    reset_admin_password: bool
    secret_key: SecretKey | None
    external_url: str | None
    tls: ServingTls | None
    embedding: bool
    anonymous: Anonymous | None
    logins: Sequence[GrafanaLogin]
    ldap: Ldap | None
    auth_proxy: AuthProxy | None
    login_form: bool | None
    session: Session | None
    smtp: Smtp | None
    log_level: LogLevel
    settings: Mapping[str, Mapping[str, str | int | float | bool | SecretKey]] | None
    replicas: int
    database: Database | None
    storage: Storage | None
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class OAuth2ProxyArguments(TypedDict, total=False):
    """Arguments of `OAuth2Proxy`."""

    provider: Required[IdentityProvider]
    client_id: Required[str]
    client_secret: Required[SecretKey]
    cookie_secret: Required[SecretKey]
    allow: Allow
    expire: str
    refresh: str | None
    trusted_proxies: Sequence[str]
    replicas: int
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class KubeStateMetricsArguments(TypedDict, total=False):
    """Arguments of `KubeStateMetrics`."""

    namespaces: Sequence[str]
    collectors: Sequence[Collector]
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class TraceGatewayArguments(TypedDict, total=False):
    """Arguments of `TraceGateway`."""

    destinations: Sequence[TraceDestination]
    targets: Sequence[RouterTarget]
    sampling: TailSampling | None
    drop_attributes: Sequence[str]
    replicas: int
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class ProbesArguments(TypedDict, total=False):
    """Arguments of `Probes`."""

    http: Sequence[HttpProbe]
    tcp: Sequence[TcpProbe]
    canaries: Sequence[CanaryProbe]
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class TraceStoreArguments(TypedDict, total=False):
    """Arguments of `TraceStore`."""

    retention: str
    storage: Storage
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class LogStoreArguments(TypedDict, total=False):
    """Arguments of `LogStore`."""

    collectors: Required[Sequence[str]]
    retention: str
    storage: Storage
    install_plugin: bool
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class IngressArguments(TypedDict, total=False):
    """Arguments of `ObservabilityIngress`, with the parts to expose by name."""

    backends: Sequence[Exposed]
    via: Via
    tls: Tls | None
    annotations: Mapping[str, str] | None


class ThanosArguments(TypedDict, total=False):
    """Arguments of `ThanosStack`."""

    object_storage: ObjectStorage | None
    block_retention: BlockRetention
    store: StoreGateway
    compactor: Compactor
    response_timeout: str
    uid: str | None
    login: Login | None
    tls: ServingTls | None
    replicas: int
    resources: Resources
    placement: Placement
    metadata: Metadata
    image: str


class NetworkPolicyArguments(TypedDict, total=False):
    """Arguments of `NetworkPolicies`."""

    allow_from: Sequence[AllowedConnection]
    allow_to: Sequence[AllowedConnection]
    api_server: ApiServerAddress
    dns: Sequence[Dns]
