"""`PrometheusStack`: one Prometheus that finds the Semantic Router."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from constructs import Construct
from msgspec.structs import replace

from semantic_router_observability import images
from semantic_router_observability.alerting.facts import TRACE_STORE_JOB, Facts
from semantic_router_observability.alerting.options import Alerts
from semantic_router_observability.checks import http_url, service_name
from semantic_router_observability.contract.options import ContractOptions
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account as own_account
from semantic_router_observability.kubernetes.certificate import serving_certificate
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, single_writer
from semantic_router_observability.kubernetes.replicas import http_port, persistent_claim, web_service
from semantic_router_observability.kubernetes.storage import Claim, Storage, claim_of, size_bytes, volume_source
from semantic_router_observability.kubernetes.traffic import Pods
from semantic_router_observability.login.web import WebServer
from semantic_router_observability.router.target import RouterTarget
from semantic_router_observability.rules.thresholds import INTERVAL, RETENTION

from . import config, rbac
from . import traffic as wiring
from .alert_targets import check_alert_targets, rules_of
from .alert_targets import namespaces_of as alert_namespaces_of
from .plan import Plan
from .pod import PORT, WEB, template
from .presets import dashboards_of
from .refusals import check_evaluated, check_scraped, check_targets, job_names
from .remote_write import check_distinct
from .retention import out_of_order
from .retention import retention as retention_body
from .rule_files import rules_at
from .rule_maps import RuleMaps, rule_texts
from .scrape import ScrapeGuards
from .sidecar import checked_sidecar, store_of, with_sidecar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk8s_plus_27 import IServiceAccount

    from semantic_router_observability.kubernetes.endpoint import Endpoint, HasEndpoint
    from semantic_router_observability.kubernetes.secrets import SecretUse
    from semantic_router_observability.kubernetes.serving import ServingTls
    from semantic_router_observability.kubernetes.traffic import Flow, Traffic
    from semantic_router_observability.login.types import Login
    from semantic_router_observability.thanos.forms import ThanosSidecar

    from .features import Feature
    from .presets import ScrapeJob
    from .remote_write import RemoteWrite
    from .rules import RuleFile


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
        rule_files: Paths of further ones, or of directories with them, as Prometheus or the Prometheus operator (`PrometheusRule`) reads them;
            relative to the settings file or, from Python, to the working directory. Default: none.
        rule_config_maps: Names of ConfigMaps of the stack's namespace that are managed elsewhere and whose keys, `*.yaml` or `*.yml`, are rule files.
            Prometheus starts without one that is missing; what they hold is not checked here. Default: none.
        recording_rules: Evaluate the router's recording rules, which keep dashboards as fast with 200 pods as with five. Default true.
        alerts: Alerts on the router and on this stack; they need no Alertmanager to show. Default: the shipped ones, see `Alerts`.
        contract: What the rules are checked against, besides the router's metrics. Default: see `ContractOptions`.
        alertmanagers: Alertmanagers outside this stack that alerts are sent to. Default: none, alerts are only displayed.
        interval: Time between scrapes and between rule evaluations. Default `15s`, the router project's own setting.
        retention: How long samples are kept. Default `15d`, the router project's own setting.
        retention_size: Most bytes that blocks may take, in Prometheus's notation (`16GB`). Default: 80 % of the volume.
        out_of_order_window: How much older than the newest sample of its series a sample may be, such as `30m`: for jobs whose pages carry
            timestamps of their own, a federation or a push gateway. Default: none, such samples are refused and an alert fires.
        storage: Where samples are kept. Default: a declared claim of 20Gi, the size the router project suggests.
        uid: Uid of the data source that Grafana makes of it; two sources of one Grafana need two. Default: `id`.
        external_labels: Labels added to everything that leaves this Prometheus; a `$` stands for itself. Default: none.
        external_url: URL at which users reach it; links in alerts and redirects use it, and so does an ingress. Default: not exposed.
        login: How clients authenticate: basic authentication, client certificates, or none with a reason. Default: no authentication.
        tls: Certificate it shows inside the cluster; everything then connects by https. Default: none, plain HTTP.
        remote_write: Long-term storages to send samples to. Default: none.
        cluster_wide: Let discovery read services, pods, endpoint slices and nodes of the whole cluster; makes a ClusterRole. Default
            false: only Roles in the namespaces that `targets` and `scrape_jobs` name.
        sidecar: Container through which Thanos reads its samples; `external_labels` then name the cluster. Default: none.
        features: Features to start it with, by the names of its flag `--enable-feature`, such as `promql-experimental-functions`. Default: none;
            a rule that takes one is refused.
        resources: Requests and limits. Default 250m CPU, 1Gi memory, limit 2Gi memory: the router project's, less its CPU limit.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
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
        rule_files: Sequence[str] = (),
        rule_config_maps: Sequence[str] = (),
        recording_rules: bool = True,
        alerts: Alerts = Alerts(),  # noqa: B008  frozen
        contract: ContractOptions = ContractOptions(),  # noqa: B008  frozen
        alertmanagers: Sequence[HasEndpoint] = (),
        interval: str = INTERVAL,
        retention: str = RETENTION,
        retention_size: str | None = None,
        out_of_order_window: str | None = None,
        storage: Storage = Claim(size="20Gi"),  # noqa: B008  frozen
        uid: str | None = None,
        external_labels: Mapping[str, str] | None = None,
        external_url: str | None = None,
        login: Login | None = None,
        tls: ServingTls | None = None,
        remote_write: Sequence[RemoteWrite] = (),
        cluster_wide: bool = False,
        sidecar: ThanosSidecar | None = None,
        features: Sequence[Feature] = (),
        resources: Resources = Resources(cpu="250m", memory="1Gi", memory_limit="2Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        service_account: IServiceAccount | None = None,
        image: str = images.PROMETHEUS,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("PrometheusStack", "id"), id, limit=52)
        namespace = namespace_of(scope)
        check_alert_targets(place(id, "alertmanagers"), alertmanagers)
        rules = [*rules, *(rules_at(place(id, "rule_files"), rule_files) if rule_files else ()), *rules_of(alertmanagers)]
        check_targets(id, targets, interval, external_labels or {})
        check_scraped(id, targets, scrape_jobs, interval, sidecar=sidecar is not None, cluster_wide=cluster_wide)
        check_evaluated(id, rules, features, alerts, contract, scrape_jobs, rule_config_maps)
        check_distinct(place(id, "remote_write"), remote_write)
        facts = Facts(
            namespaces=config.namespaces_of(targets, namespace),
            jobs=job_names(scrape_jobs, sidecar=sidecar is not None),
            sample_limit=guards.sample_limit,
            volume_bytes=size_bytes(storage),
            claim=claim_of(storage, namespace, f"{id}-data"),
            remote_write=bool(remote_write),
            alertmanager=bool(alertmanagers),
            interval=interval,
            retention=retention,
            optional_dashboards=dashboards_of(scrape_jobs),
            trace_store=any(job.name == TRACE_STORE_JOB for job in scrape_jobs),
            object_storage=sidecar is not None and sidecar.object_storage is not None,
        )
        external_labels, sidecar = checked_sidecar(id, sidecar, external_labels or {}, retention, registries)
        tsdb = {
            **out_of_order(id, out_of_order_window, retention, uploaded=facts.object_storage),
            "retention": retention_body(id, retention, retention_size, storage),
        }
        address = None if external_url is None else http_url(place(id, "external_url"), external_url)
        image = registries.resolve(place(id, "image"), image)
        alert_namespaces = alert_namespaces_of(alertmanagers)
        texts = rule_texts(id, recording=recording_rules, alerts=alerts, facts=facts, user_supplied=rules)
        maps = RuleMaps.of(id, texts)
        web = WebServer(service=id, namespace=namespace, port=PORT, external_url=address, directory=WEB, login=login, tls=tls)
        if service_account is not None and metadata.service_account_annotations:
            raise ConfigError(
                place(id, "metadata", "service_account_annotations"),
                sorted(metadata.service_account_annotations),
                f"the account is yours; annotate it there, or remove {arg('service_account')}",
            )
        super().__init__(scope, id)

        owned, pods = labels("prometheus", id, "metrics"), Pods(namespace, selector_labels("prometheus", id))
        self.endpoint: Endpoint = replace(
            web.endpoint("prometheus", pods),
            uid=uid,
            interval=interval,
            recording_rules=recording_rules,
            lines=tuple(alerts.lines(facts)),
            runbooks=alerts.runbook_base_url,
            features=tuple(features),
            optional_dashboards=sorted(
                {*facts.optional_dashboards, *(["slos"] if alerts.slos else ()), *(["thanos"] if sidecar is not None else ())}
            ),
            router_namespaces=wiring.router_namespaces(targets, namespace),
        )
        """Where it is reached, and what others have to know to connect to it."""
        serving_certificate(self, id, namespace, tls, labels=owned)

        account = {"name": id if service_account is None else service_account.name, "namespace": namespace}
        if service_account is None:
            own_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self._plan = Plan(
            id=id,
            namespace=namespace,
            pods=pods,
            endpoint=self.endpoint,
            web=web,
            targets=targets,
            scrape_jobs=scrape_jobs,
            guards=guards,
            alertmanagers=alertmanagers,
            alert_namespaces=alert_namespaces,
            remote_write=remote_write,
            cluster_wide=cluster_wide,
            external_labels=external_labels,
            tsdb=tsdb,
            pull_secrets=registries.pull_secrets,
            recording_rules=recording_rules,
            rule_config_maps=rule_config_maps,
            alerts=alerts,
            rules=rules,
            features=features,
            contract=contract,
            maps=maps,
            facts=facts,
            sidecar=sidecar,
            pod=lambda secrets, client, rule_maps: metadata.on(
                with_sidecar(
                    sidecar,
                    web,
                    client,
                    template(
                        labels=owned,
                        account=account["name"],
                        image=image,
                        registries=registries,
                        resources=resources,
                        placement=placement,
                        platform=platform,
                        config_map=f"{id}-config",
                        rules=rule_maps,
                        rule_config_maps=rule_config_maps,
                        data=volume_source(storage, f"{id}-data"),
                        secrets=secrets,
                        web=web,
                        features=features,
                    ),
                )
            ),
        )
        """What its objects are rendered from, again when a Grafana is made that changes them, or a rule or a job is added."""
        self.traffic: Sequence[Traffic] = self._plan.traffic()
        """Connections that its pod opens; those to it are part of what connects."""
        self._grant = partial(rbac.grant, self, id, own_namespace=namespace, account=account, labels=owned)
        """Makes Roles, again when a job is added."""
        self.roles: Sequence[Manifest] = self._grant(**self._plan.discovered())
        """Roles and bindings, a pair a scraped namespace."""
        self._later: tuple[Endpoint, ...] = ()
        """Those whose scrape takes more than a plain request."""
        self._linked: tuple[Facts, tuple[int, bool] | None] = facts, None
        """What the rules were rendered with, and what the Grafana that their links lead to is worth."""
        rendered = self._plan.render(self._later)
        self.config_map = Manifest(
            self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=rendered.files
        )
        """Holds `prometheus.yml`; Prometheus watches the file, so a change needs no restart."""
        self._rule_map = partial(Manifest, self, api_version="v1", kind="ConfigMap", labels=owned)
        """Makes a ConfigMap with rules, also for those that are added."""
        self.rules, *self.further_rules = (
            self._rule_map(name.removeprefix(f"{id}-"), name=name, data=data) for name, data in maps.contents(texts).items()
        )
        """ConfigMap with the rule files, and further ones where it has no room. It is always there, so that the first rule is a change of
        content and not of the pod."""

        if isinstance(storage, Claim):
            persistent_claim(self, "data", storage.name or f"{id}-data", labels=owned, claim=storage)

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
        self.store = store_of(self, id, sidecar, pods, external_labels)
        """Where Thanos reads its samples, if it has a sidecar."""
        for alertmanager in alertmanagers:
            alertmanager.bind(self.endpoint)
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Learn of a Grafana that shows this Prometheus, or of a Thanos that reads it.

        Links in alerts lead to the Grafana; certificates are checked and credentials given when either is scraped.
        """
        if later.component not in {"grafana", "thanos"}:
            return
        if later.protected and later.service and later.service.namespace == self._plan.namespace:
            self._later = (*self._later, later)
            self._render()
        if later.sources and later.service and later.service.namespace == self._plan.namespace:
            self._watch(later.sources)
        if later.component == "grafana" and self._plan.alerts.dashboard_base_url is None:
            self._link(later)

    def _watch(self, sources: int) -> None:
        """Have alerts compare the number of Prometheus that Thanos Query reads; of several in the namespace, the one that reads the fewest."""
        facts = self._plan.facts
        number = min(sources, facts.thanos_sources or sources)
        self._plan = replace(self._plan, facts=replace(facts, thanos_sources=number))
        self.endpoint = replace(self.endpoint, lines=tuple(self._plan.alerts.lines(self._plan.facts)))
        linked, worth = self._linked
        self._rerender(replace(linked, thanos_sources=number), worth)

    def _link(self, grafana: Endpoint) -> None:
        """Have links in alerts lead to the first Grafana that ships the dashboards, rather to one that users reach."""
        absent = self._plan.alerts.absent_dashboards(grafana.dashboards, self._plan.facts)
        _, before = self._linked
        worth = -len(absent), grafana.external_url is not None
        if before is not None and worth <= before:
            return
        url = grafana.external_url.text if grafana.external_url else ""
        self._rerender(replace(self._plan.facts, grafana_url=url, absent_dashboards=absent), worth)

    def _rerender(self, facts: Facts, worth: tuple[int, bool] | None) -> None:
        """Write the rules for an installation of which more is known."""
        rendered, _ = self._linked
        self._linked = facts, worth
        # Rules are not rendered twice for the usual Grafana, whose links are paths.
        if facts != rendered:
            self._write_rules()

    def add_rules(self, *files: RuleFile | str) -> None:
        """Evaluate further rule files, as if they had been among `rules` from the start.

        Args:
            files: Rule files, or paths of such files or of directories with them, as `rule_files` takes them.

        Raises:
            ConfigError: one of them would be refused among `rules`; the number in the message is its place after those given before.

        """
        found = [
            rule_file
            for index, file in enumerate(files)
            for rule_file in (rules_at(place(self._plan.id, "add_rules", index), [file]) if isinstance(file, str) else [file])
        ]
        self._extend(rules=[*self._plan.rules, *found])

    def add_scrape_job(self, job: ScrapeJob) -> None:
        """Scrape something else too, as if the job had been among `scrape_jobs` from the start: with Roles, network policies and alerts.

        A job that a dashboard or alerts follow from, such as that of a `TraceGateway` or of kube-state-metrics, is refused: give it to
        `scrape_jobs`.

        Raises:
            ConfigError: the job would be refused among `scrape_jobs`; the number in the message is its place after those given before. Or it
                reads a Secret after `Secrets` has declared them.

        """
        if dashboards_of([job]):
            expected = f"a dashboard and alerts follow from this job; give it to {arg('scrape_jobs')} at construction"
            raise ConfigError(place(self._plan.id, "add_scrape_job", "name"), job.name, expected)
        self._extend(scrape_jobs=[*self._plan.scrape_jobs, job])

    def _extend(self, **further: Any) -> None:
        """Check the plan with further rules or jobs, and write what follows from it."""
        self._plan = self._plan.extended(**further)
        rendered, worth = self._linked
        self._linked = replace(self._plan.facts, grafana_url=rendered.grafana_url, absent_dashboards=rendered.absent_dashboards), worth
        self.endpoint = replace(self.endpoint, lines=tuple(self._plan.alerts.lines(self._plan.facts)))
        self.traffic = self._plan.traffic()
        self.roles = self._grant(**self._plan.discovered(), made=self.roles)
        self._write_rules()
        self._render()
        components_of(self).update()

    def _render(self) -> None:
        rendered = self._plan.render(self._later)
        self.config_map.amend(data=rendered.files)
        self.workload.amend(spec=_workload(self._plan.id, self.traffic[0].pods, rendered.template))
        self.secret_references = rendered.uses

    def _write_rules(self) -> None:
        contents = self._plan.maps.contents(self._plan.rule_texts(self._linked[0]))
        made = {manifest.name: manifest for manifest in (self.rules, *self.further_rules)}
        for name, data in contents.items():
            if name not in made:
                self.further_rules.append(self._rule_map(name.removeprefix(f"{self._plan.id}-"), name=name, data=data))
            elif data:
                made[name].amend(data=data)

    @property
    def router_flows(self) -> Sequence[Flow]:
        """Those of the connections that lead to the routers."""
        return [flow for flow in self.traffic[0].sends if flow.why == wiring.TO_ROUTERS]


def _workload(id: str, pods: Pods, template: Mapping[str, Any]) -> dict[str, Any]:
    return {**single_writer(f"{id}-headless"), "replicas": 1, "selector": {"matchLabels": pods.labels}, "template": template}
