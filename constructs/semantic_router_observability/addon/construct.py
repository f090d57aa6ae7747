"""`AddOn`: the router's monitors, rules and dashboards for a cluster that has a Prometheus and a Grafana."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.alerting.options import Alerts
from semantic_router_observability.checks import service_name
from semantic_router_observability.contract.options import ContractOptions
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.traffic import Traffic
from semantic_router_observability.prometheus import rbac
from semantic_router_observability.prometheus.features import ALL, check_features
from semantic_router_observability.prometheus.scrape import ScrapeGuards
from semantic_router_observability.prometheus.traffic import router_flows
from semantic_router_observability.router.target import RouterTarget
from semantic_router_observability.rules.thresholds import INTERVAL

from .agent import RemoteWriteAgent
from .boards import dashboard_objects
from .google import NOT_SAID
from .managed import GoogleManaged
from .pages import pages
from .plan import Plan, Planned
from .refusals import check
from .viewers import GrafanaSidecar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.grafana.dashboards import DashboardSource, OptionalDashboard
    from semantic_router_observability.kubernetes.secrets import SecretUse
    from semantic_router_observability.kubernetes.traffic import Flow
    from semantic_router_observability.prometheus.agent import PrometheusAgent
    from semantic_router_observability.prometheus.rules import RuleFile

    from .forms import Scraper
    from .notifier import AlertmanagerConfig
    from .scrapers import Scrapes
    from .viewers import Viewer

_PODS: Sequence[Mapping[str, Any]] = ({"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]},)
_SERVICES: Sequence[Mapping[str, Any]] = (
    {"apiGroups": [""], "resources": ["services", "endpoints", "pods"], "verbs": ["list", "watch"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
)
_READ = {"pod": _PODS, "service": _SERVICES}
"""What discovery by a monitor lists and watches. Whether a ServiceMonitor means Endpoints or EndpointSlices, the Prometheus object decides."""


class AddOn(Construct):
    """Scraping, rules, alerts and dashboards of the Semantic Router for a Prometheus and a Grafana that exist.

    Usage:
        AddOn(chart, "semantic-router", scraped_by=KubePrometheusStack(release="kube-prometheus-stack"))
        AddOn(chart, "semantic-router", scraped_by=KubePrometheus(), targets=[RouterTarget.helm("vsr")], shown_by=NoDashboards())
        AddOn(chart, "semantic-router", scraped_by=RemoteWriteAgent(remote_write=[RemoteWrite(url="https://mimir.example.com/api/v1/push")]))

    Makes no pod, but for an agent that writes to a storage elsewhere. Targets, limits, rules and dashboards are those of `PrometheusStack` and `GrafanaStack`; the alerts and the dashboard about
    Prometheus, Grafana and Alertmanager themselves are not among them, as an existing installation has its own.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: First half of the name of everything the add-on makes. At most 30 characters.
        scraped_by: The Prometheus that scrapes the routers and evaluates the rules, by what installed it; or `RemoteWriteAgent`, where
            nothing in the cluster scrapes.
        shown_by: The Grafana that shows the dashboards, or that none does. Default: a Grafana with a sidecar, as kube-prometheus-stack has it.
        targets: How and where the router was installed. Default: all four installation styles in the chart's namespace.
        guards: Limits on the metrics of one router pod. Default: 50,000 samples and 1,000 characters of label values a series, and
            personal data dropped.
        interval: Time between scrapes, and between evaluations of alerts. Default `15s`, the router project's own setting. Write at most
            the interval of Grafana's data source, or graphs have gaps.
        rules: Rule files to evaluate, an object each. Default: none.
        recording_rules: Have the router's recording rules evaluated, which keep dashboards as fast with 200 pods as with five. Default true.
        alerts: Alerts on the router. Default: the shipped ones, see `Alerts`.
        contract: What rules and dashboards are checked against, besides the router's metrics. Default: see `ContractOptions`.
        notified_by: Receivers and routes for the Alertmanager of prometheus-operator. Default: none, its own configuration decides.
        dashboards: Further dashboards. Default: none.
        optional_dashboards: Shipped dashboards that show something only when more than the router is scraped. Default: none.
        image: Container image of the agent; nothing else runs. Default: the pinned release of Prometheus.
        registries: Mirrors and pull secrets of the agent's image. Default: none.
        platform: Kind of cluster in which the agent runs: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of pods itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        scraped_by: Scraper,
        shown_by: Viewer = GrafanaSidecar(),  # noqa: B008  frozen
        targets: Sequence[RouterTarget] = (RouterTarget(),),
        guards: ScrapeGuards = ScrapeGuards(),  # noqa: B008  frozen
        interval: str = INTERVAL,
        rules: Sequence[RuleFile] = (),
        recording_rules: bool = True,
        alerts: Alerts = Alerts(),  # noqa: B008  frozen
        contract: ContractOptions = ContractOptions(),  # noqa: B008  frozen
        notified_by: AlertmanagerConfig | None = None,
        dashboards: Sequence[DashboardSource] = (),
        optional_dashboards: Sequence[OptionalDashboard] = (),
        image: str = images.PROMETHEUS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("AddOn", "id"), id, limit=30)
        plan = Plan(
            id=id,
            namespace=namespace_of(scope),
            scraped_by=scraped_by,
            targets=targets,
            guards=guards,
            interval=interval,
            alerts=alerts,
            recording_rules=recording_rules,
            rules=rules,
            notified_by=notified_by,
        )
        check(plan)
        check_features(id, ALL, rules, alerts.own)
        contract.check_rules(id, rules, [], alerts.own)
        existing = None if isinstance(scraped_by, RemoteWriteAgent) else scraped_by
        if existing and (image, registries, platform) != (images.PROMETHEUS, ImageRegistries(), Kubernetes()):
            raise ConfigError(place(id, "image"), image, "only an agent runs a pod; remove image, registries and platform")
        evaluated = existing is None or existing.evaluates_rules
        recorded = recording_rules and evaluated
        shown = pages(
            id,
            shown_by,
            dashboards,
            optional_dashboards,
            contract,
            alerts.lines(plan.facts),
            recording_rules=recorded,
            alerts=alerts.enabled and evaluated,
            objectives=bool(alerts.slos) and evaluated,
            runbooks=alerts.runbook_base_url,
        )
        plan = replace(plan, dashboards=[dashboard.uid for dashboard in shown])
        monitors, rule_bodies, notifications = list(plan.monitors()), list(plan.rule_objects()), list(plan.notifications())
        super().__init__(scope, id)

        owned = labels("add-on", id, "monitoring")
        self.agent: PrometheusAgent | None = None
        """The agent, where nothing else scrapes; what its pods connect to and which Secrets they read, it says itself."""
        flows = [flow for target in targets for flow in router_flows(target, plan.namespace)]
        if isinstance(scraped_by, RemoteWriteAgent):
            self.agent = _agent(self, plan, scraped_by, image=image, registries=registries, platform=platform)
            scraping = self.agent.traffic[0].pods
        else:
            scraping = scraped_by.pods
        self.traffic: Sequence[Traffic] = (Traffic(name="prometheus", pods=scraping, sends=tuple(flows), foreign=True),)
        """Connections to the routers, of the Prometheus that scrapes them."""
        operated = None if existing is None or isinstance(existing, GoogleManaged) else existing
        chosen = {**owned, **(operated.object_labels if operated else {})}
        further = operated.rule_labels if operated else {}
        api = existing.api if existing else ""
        self.monitors: Sequence[Manifest] = [_object(self, body, api, chosen) for body in monitors]
        """PodMonitor, ServiceMonitor or PodMonitoring of the routers; one, or one a namespace where it reaches no further."""
        self.rules: Sequence[Manifest] = [_object(self, body, api, {**chosen, **further}) for body in rule_bodies]
        """An object with rules a topic."""
        self.notifications: Sequence[Manifest] = ()
        """An AlertmanagerConfig in each namespace with alerts, where `notified_by` is given."""
        self.secret_references: Sequence[SecretUse] = self.agent.secret_references if self.agent else ()
        """Keys of Secrets that the agent reads, or prometheus-operator for the Alertmanager."""
        if notified_by is not None:
            self.notifications, self.secret_references = _notifications(self, notifications, notified_by, chosen)
        self.rule_files: Mapping[str, str] = plan.rule_texts()
        """With an agent, rule files to load into the storage, by name: a topic each, in Prometheus's syntax. `write_manifests` writes them
        beside the manifests."""
        components_of(scope).rule_files.update(self.rule_files)
        self.dashboards: Sequence[Manifest] = dashboard_objects(self, id, shown, shown_by, owned)
        """A ConfigMap or a GrafanaDashboard a dashboard."""
        self.roles: Sequence[Manifest] = _roles(self, plan, operated, owned) if operated else ()
        """Roles and bindings for the existing Prometheus, a pair a namespace of routers, where it needs them."""
        components_of(scope).announce(self)

    @property
    def router_flows(self) -> Sequence[Flow]:
        """Connections to the routers."""
        return self.traffic[0].sends


