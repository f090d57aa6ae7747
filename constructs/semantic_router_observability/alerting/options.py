"""`Alerts`: which alerts Prometheus evaluates, and with which thresholds."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from semantic_router_observability.checks import http_url, unique
from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.rules.thresholds import SAMPLE_LIMIT, Line
from semantic_router_observability.shipped import SHIPPED
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import HttpUrl

from .burn import DASHBOARD, FAST, SLOW, slo_groups
from .defaults import topics
from .defaults.thanos import BOARD as THANOS
from .facts import Facts
from .knobs import Knobs
from .links import RUNBOOKS, Links, check_panel, verbatim
from .numbers import NUMBERS, UID
from .rule import AlertRule
from .slo import Slo
from .watched import NOTHING, constant, watched

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from .definition import Definition
    from .links import Panel

EVERYTHING = Facts(
    jobs=("any",),
    sample_limit=1,
    volume_bytes=1,
    remote_write=True,
    alertmanager=True,
    optional_dashboards=frozenset(page.optional for page in SHIPPED if page.optional),
    trace_store=True,
    thanos_sources=2,
    object_storage=True,
)
"""An installation for which every alert is defined."""


AS_SHIPPED = replace(EVERYTHING, sample_limit=SAMPLE_LIMIT, optional_dashboards=frozenset(), thanos_sources=0, object_storage=False)
"""The installation that the shipped dashboards are drawn for, but for those about what is named here."""

_WITH_OPTIONAL = replace(EVERYTHING, sample_limit=SAMPLE_LIMIT)
"""The installation that all shipped dashboards together are drawn for."""


class Alerts(Spec, frozen=True, kw_only=True):
    """The alerts of a Prometheus. `docs/alerts.md` lists those that are shipped.

    Usage:
        Alerts(rules={"SemanticRouterErrors": Knobs(threshold=0.02)})
        Alerts(own=(AlertRule(name="CheckoutSlow", expr="...", summary="..."),))

    Attributes:
        enabled: Whether the shipped alerts are evaluated. Default true: without an Alertmanager they still show in Prometheus and Grafana.
        rules: Changes to shipped alerts, by alert name. Default: none.
        own: Further alerts. Default: none.
        slos: SLOs whose error budgets are recorded and alerted on. Default: none, the objectives are yours to set.
        team: Value of the label `team` of every alert, to route by. Default `platform`.
        runbook_base_url: Base URL of links to runbooks: where you publish `docs/runbooks` of this repository. Default: none, links are
            paths in the repository.
        dashboard_base_url: URL, for users, of a Grafana that has the dashboards of this project. Default: `externalUrl` of the Grafana that
            shows this Prometheus; without it, links are paths. By default alerts link no dashboard that this Grafana does not ship.

    """

    enabled: bool = True
    rules: dict[str, Knobs] = {}
    own: Sequence[AlertRule] = ()
    slos: Sequence[Slo] = ()
    team: str = "platform"
    runbook_base_url: HttpUrl | None = None
    dashboard_base_url: HttpUrl | None = None

    def __post_init__(self) -> None:
        if self.runbook_base_url is not None:
            http_url("runbook_base_url", self.runbook_base_url)
        if self.dashboard_base_url is not None:
            http_url("dashboard_base_url", self.dashboard_base_url)
        shipped = {alert.name: alert for alerts in topics(EVERYTHING).values() for alert in alerts}
        for name, knobs in self.rules.items():
            if name not in shipped:
                near = difflib.get_close_matches(name, shipped, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                raise ConfigError(
                    "rules", name, f"unknown shipped alert; {hint}docs/alerts.md lists them; write your own under {arg('own')}"
                )
            shipped[name].tuned("rules", knobs)
        unique("slos", [slo.name for slo in self.slos], "SLOs")
        unique("own", [rule.name for rule in self.own], "alerts")
        for index, rule in enumerate(self.own):
            if rule.name in {*shipped, FAST, SLOW}:
                raise ConfigError(
                    ("own", index, "name"), rule.name, f"a shipped alert has this name; choose another, or tune it under {arg('rules')}"
                )
            if rule.dashboard is not None:
                check_panel(("own", index, "dashboard"), rule.dashboard)

    def links(self, facts: Facts = Facts()) -> Links:  # noqa: B008  frozen
        """Base URLs of links, and the labels of every alert."""
        return Links(
            runbooks=verbatim(self.runbook_base_url or RUNBOOKS).rstrip("/"),
            dashboards=verbatim(self.dashboard_base_url or facts.grafana_url).rstrip("/"),
            # Who names a Grafana has imported the dashboards there.
            absent=frozenset() if self.dashboard_base_url else facts.absent_dashboards,
            labels={"team": verbatim(self.team)},
        )

    def absent_dashboards(self, shown: Container[str], facts: Facts = Facts()) -> frozenset[str]:  # noqa: B008  frozen
        """Uids of dashboards of this project that alerts would link to, and that are not among those `shown`."""
        linked = {
            UID,
            *(page.uid for page in SHIPPED if page.optional in facts.optional_dashboards),
            *([THANOS] if facts.thanos_sources or facts.object_storage else ()),
            *([DASHBOARD] if self.slos else ()),
            *(rule.dashboard.uid for rule in self.own if rule.dashboard),
        }
        return frozenset(page.uid for page in SHIPPED if page.uid in linked and page.uid not in shown)

    def definitions(self, facts: Facts) -> Iterator[tuple[str, Definition]]:
        """Return the enabled shipped alerts with the user's thresholds, and their topics."""
        for topic, alerts in topics(facts).items() if self.enabled else ():
            for shipped in alerts:
                tuned = shipped.tuned("alerts: rules", self.rules.get(shipped.name))
                if tuned.enabled:
                    yield topic, tuned

    def lines(self, facts: Facts) -> list[Line]:
        """Return the red lines of panels that show what the alerts in force watch."""
        shipped = _drawn(alert for alerts in topics(_WITH_OPTIONAL).values() for alert in alerts)
        now = _drawn(alert for _, alert in self.definitions(facts))
        return [
            *(Line(panel.uid, panel.id or 0, shipped[panel], value) for panel, value in now.items()),
            *(_numbers(facts, [alert for _, alert in self.definitions(facts)]) if self.enabled else ()),
        ]

    def groups(self, facts: Facts) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return rule groups by the name of their file, in Prometheus's native syntax."""
        links = self.links(facts)
        found: dict[str, list[dict[str, Any]]] = {}
        for topic, definition in self.definitions(facts):
            rules = found.setdefault(f"alerts-{topic}", [])
            rules += [*(rule.body() for rule in definition.records()), definition.rule().body(links)]
        files: dict[str, list[Mapping[str, Any]]] = {name: [{"name": name, "rules": rules}] for name, rules in found.items()}
        if self.slos:
            files["slos"] = [*slo_groups(self.slos, facts, links)]
        return files

    def own_groups(self, facts: Facts = Facts()) -> list[dict[str, Any]]:  # noqa: B008  frozen
        """Return the group of user-supplied alerts."""
        return [{"name": "alerts-own", "rules": [rule.body(self.links(facts)) for rule in self.own]}] if self.own else []


