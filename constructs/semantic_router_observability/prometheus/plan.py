"""One Prometheus before its objects are written. It is rendered anew when a component made later changes what it needs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from msgspec.structs import replace

from semantic_router_observability.alerting.facts import TRACE_STORE_JOB
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.router.target import ALL_NAMESPACES, RouterTarget
from semantic_router_observability.spec import Record

from . import config
from . import traffic as wiring
from .alert_targets import alerting, discovered
from .kubernetes_sd import discoveries
from .pod import RULES, SECRETS, elsewhere
from .presets import NodeJob
from .refusals import check_evaluated, check_scraped, job_names
from .rule_maps import RuleMaps, rule_texts
from .scrape import RawJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from semantic_router_observability.alerting.facts import Facts
    from semantic_router_observability.alerting.options import Alerts
    from semantic_router_observability.contract.options import ContractOptions
    from semantic_router_observability.kubernetes.endpoint import Endpoint, HasEndpoint
    from semantic_router_observability.kubernetes.traffic import Pods, Traffic
    from semantic_router_observability.login.web import WebServer
    from semantic_router_observability.thanos.forms import ThanosSidecar

    from .features import Feature
    from .kubernetes_sd import Discovery
    from .presets import ScrapeJob
    from .remote_write import RemoteWrite
    from .rules import RuleFile
    from .scrape import ScrapeGuards


class Rendered(NamedTuple):
    """What depends on the components that were made later and are scraped."""

    files: dict[str, str]
    """Content of the ConfigMap with the configuration."""
    template: dict[str, Any]
    """Pod template."""
    uses: list[SecretUse]
    """Keys of Secrets that the pod reads."""


class Discovered(TypedDict):
    """Arguments of `rbac.grant`: where discovery reads, what it reads besides Services, pods and slices, and whether kubelets are scraped."""

    namespaces: Sequence[str]
    further: Sequence[Discovery]
    kubelets: bool


class Plan(Record, frozen=True, kw_only=True):
    """Arguments of a PrometheusStack, checked."""

    id: str
    namespace: str
    pods: Pods
    endpoint: Endpoint
    web: WebServer
    targets: Sequence[RouterTarget]
    scrape_jobs: Sequence[ScrapeJob]
    guards: ScrapeGuards
    alertmanagers: Sequence[HasEndpoint]
    alert_namespaces: Sequence[str]
    cluster_wide: bool
    remote_write: Sequence[RemoteWrite]
    external_labels: Mapping[str, str]
    tsdb: Mapping[str, Any]
    pull_secrets: Sequence[str]
    recording_rules: bool
    rule_config_maps: Sequence[str]
    alerts: Alerts
    rules: Sequence[RuleFile]
    features: Sequence[Feature]
    contract: ContractOptions
    maps: RuleMaps
    facts: Facts
    sidecar: ThanosSidecar | None
    pod: Callable[[SecretFiles, Mapping[str, Any], Sequence[str]], dict[str, Any]]
    """Renders the pod template with the volumes of these files, what a client of this Prometheus needs, and these ConfigMaps with rules."""

    def extended(self, *, rules: Sequence[RuleFile] | None = None, scrape_jobs: Sequence[ScrapeJob] | None = None) -> Plan:
        """The plan with these rules or these jobs in place of its own.

        Raises:
            ConfigError: one of them cannot work.

        """
        rules = self.rules if rules is None else rules
        jobs = self.scrape_jobs if scrape_jobs is None else scrape_jobs
        sidecar = self.sidecar is not None
        check_scraped(self.id, self.targets, jobs, self.facts.interval, sidecar=sidecar, cluster_wide=self.cluster_wide)
        check_evaluated(self.id, rules, self.features, self.alerts, self.contract, jobs)
        names = job_names(jobs, sidecar=sidecar)
        facts = replace(self.facts, jobs=names, trace_store=TRACE_STORE_JOB in names)
        plan = replace(self, rules=rules, scrape_jobs=jobs, facts=facts)
        return replace(plan, maps=RuleMaps.of(self.id, plan.rule_texts(facts)))

    def traffic(self) -> Sequence[Traffic]:
        """Connections that the pod opens."""
        return wiring.traffic(
            self.id,
            self.pods,
            targets=self.targets,
            scrape_jobs=self.scrape_jobs,
            alertmanagers=self.alertmanagers,
            alert_namespaces=self.alert_namespaces,
            remote_write=self.remote_write,
            sidecar=self.sidecar,
        )

    def discovered(self) -> Discovered:
        """What discovery reads."""
        scraped = config.namespaces_of([RouterTarget(), *self.targets, *self.scrape_jobs], self.namespace)
        namespaces = (ALL_NAMESPACES,) if self.cluster_wide else tuple(dict.fromkeys([*scraped, *self.alert_namespaces]))
        further = [found for job in self.scrape_jobs if isinstance(job, RawJob) for found in discoveries(job, self.namespace)]
        return {"namespaces": namespaces, "further": further, "kubelets": any(isinstance(job, NodeJob) for job in self.scrape_jobs)}

    def render(self, later: Sequence[Endpoint]) -> Rendered:
        """Configuration and pod, for these components made later whose scrape takes more than a plain request."""
        secrets = SecretFiles(SECRETS)
        files = self._files((), secrets)
        if later:
            # Their Secrets come last: the other volumes keep their places, to which patches may refer.
            files = self._files(later, secrets)
        client = self.endpoint.access.http_config(secrets) if self.sidecar else {}
        uses = [
            *secrets.uses(self.namespace, self.id, "reread", made_by=self.web.made_by),
            *self.web.secret_uses(),
            *(self.sidecar.secret_uses(self.namespace, self.id, self.endpoint.access) if self.sidecar else ()),
            *pull_uses(self.namespace, self.id, self.pull_secrets),
        ]
        return Rendered(files, self.pod(secrets, client, self.maps.names), uses)

    def _files(self, later: Sequence[Endpoint], secrets: SecretFiles) -> dict[str, str]:
        watched = tuple(dict.fromkeys([self.namespace, *config.namespaces_of(self.targets, self.namespace)]))
        written = config.render(
            interval=self.facts.interval,
            external_labels=self.external_labels,
            tsdb=self.tsdb,
            jobs=[
                *config.router_jobs(
                    self.targets, self.guards, self.namespace, components=config.WITH_THANOS if self.sidecar else config.STACK
                ),
                *config.stack_jobs(
                    self.endpoint,
                    self.namespace,
                    alertmanagers=discovered(self.alertmanagers),
                    later=later,
                    replica=self.id if self.sidecar else None,
                    files=secrets,
                ),
                *(config.extra_job(job, self.namespace, secrets, watched) for job in self.scrape_jobs),
            ],
            remote_write=[write.body(secrets) for write in self.remote_write],
            alertmanagers=[alerting(alertmanager, secrets) for alertmanager in self.alertmanagers],
            dropped_from_alerts="replica" if self.sidecar else None,
            rule_files=[f"{RULES}/*.yaml", *elsewhere(self.rule_config_maps)],
        )
        return {"prometheus.yml": written, **self.web.config_files(secrets)}

    def rule_texts(self, facts: Facts) -> dict[str, str]:
        """Texts of all rule files, by name."""
        return rule_texts(self.id, recording=self.recording_rules, alerts=self.alerts, facts=facts, user_supplied=self.rules)