def _agent(
    scope: Construct, plan: Plan, scraped_by: RemoteWriteAgent, *, image: str, registries: ImageRegistries, platform: Platform
) -> PrometheusAgent:
    from semantic_router_observability.prometheus.agent import PrometheusAgent  # noqa: PLC0415 - only those who have one pay for it

    return PrometheusAgent(
        scope,
        f"{plan.id}-agent",
        targets=plan.targets,
        guards=plan.guards,
        interval=plan.interval,
        image=image,
        registries=registries,
        platform=platform,
        **scraped_by.arguments(),
    )


def _object(scope: Construct, body: Planned, api_version: str, labels: Mapping[str, str]) -> Manifest:
    return Manifest(
        scope,
        f"{body.kind}-{body.namespace}-{body.name}",
        api_version=api_version,
        kind=body.kind,
        name=body.name,
        namespace=body.namespace,
        labels=labels,
        annotations={NOT_SAID: body.note} if body.note else {},
        spec=body.spec,
    )


def _notifications(
    scope: AddOn, bodies: Sequence[Planned], notified_by: AlertmanagerConfig, labels: Mapping[str, str]
) -> tuple[Sequence[Manifest], Sequence[SecretUse]]:
    from .notifications import API, secret_uses  # noqa: PLC0415 - only those who have one pay for it

    made = [_object(scope, body, API, {**labels, **notified_by.labels}) for body in bodies]
    return made, [use for body in bodies for use in secret_uses(notified_by, body.name, body.namespace)]


def _roles(scope: Construct, plan: Plan, scraped_by: Scrapes, labels: Mapping[str, str]) -> Sequence[Manifest]:
    account = scraped_by.account_without_rights
    if account is None:
        return ()
    return rbac.grant(
        scope,
        plan.id,
        namespaces=plan.routers,
        own_namespace=plan.namespace,
        account=account._asdict(),
        labels=labels,
        read=_READ[scraped_by.monitor],
    )
