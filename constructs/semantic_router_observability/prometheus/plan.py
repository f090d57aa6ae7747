"""One Prometheus before its objects are written. It is rendered anew when a component made later changes what it needs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.yamltext import to_yaml

from . import config
from .alert_targets import alerting, discovered
from .pod import RULES, SECRETS
from .rule_files import rule_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from semantic_router_observability.alerting.facts import Facts
    from semantic_router_observability.alerting.options import Alerts
    from semantic_router_observability.kubernetes.endpoint import Endpoint, HasEndpoint
    from semantic_router_observability.login.web import WebServer
    from semantic_router_observability.router.target import RouterTarget

    from .remote_write import RemoteWrite
    from .rules import RuleFile
    from .scrape import ScrapeGuards, ScrapeJob


class Rendered(NamedTuple):
    """What depends on the Grafanas that are scraped."""

    files: dict[str, str]
    """Content of the ConfigMap with the configuration."""
    template: dict[str, Any]
    """Pod template."""
    uses: list[SecretUse]
    """Keys of Secrets that the pod reads."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Arguments of a PrometheusStack, checked."""

    id: str
    namespace: str
    endpoint: Endpoint
    web: WebServer
    targets: Sequence[RouterTarget]
    scrape_jobs: Sequence[ScrapeJob]
    guards: ScrapeGuards
    alertmanagers: Sequence[HasEndpoint]
    remote_write: Sequence[RemoteWrite]
    external_labels: Mapping[str, str]
    retention: Mapping[str, str]
    pull_secrets: Sequence[str]
    recording_rules: bool
    alerts: Alerts
    rules: Sequence[RuleFile]
    facts: Facts
    pod: Callable[[SecretFiles], dict[str, Any]]
    """Renders the pod template with the volumes of these files."""

    def render(self, grafanas: Sequence[Endpoint]) -> Rendered:
        """Configuration and pod, for these Grafanas whose scrape takes more than a plain request."""
        secrets = SecretFiles(SECRETS)
        files = self._files((), secrets)
        if grafanas:
            # Their Secrets come last: the other volumes keep their places, to which patches may refer.
            files = self._files(grafanas, secrets)
        uses = [
            *secrets.uses(self.namespace, self.id, "reread", made_by=self.web.made_by),
            *self.web.secret_uses(),
            *pull_uses(self.namespace, self.id, self.pull_secrets),
        ]
        return Rendered(files, self.pod(secrets), uses)

    def _files(self, grafanas: Sequence[Endpoint], secrets: SecretFiles) -> dict[str, str]:
        written = config.render(
            interval=self.facts.interval,
            external_labels=self.external_labels,
            retention=self.retention,
            jobs=[
                config.router_job(self.targets, self.guards, self.namespace),
                *config.stack_jobs(
                    self.endpoint, self.namespace, alertmanagers=discovered(self.alertmanagers), grafanas=grafanas, files=secrets
                ),
                *(config.extra_job(job, self.namespace, secrets) for job in self.scrape_jobs),
            ],
            remote_write=[write.body(secrets) for write in self.remote_write],
            alertmanagers=[alerting(alertmanager, secrets) for alertmanager in self.alertmanagers],
            rule_directory=RULES,
        )
        return {"prometheus.yml": written, **self.web.config_files(secrets)}

    def rule_files(self, facts: Facts) -> dict[str, str] | None:
        """Content of the ConfigMap with the rules.

        None when empty: the API server does not store an empty mapping, and every apply would send it again.
        """
        files = rule_files(self.id, recording=self.recording_rules, alerts=self.alerts, facts=facts, user_supplied=self.rules)
        return {f"{file.name}.yaml": to_yaml({"groups": list(file.groups)}) for file in files} or None
