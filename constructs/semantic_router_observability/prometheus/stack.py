"""`PrometheusStack`: one Prometheus that finds the Semantic Router."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import msgspec
from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.options import Alerts
from semantic_router_observability.checks import duration_seconds, http_url, listed, prometheus_labels, service_name
from semantic_router_observability.contract.options import ContractOptions
from semantic_router_observability.errors import ConfigError, Place, arg, inside, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account as own_account
from semantic_router_observability.kubernetes.certificate import serving_certificate
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, single_writer
from semantic_router_observability.kubernetes.replicas import http_port, web_service
from semantic_router_observability.kubernetes.storage import Claim, Storage, size_bytes, volume_source
from semantic_router_observability.kubernetes.traffic import Pods
from semantic_router_observability.login.web import WebServer
from semantic_router_observability.router.target import ALL_NAMESPACES, JOB, RouterTarget

from . import config, rbac
from . import traffic as wiring
from .alert_targets import check_alert_targets
from .alert_targets import namespaces_of as alert_namespaces_of
from .kubernetes_sd import check_rights, discoveries
from .plan import Plan
from .pod import PORT, WEB, template
from .remote_write import check_distinct
from .retention import retention as retention_body
from .scrape import RawJob, ScrapeGuards, ScrapeJob, StaticJob, check_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk8s_plus_27 import IServiceAccount

    from semantic_router_observability.kubernetes.endpoint import Endpoint, HasEndpoint
    from semantic_router_observability.kubernetes.secrets import SecretUse
    from semantic_router_observability.kubernetes.serving import ServingTls
    from semantic_router_observability.kubernetes.traffic import Flow, Traffic
    from semantic_router_observability.login.types import Login

    from .remote_write import RemoteWrite
    from .rules import RuleFile

RESERVED_JOBS = (JOB, "prometheus", "grafana", "alertmanager")

SHORTEST_INTERVAL = 1
LONGEST_INTERVAL = 120
"""Seconds. A rate needs two samples in its window, and the dashboards and Prometheus's own look-back use 5 minutes."""


