"""`observability.yaml` as types.

Every key is optional. A key that is left out takes the default of the construct it configures, so each default is written once, in a
constructor's signature; the JSON Schema beside the file shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET, UnsetType

from .alerting.options import Alerts
from .alertmanager.inhibition import Inhibition
from .alertmanager.receivers import DeadManSwitch, Receiver
from .alertmanager.routes import Grouping, Route
from .alertmanager.timing import TimeInterval
from .arguments import Exposed, NetworkPolicyArguments
from .checks import dns_label
from .contract.options import ContractOptions
from .errors import ConfigError, Path
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
from .kubernetes.platform import Kubernetes, OpenShift, Platform
from .kubernetes.pods import Placement, Resources
from .kubernetes.secrets import SecretKey
from .kubernetes.serving import ServingTls
from .kubernetes.storage import Claim, Storage
from .login.providers import Allow, IdentityProvider
from .login.types import Login
from .network.options import AllowedConnection, ApiServerAddress, Dns
from .prometheus.alert_targets import ExternalAlertmanager
from .prometheus.remote_write import RemoteWrite
from .prometheus.rules import RuleFile
from .prometheus.scrape import ScrapeGuards, ScrapeJob
from .router.target import RouterTarget
from .secrets import EncryptedFile, Provider
from .spec import Spec
from .texts import DnsLabel, Duration, HttpUrl, PrometheusSize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .arguments import AlertmanagerArguments, GrafanaArguments, IngressArguments, OAuth2ProxyArguments, PrometheusArguments

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

    def arguments(self) -> OAuth2ProxyArguments:
        """Those that are given."""
        return cast("OAuth2ProxyArguments", self._given())


class PrometheusSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `PrometheusStack`."""

    scrape_jobs: Sequence[ScrapeJob] | UnsetType = UNSET
    guards: ScrapeGuards | UnsetType = UNSET
    rules: Sequence[RuleFile] | UnsetType = UNSET
    recording_rules: bool | UnsetType = UNSET
    alertmanagers: Sequence[ExternalAlertmanager] | UnsetType = UNSET
    interval: Duration | UnsetType = UNSET
    retention: Duration | UnsetType = UNSET
    retention_size: PrometheusSize | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    external_labels: dict[str, str] | UnsetType = UNSET
    external_url: HttpUrl | UnsetType = UNSET
    login: Login | OAuth2ProxyLogin | UnsetType = UNSET
    tls: ServingTls | UnsetType = UNSET
    remote_write: Sequence[RemoteWrite] | UnsetType = UNSET
    cluster_wide: bool | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET

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

    def arguments(self) -> AlertmanagerArguments:
        """Those that are given."""
        return cast("AlertmanagerArguments", self._given())


class GrafanaSettings(_Arguments, frozen=True, kw_only=True):
    """Arguments of `GrafanaStack`."""

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
    settings: dict[str, dict[str, str | SecretKey]] | UnsetType = UNSET
    replicas: int | UnsetType = UNSET
    database: Database | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    resources: Resources | UnsetType = UNSET
    placement: Placement | UnsetType = UNSET

    def arguments(self) -> GrafanaArguments:
        """Those that are given."""
        return cast("GrafanaArguments", self._given())


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


class ImageSettings(Spec, frozen=True, kw_only=True):
    """Container images.

    Attributes:
        prometheus: Image of Prometheus, by tag or digest. Default: the pinned release.
        grafana: Image of Grafana, by tag or digest. Default: the pinned release.
        alertmanager: Image of Alertmanager, by tag or digest. Default: the pinned release.
        oauth2_proxy: Image of oauth2-proxy, by tag or digest. Default: the pinned release.
        mirrors: Replacement for each registry named in an image, such as `{"docker.io": "mirror.example.com/dockerhub"}`. Default: none.
        pull_secrets: Names of Secrets of type `kubernetes.io/dockerconfigjson` in the namespace. Default: none.

    """

    prometheus: str | UnsetType = UNSET
    grafana: str | UnsetType = UNSET
    alertmanager: str | UnsetType = UNSET
    oauth2_proxy: str | UnsetType = UNSET
    mirrors: dict[str, str] = {}
    pull_secrets: Sequence[str] = ()

    def __post_init__(self) -> None:
        _ = self.registries

    @property
    def registries(self) -> ImageRegistries:
        """Where images come from."""
        return ImageRegistries(mirrors=self.mirrors, pull_secrets=self.pull_secrets)


