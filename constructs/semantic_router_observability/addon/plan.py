"""Monitors and rules of an add-on, for each who scrapes, before they are objects. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.prometheus.config import namespaces_of
from semantic_router_observability.prometheus.rule_files import rule_files
from semantic_router_observability.router.target import JOB
from semantic_router_observability.yamltext import to_yaml

from . import google
from .agent import RemoteWriteAgent
from .managed import GoogleManaged
from .monitors import KINDS, monitor_spec
from .rules import rule_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from semantic_router_observability.alerting.options import Alerts
    from semantic_router_observability.prometheus.rules import RuleFile
    from semantic_router_observability.prometheus.scrape import ScrapeGuards
    from semantic_router_observability.router.target import RouterTarget

    from .forms import Scraper
    from .notifier import AlertmanagerConfig
    from .rules import RuleObject


@dataclass(frozen=True)
class Planned:
    """An object to be."""

    kind: str
    name: str
    namespace: str
    spec: dict[str, Any]
    note: str = ""
    """What the object could not hold."""


@dataclass(frozen=True)
class Home:
    """A namespace with monitors and rules, and the routers that they are about."""

    namespace: str
    targets: Sequence[RouterTarget]
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Arguments of an AddOn that monitors and rules are made of."""

    id: str
    namespace: str
    scraped_by: Scraper
    targets: Sequence[RouterTarget]
    guards: ScrapeGuards
    interval: str
    alerts: Alerts
    recording_rules: bool
    rules: Sequence[RuleFile]
    notified_by: AlertmanagerConfig | None = None
    dashboards: Sequence[str] = ()
    """Uids of the dashboards that the add-on ships."""

    @property
    def routers(self) -> tuple[str, ...]:
        """Namespaces of the routers; `*` alone: all."""
        return namespaces_of(self.targets, self.namespace)

    @property
    def facts(self) -> Facts:
        """What rules and dashboards need to know of the installation."""
        return Facts(
            namespaces=self.routers,
            sample_limit=self.guards.sample_limit,
            interval=self.interval,
            own_stack=False,
            home=self.namespace,
            absent_dashboards=self.alerts.absent_dashboards(self.dashboards),
            # In a storage that this agent alone writes to, nothing else would tell that samples are stored.
            sees_others=not isinstance(self.scraped_by, RemoteWriteAgent),
        )

    def homes(self) -> Iterator[Home]:
        """Where monitors and rules are: beside the add-on, or with the routers where they reach no further than their namespace."""
        if isinstance(self.scraped_by, RemoteWriteAgent) or not self.scraped_by.in_each_namespace:
            yield Home(self.namespace, self.targets, self.facts)
            return
        for namespace in self.routers:
            here = [
                msgspec.structs.replace(target, namespaces=(namespace,))
                for target in self.targets
                if namespace in (target.namespaces or (self.namespace,))
            ]
            yield Home(namespace, here, msgspec.structs.replace(self.facts, namespaces=(namespace,), home=namespace, sees_others=False))

    def monitors(self) -> Iterator[Planned]:
        """The scrape job, an object a home."""
        scraper = self.scraped_by
        if isinstance(scraper, RemoteWriteAgent):
            return
        for home in self.homes():
            if isinstance(scraper, GoogleManaged):
                (target,) = home.targets
                # The name becomes the label `job`.
                yield Planned("PodMonitoring", JOB, home.namespace, google.pod_monitoring_spec(target, self.guards, self.interval))
                continue
            spec = monitor_spec(
                scraper.monitor, home.targets, self.guards, home.namespace, interval=self.interval, shards=scraper.number_of_shards
            )
            yield Planned(KINDS[scraper.monitor], self.id, home.namespace, spec)

    def rule_objects(self) -> Iterator[Planned]:
        """The rules, an object a topic and home; none where nothing would evaluate them."""
        if isinstance(self.scraped_by, RemoteWriteAgent):
            return
        for home in self.homes() if self.scraped_by.evaluates_rules else ():
            for body in self._topics(home.facts):
                if isinstance(self.scraped_by, GoogleManaged):
                    spec, lost = google.rules_spec(body.spec["groups"])
                    yield Planned("Rules", body.name, home.namespace, spec, ", ".join(f"{alert}: keep_firing_for" for alert in lost))
                else:
                    yield Planned("PrometheusRule", body.name, home.namespace, body.spec)

    @property
    def alerting_namespaces(self) -> Sequence[str]:
        """Namespaces that alerts can have as their label."""
        return tuple(dict.fromkeys(name for home in self.homes() for name in (home.namespace, *home.facts.namespaces)))

    def notifications(self) -> Iterator[Planned]:
        """Receivers and routes, an object a namespace with alerts."""
        if self.notified_by is None:
            return
        from .notifications import KIND, notification_spec  # noqa: PLC0415 - only those who have one pay for it

        for namespace in self.alerting_namespaces:
            yield Planned(KIND, self.id, namespace, notification_spec(self.notified_by, namespace))

    def rule_texts(self) -> dict[str, str]:
        """Rule files to load into a storage, a topic each; none where the cluster has what evaluates rules."""
        if not isinstance(self.scraped_by, RemoteWriteAgent):
            return {}
        return {f"{body.name}.rules": to_yaml(body.spec) for body in self._topics(self.facts)}

    def _topics(self, facts: Facts) -> Iterator[RuleObject]:
        files = rule_files(self.id, recording=self.recording_rules, alerts=self.alerts, facts=facts, user_supplied=self.rules)
        return rule_objects(self.id, files, self.interval)