class PrometheusStack(Construct):
    """A Prometheus that scrapes the Semantic Router, itself and the Grafana beside it.

    Usage:
        PrometheusStack(chart, "prometheus")
        PrometheusStack(chart, "prometheus", targets=[RouterTarget.helm("vsr", namespaces=["routing"])], storage=Claim(size="100Gi"))

    Objects are named after `id`: Service `<id>`, claim `<id>-data` and so on; two stacks with two ids share a namespace.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the stack makes. At most 52 characters, so that pod names and labels stay legal.
        targets: How and where the router was installed. Default: all four installation styles in the stack's namespace.
        scrape_jobs: Further jobs, such as vLLM engines, Envoy or llm-d. Default: none.
        guards: Limits on the metrics of one router pod. Default: 50,000 samples and 1,000 characters of label values a series, and
            personal data dropped.
        rules: Rule files to evaluate. Default: none.
        recording_rules: Evaluate the router's recording rules, which keep dashboards as fast with 200 pods as with five. Default true.
        alerts: Alerts on the router and on this stack; they need no Alertmanager to show. Default: the shipped ones, see `Alerts`.
        contract: What the rules are checked against, besides the router's metrics. Default: see `ContractOptions`.
        alertmanagers: Alertmanagers outside this stack that alerts are sent to. Default: none, alerts are only displayed.
        interval: Time between scrapes and between rule evaluations. Default `15s`, the router project's own setting.
        retention: How long samples are kept. Default `15d`, the router project's own setting.
        retention_size: Most bytes that blocks may take, in Prometheus's notation (`16GB`). Default: 80 % of the volume.
        storage: Where samples are kept. Default: a declared claim of 20Gi, the size the router project suggests.
        uid: Uid of the data source that Grafana makes of it; two sources of one Grafana need two. Default: `id`.
        external_labels: Labels added to everything that leaves this Prometheus. Default: none.
        external_url: URL at which users reach it; links in alerts and redirects use it, and so does an ingress. Default: not exposed.
        login: How clients authenticate: basic authentication, client certificates, or none with a reason. Default: no authentication.
        tls: Certificate it shows inside the cluster; everything then connects by https. Default: none, plain HTTP.
        remote_write: Long-term storages to send samples to. Default: none.
        cluster_wide: Let discovery read services, pods, endpoint slices and nodes of the whole cluster; makes a ClusterRole. Default
            false: only Roles in the namespaces that `targets` and `scrape_jobs` name.
        resources: Requests and limits. Default 250m CPU, 1Gi memory, limit 2Gi memory: the router project's, less its CPU limit.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere.
        service_account: Account to run as, instead of one made here; it is granted the same Roles. Default: made here.
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
        targets: Sequence[RouterTarget] = (RouterTarget(),),
        scrape_jobs: Sequence[ScrapeJob] = (),
        guards: ScrapeGuards = ScrapeGuards(),  # noqa: B008  frozen
        rules: Sequence[RuleFile] = (),
        recording_rules: bool = True,
        alerts: Alerts = Alerts(),  # noqa: B008  frozen
        contract: ContractOptions = ContractOptions(),  # noqa: B008  frozen
        alertmanagers: Sequence[HasEndpoint] = (),
        interval: str = "15s",
        retention: str = "15d",
        retention_size: str | None = None,
        storage: Storage = Claim(size="20Gi"),  # noqa: B008  frozen
        uid: str | None = None,
        external_labels: Mapping[str, str] | None = None,
        external_url: str | None = None,
        login: Login | None = None,
        tls: ServingTls | None = None,
        remote_write: Sequence[RemoteWrite] = (),
        cluster_wide: bool = False,
        resources: Resources = Resources(cpu="250m", memory="1Gi", memory_limit="2Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        service_account: IServiceAccount | None = None,
        image: str = images.PROMETHEUS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("PrometheusStack", "id"), id, limit=52)
        namespace = namespace_of(scope)
        _check(id, targets, scrape_jobs, rules, interval, external_labels or {}, cluster_wide=cluster_wide)
        contract.check_rules(id, rules, [label for job in scrape_jobs if isinstance(job, StaticJob) for label in job.labels], alerts.own)
        check_alert_targets(place(id, "alertmanagers"), alertmanagers)
        check_distinct(place(id, "remote_write"), remote_write)
        facts = Facts(
            namespaces=config.namespaces_of(targets, namespace),
            jobs=tuple(job.name for job in scrape_jobs),
            sample_limit=guards.sample_limit,
            volume_bytes=size_bytes(storage),
            remote_write=bool(remote_write),
            alertmanager=bool(alertmanagers),
            interval=interval,
            retention=retention,
        )
        retained = retention_body(id, retention, retention_size, storage)
        address = None if external_url is None else http_url(place(id, "external_url"), external_url)
        image = registries.resolve(place(id, "image"), image)
        alert_namespaces = alert_namespaces_of(alertmanagers)
        scraped = config.namespaces_of([RouterTarget(), *targets, *scrape_jobs], namespace)
        discovered = (ALL_NAMESPACES,) if cluster_wide else tuple(dict.fromkeys([*scraped, *alert_namespaces]))
        further = [found for job in scrape_jobs if isinstance(job, RawJob) for found in discoveries(job, namespace)]
        web = WebServer(service=id, namespace=namespace, port=PORT, external_url=address, directory=WEB, login=login, tls=tls)
        super().__init__(scope, id)

        owned = labels("prometheus", id, "metrics")
        pods = Pods(namespace, selector_labels("prometheus", id))
        self.endpoint: Endpoint = msgspec.structs.replace(
            web.endpoint("prometheus", pods),
            uid=uid,
            interval=interval,
            recording_rules=recording_rules,
            lines=tuple(alerts.lines(facts)),
            router_namespaces=wiring.router_namespaces(targets, namespace),
        )
        """Where it is reached, and what others have to know to connect to it."""
        self.traffic: Sequence[Traffic] = wiring.traffic(
            id,
            pods,
            targets=targets,
            scrape_jobs=scrape_jobs,
            alertmanagers=alertmanagers,
            alert_namespaces=alert_namespaces,
            remote_write=remote_write,
        )
        """Connections that its pod opens; those to it are part of what connects."""
        serving_certificate(self, id, namespace, tls, labels=owned)

        account = {"name": id if service_account is None else service_account.name, "namespace": namespace}
        if service_account is None:
            own_account(self, id, labels=owned)
        self.roles: Sequence[Manifest] = rbac.grant(
            self, id, namespaces=discovered, further=further, own_namespace=namespace, account=account, labels=owned
        )
        """Roles and bindings, a pair a scraped namespace."""

        self._plan = Plan(
            id=id,
            namespace=namespace,
            endpoint=self.endpoint,
            web=web,
            targets=targets,
            scrape_jobs=scrape_jobs,
            guards=guards,
            alertmanagers=alertmanagers,
            remote_write=remote_write,
            external_labels=external_labels or {},
            retention=retained,
            pull_secrets=registries.pull_secrets,
            recording_rules=recording_rules,
            alerts=alerts,
            rules=rules,
            facts=facts,
            pod=lambda secrets: template(
                labels=owned,
                account=account["name"],
                image=image,
                registries=registries,
                resources=resources,
                placement=placement,
                platform=platform,
                config_map=f"{id}-config",
                rules=f"{id}-rules",
                data=volume_source(storage, f"{id}-data"),
                secrets=secrets,
                web=web,
            ),
        )
        """What its objects are rendered from, again when a Grafana is made that changes them."""
        self._grafanas: tuple[Endpoint, ...] = ()
        """Those whose scrape takes more than a plain request."""
        self._linked = False
        """Whether links in alerts lead to a Grafana's address."""
        rendered = self._plan.render(self._grafanas)
        self.config_map = Manifest(
            self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=rendered.files
        )
        """Holds `prometheus.yml`; Prometheus watches the file, so a change needs no restart."""
        self.rules = Manifest(
            self, "rules", api_version="v1", kind="ConfigMap", name=f"{id}-rules", labels=owned, data=self._plan.rule_files(facts)
        )
        """Holds the rule files. Always there, so that the first rule is a change of content and not of the pod."""

        if isinstance(storage, Claim):
            Manifest(self, "data", api_version="v1", kind="PersistentVolumeClaim", name=f"{id}-data", labels=owned, spec=storage.spec())

        self.workload = Manifest(
            self, "workload", api_version="apps/v1", kind="StatefulSet", name=id, labels=owned, spec=_workload(id, pods, rendered.template)
        )
        """The StatefulSet, also `node.default_child`, so that `ApiObject.of(stack)` reaches it."""
        self.node.default_child = self.workload
        self.secret_references: Sequence[SecretUse] = rendered.uses
        """Keys of Secrets that it reads; each file is opened anew for each request that needs it."""

        self.service = web_service(self, id, labels=owned, selector=pods.labels, port=PORT, tls=tls)
        """Service that users, Grafana and an ingress connect to."""
        Manifest(
            self,
            "headless",
            api_version="v1",
            kind="Service",
            name=f"{id}-headless",
            labels=owned,
            spec={"clusterIP": "None", "selector": pods.labels, "ports": [http_port(PORT)]},
        )
        for alertmanager in alertmanagers:
            alertmanager.bind(self.endpoint)
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Learn of a Grafana that shows this Prometheus: links in alerts lead to it, and its certificate is checked when it is scraped."""
        if later.component != "grafana":
            return
        if later.protected and later.service and later.service.namespace == self._plan.namespace:
            self._grafanas = (*self._grafanas, later)
            rendered = self._plan.render(self._grafanas)
            self.config_map.amend(data=rendered.files)
            self.workload.amend(spec=_workload(self._plan.id, self.traffic[0].pods, rendered.template))
            self.secret_references = rendered.uses
        if later.external_url and not self._linked and self._plan.alerts.dashboard_base_url is None:
            self._linked = True
            if data := self._plan.rule_files(dataclasses.replace(self._plan.facts, grafana_url=later.external_url.text)):
                self.rules.amend(data=data)

    @property
    def router_flows(self) -> Sequence[Flow]:
        """Those of the connections that lead to the routers."""
        return [flow for flow in self.traffic[0].sends if flow.why == wiring.TO_ROUTERS]


def _workload(id: str, pods: Pods, template: Mapping[str, Any]) -> dict[str, Any]:
    return {**single_writer(f"{id}-headless"), "replicas": 1, "selector": {"matchLabels": pods.labels}, "template": template}


def _check(
    id: str,
    targets: Sequence[RouterTarget],
    scrape_jobs: Sequence[ScrapeJob],
    rules: Sequence[RuleFile],
    interval: str,
    external_labels: Mapping[str, str],
    *,
    cluster_wide: bool,
) -> None:
    for argument, values in (("targets", targets), ("scrape_jobs", scrape_jobs), ("rules", rules)):
        listed(place(id, argument), values)
    if not targets:
        raise ConfigError(place(id, "targets"), [], f"name at least one router; {arg('install', 'any')} finds every installation style")
    if not SHORTEST_INTERVAL <= duration_seconds(place(id, "interval"), interval) <= LONGEST_INTERVAL:
        raise ConfigError(place(id, "interval"), interval, "write 1s to 2m; from 2m30s on, rates over 5 minutes have gaps")
    prometheus_labels(place(id, "external_labels"), external_labels)
    check_jobs(place(id, "scrape_jobs"), scrape_jobs, RESERVED_JOBS, interval)
    for index, job in enumerate(scrape_jobs):
        if isinstance(job, RawJob):
            with inside(Place(id), "scrape_jobs", index):
                check_rights(job, cluster_wide=cluster_wide)
    for argument, discovering in (("targets", targets), ("scrape_jobs", scrape_jobs)):
        for index, part in enumerate(discovering):
            if ALL_NAMESPACES in config.namespaces_of([part], "") and not cluster_wide:
                raise ConfigError(
                    place(id, argument, index, "namespaces"),
                    ALL_NAMESPACES,
                    f"reading every namespace needs {arg('cluster_wide', True)}, a ClusterRole; or name the namespaces",
                )