class Settings(Spec, frozen=True, kw_only=True):
    """All settings of the stack.

    Attributes:
        namespace: Namespace of the stack, in every object and every address. Default `vllm-semantic-router-system`.
        platform: Kind of cluster: `{type: kubernetes}` (default), or `{type: openshift}`, which chooses the user of pods itself.
        routers: How and where the router was installed. Default: all four installation styles in the stack's namespace.
        prometheus: Prometheus. Default: one pod that scrapes the routers and keeps 15 days on a claim of 20Gi.
        grafana: Grafana. Default: one pod with the router's dashboards and a claim of 10Gi.
        alertmanager: Alertmanager, which sends notifications about alerts. Default: none.
        ingress: Exposes the parts that have an `externalUrl` outside the cluster. Default: none.
        network_policies: Network policies. Default: made, so that only connections the stack needs pass.
        images: Container images. Default: the pinned releases, from where they are published.
        alerts: Alerts that Prometheus evaluates. Default: the shipped ones, which show in Prometheus and Grafana.
        contract: Metrics that user-supplied rules and dashboards are checked against. Default: the router's metrics.
        secrets: Where the Secrets that other settings name come from: a store, a CSI driver or encrypted files. Default: they exist.

    """

    namespace: DnsLabel = NAMESPACE
    platform: Platform = Kubernetes()
    routers: Sequence[RouterTarget] | UnsetType = UNSET
    prometheus: PrometheusSettings = PrometheusSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    alertmanager: AlertmanagerSettings | None = None
    ingress: IngressSettings | None = None
    network_policies: NetworkPolicySettings = NetworkPolicySettings()
    images: ImageSettings = ImageSettings()
    alerts: Alerts = Alerts()
    contract: ContractOptions = ContractOptions()
    secrets: Sequence[Provider] = ()

    def __post_init__(self) -> None:
        dns_label("namespace", self.namespace)
        if isinstance(self.platform, OpenShift) and (self.namespace == "default" or self.namespace.startswith(("openshift-", "kube-"))):
            raise ConfigError("namespace", self.namespace, "the platform owns it and chooses no user for its pods; name another")

    @property
    def encrypted_files(self) -> tuple[EncryptedFile, ...]:
        """Files that go into the output folder as they are."""
        return tuple(provider for provider in self.secrets if isinstance(provider, EncryptedFile))

    def prometheus_arguments(self) -> PrometheusArguments:
        """Arguments of `PrometheusStack`, of all sections that speak of it."""
        arguments: PrometheusArguments = {"alerts": self.alerts, **self.prometheus.arguments()}
        if self.routers is not UNSET:
            arguments["targets"] = self.routers
        if self.images.prometheus is not UNSET:
            arguments["image"] = self.images.prometheus
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


_ORIGINS: Mapping[Path, Path] = {
    ("prometheus", "targets"): ("routers",),
    ("prometheus", "alerts"): ("alerts",),
    ("prometheus", "image"): ("images", "prometheus"),
    ("prometheus", "namespaces"): ("routers",),
    ("grafana", "image"): ("images", "grafana"),
    ("alertmanager", "image"): ("images", "alertmanager"),
    ("prometheus-login",): ("prometheus", "login"),
    ("prometheus-login", "image"): ("images", "oauth2_proxy"),
    ("prometheus-login", "upstream"): ("prometheus", "login"),
    ("alertmanager-login",): ("alertmanager", "login"),
    ("alertmanager-login", "image"): ("images", "oauth2_proxy"),
    ("alertmanager-login", "upstream"): ("alertmanager", "login"),
    ("network",): ("network_policies",),
    ("router-access", "prometheus"): ("network_policies", "router_access"),
    ("secrets", "providers"): ("secrets",),
    **{(section,): (section,) for section in ("prometheus", "grafana", "alertmanager", "ingress", "secrets", "contract")},
}
"""Where the settings hold what a construct of `main.py` is given, by the construct's id and, where it is elsewhere, the argument."""


def in_settings(error: ConfigError) -> ConfigError:
    """Move a construct's error to the place in the settings that its argument came from."""
    for length in (2, 1):
        if error.path[:length] in _ORIGINS:
            return ConfigError((*_ORIGINS[error.path[:length]], *error.path[length:]), error.given, error.expected)
    return error
