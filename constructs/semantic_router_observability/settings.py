"""`observability.yaml` as types.

Every key is optional. A key that is left out takes the default of the construct it configures, so each default is written once, in a
constructor's signature; the JSON Schema beside the file shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from .addon.agent import RemoteWriteAgent
from .addon.settings import AddOnSettings, check_alone
from .addon.viewers import NoDashboards
from .alerting.options import Alerts
from .checks import dns_label
from .contract.options import ContractOptions
from .errors import ConfigError, Place, arg, inside
from .kubernetes.metadata import IpFamilyPolicy, check_labels
from .kubernetes.metadata import check_annotations as check_common_annotations
from .kubernetes.patches import Patch
from .kubernetes.platform import Kubernetes, OpenShift, Platform
from .router.target import RouterTarget
from .secrets import EncryptedFile, Provider
from .settings_sections import (
    AlertmanagerSettings,
    BackupSettings,
    GrafanaAccessSettings,
    GrafanaSettings,
    ImageSettings,
    IngressSettings,
    KubeStateMetricsSettings,
    LogSettings,
    NetworkPolicySettings,
    OAuth2ProxyLogin,
    ProbeSettings,
    PrometheusSettings,
    SizeSettings,
    ThanosSettings,
    TraceSettings,
)
from .spec import Spec
from .texts import DnsLabel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .arguments import (
        AddOnArguments,
        AlertmanagerArguments,
        BackupArguments,
        Exposed,
        GrafanaAccessArguments,
        GrafanaArguments,
        IngressArguments,
        KubeStateMetricsArguments,
        LogStoreArguments,
        OAuth2ProxyArguments,
        ProbesArguments,
        PrometheusArguments,
        ThanosArguments,
        TraceGatewayArguments,
        TraceStoreArguments,
    )
    from .thanos.forms import ThanosSidecar

NAMESPACE = "vllm-semantic-router-system"
"""Where the router's own manifests and its Helm instructions install it."""


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
        grafana_access: Service accounts with tokens, teams, and permissions of folders in Grafana. Default: none.
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
    grafana_access: GrafanaAccessSettings | None = None
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
                "grafana_access",
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
        if self.thanos is not None:
            arguments["sidecar"] = self._sidecar(self.thanos)
        return {**arguments, **_targets(self.routers), **_image(self.images.prometheus)}

    def _sidecar(self, thanos: ThanosSettings) -> ThanosSidecar:
        from .thanos.forms import ThanosSidecar  # noqa: PLC0415 - only those who ask for it pay for it

        given: dict[str, Any] = {
            "resources": thanos.sidecar_resources,
            "object_storage": thanos.object_storage,
            "image": self.images.thanos,
        }
        return ThanosSidecar(**{name: value for name, value in given.items() if value is not UNSET})

    def thanos_arguments(self) -> ThanosArguments | None:
        """Arguments of `ThanosStack`, of all sections that speak of it; None where there is to be none."""
        return None if self.thanos is None else {**self.thanos.arguments(), **_image(self.images.thanos)}

    def add_on_arguments(self) -> AddOnArguments | None:
        """Arguments of `AddOn`, of all sections that speak of it; None where there is to be none."""
        if self.add_on is None:
            return None
        arguments: AddOnArguments = {**self.add_on.arguments(), "alerts": self.alerts}
        if isinstance(arguments["scraped_by"], RemoteWriteAgent):
            arguments["scraped_by"] = arguments["scraped_by"].labelled(self.labels)
        return {**arguments, **_targets(self.routers), **_image(self.images.prometheus)}

    def grafana_arguments(self) -> GrafanaArguments:
        """Arguments of `GrafanaStack`, of all sections that speak of it."""
        return {**self.grafana.arguments(), **_image(self.images.grafana)}

    def alertmanager_arguments(self) -> AlertmanagerArguments | None:
        """Arguments of `AlertmanagerStack`, of all sections that speak of it; None where there is to be none."""
        return None if self.alertmanager is None else {**self.alertmanager.arguments(), **_image(self.images.alertmanager)}

    def trace_arguments(self) -> TraceGatewayArguments | None:
        """Arguments of `TraceGateway`, of all sections that speak of it; None where there is to be none."""
        if self.traces is None:
            return None
        return {**self.traces.arguments(), **_targets(self.routers), **_image(self.images.otel_collector)}

    def trace_store_arguments(self) -> TraceStoreArguments | None:
        """Arguments of `TraceStore`, of all sections that speak of it; None where there is to be none."""
        if self.traces is None or self.traces.store is None:
            return None
        return {**self.traces.store.arguments(), **_image(self.images.jaeger)}

    def log_arguments(self) -> LogStoreArguments | None:
        """Arguments of `LogStore`, of all sections that speak of it; None where there is to be none."""
        return None if self.logs is None else {**self.logs.arguments(), **_image(self.images.victoria_logs)}

    def kube_state_metrics_arguments(self) -> KubeStateMetricsArguments | None:
        """Arguments of `KubeStateMetrics`, of all sections that speak of it; None where there is to be none."""
        if self.kube_state_metrics is None:
            return None
        return {**self.kube_state_metrics.arguments(), **_image(self.images.kube_state_metrics)}

    def probe_arguments(self) -> ProbesArguments | None:
        """Arguments of `Probes`, of all sections that speak of it; None where there is to be none."""
        return None if self.probes is None else {**self.probes.arguments(), **_image(self.images.blackbox_exporter)}

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
        logins: dict[Exposed, object] = {"prometheus": self.prometheus.login}
        if self.alertmanager:
            logins["alertmanager"] = self.alertmanager.login
        return {
            part: {**login.arguments(), **_image(self.images.oauth2_proxy)}
            for part, login in logins.items()
            if isinstance(login, OAuth2ProxyLogin)
        }

    def backup_arguments(self) -> BackupArguments | None:
        """Arguments of `Backup`; None where there is to be none."""
        return None if self.backup is None else {**self.backup.arguments(), **_image(self.images.kubectl)}

    def grafana_access_arguments(self) -> GrafanaAccessArguments | None:
        """Arguments of `GrafanaAccess`; None where there is to be none."""
        return None if self.grafana_access is None else {**self.grafana_access.arguments(), **_image(self.images.python)}

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


class _Image(TypedDict, total=False):
    image: str


class _Targets(TypedDict, total=False):
    targets: Sequence[RouterTarget]


def _image(given: str | UnsetType) -> _Image:
    """Argument of a part whose image is not the pinned one."""
    return {} if given is UNSET else {"image": given}


def _targets(given: Sequence[RouterTarget] | UnsetType) -> _Targets:
    """Argument of a part that connects to the routers, where these are not installed as usual."""
    return {} if given is UNSET else {"targets": given}