def _numbers(facts: Facts, definitions: Sequence[Definition]) -> Iterator[Line]:
    """Lines and queries of the dashboard "Alerts"; none for an alert that the installation does not have."""
    shipped = {alert.name: alert for alerts in topics(AS_SHIPPED).values() for alert in alerts if alert.name in NUMBERS}
    there = {alert.name for alerts in topics(facts).values() for alert in alerts}
    for name in shipped.keys() - there:
        yield Line(UID, NUMBERS[name], math.nan, math.inf, {line.expr: NOTHING for line in watched(shipped[name])})
    for alert in (alert for alert in definitions if alert != shipped.get(alert.name, alert)):
        before = shipped[alert.name]
        queries = {old.expr: new.expr for old, new in zip(watched(before), watched(alert), strict=True) if old != new}
        where = constant(alert)
        if where is not None or queries:
            yield Line(UID, NUMBERS[alert.name], constant(before) or 0, where or 0, queries)


def _drawn(definitions: Iterable[Definition]) -> dict[Panel, float]:
    """Where the first alert of a panel fires."""
    found: dict[Panel, float] = {}
    for definition in definitions:
        where = round(definition.line(definition.tuning), 6)
        found.update({panel: min(where, found.get(panel, where)) for panel in definition.lines})
    return found
