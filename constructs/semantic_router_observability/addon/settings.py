"""The settings key `addOn`, and what makes no sense beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET, UnsetType

from semantic_router_observability.errors import ConfigError, Raw, arg, form
from semantic_router_observability.grafana.dashboards import DashboardDirectory, DashboardFile, OptionalDashboard
from semantic_router_observability.prometheus.rules import RuleFile
from semantic_router_observability.prometheus.scrape import ScrapeGuards
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import Duration

from .agent import RemoteWriteAgent
from .forms import Scraper
from .notifier import AlertmanagerConfig
from .viewers import NoDashboards, Viewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.arguments import AddOnArguments


class AddOnSettings(Spec, frozen=True, kw_only=True):
    """Arguments of `AddOn`."""

    scraped_by: Scraper
    shown_by: Viewer | UnsetType = UNSET
    guards: ScrapeGuards | UnsetType = UNSET
    interval: Duration | UnsetType = UNSET
    rules: Sequence[RuleFile] | UnsetType = UNSET
    recording_rules: bool | UnsetType = UNSET
    notified_by: AlertmanagerConfig | UnsetType = UNSET
    dashboards: Sequence[DashboardFile | DashboardDirectory] | UnsetType = UNSET
    optional_dashboards: Sequence[OptionalDashboard] | UnsetType = UNSET

    def arguments(self) -> AddOnArguments:
        """Those that are given."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return cast("AddOnArguments", {name: value for name, value in values.items() if value is not UNSET})


_SCRAPES = "an existing Prometheus scrapes and stores, and has settings of its own; remove it"
_SHOWS = "an existing Grafana shows the dashboards, and has settings of its own; remove it"
_NO_POD = "the add-on runs no pod; remove it"

_INSTEAD: Mapping[str, str] = {
    "prometheus": _SCRAPES,
    "prometheus.scrape_jobs": "other programs have monitors of their own for an existing Prometheus; remove it",
    "prometheus.alertmanagers": "an existing Prometheus has its Alertmanagers; remove it",
    "prometheus.remote_write": "an existing Prometheus writes to its own storages; remove it",
    "prometheus.login": "an existing Prometheus has its own authentication; remove it",
    "grafana": _SHOWS,
    "grafana.data_sources": "an existing Grafana has its data sources; remove it",
    "grafana.router_dashboards": f"write {arg('shown_by')}: {form(NoDashboards)} under {arg('add_on')} to make no dashboards, and remove it here",
    "alertmanager": f"an existing Prometheus has its Alertmanagers; write receivers and routes for it as {arg('notified_by')} under {arg('add_on')}",
    "ingress": "the add-on runs nothing that could be exposed; remove it",
    "images": _NO_POD,
    "platform": "the add-on runs no pod whose user it would choose; remove it",
    "backup": "the add-on makes no volume that could be copied; remove it",
    "grafana_access": "an existing Grafana has an administrator of its own; remove it",
    "size": "an existing Prometheus has a size of its own; remove it",
    "thanos": "an existing Prometheus has its own Thanos; remove it",
    "traces": "the add-on runs no gateway for traces; remove it",
    "probes": "the add-on runs no probes; remove it",
    "logs": "the add-on runs no store of logs; remove it",
    "secrets": "the add-on reads no Secret; remove it",
    "network_policies": "the add-on runs no pod to isolate; only routerAccess has a meaning; remove it",
}
"""What to do with a key that means nothing beside `addOn`."""

_MOVED = frozenset(AddOnSettings.__struct_fields__)
"""Keys of sections that are keys of `addOn`."""


_OF_PODS = frozenset({"platform", "secrets", "network_policies"})
_OF_AGENTS = frozenset({"prometheus", "mirrors", "pull_secrets"})
"""Keys of `images`."""

_OF_THE_AGENT: Mapping[str, str] = {
    "prometheus": f"the agent has its settings under {arg('scraped_by')}; remove it",
    "prometheus.remote_write": f"write it under {arg('scraped_by')}",
    "prometheus.external_labels": f"write it under {arg('scraped_by')}",
    "prometheus.scrape_jobs": "the agent scrapes the routers alone; remove it",
    "prometheus.retention": f"an agent keeps only what is not sent yet; write {arg('unsent')} under {arg('scraped_by')}",
    "prometheus.login": "an agent answers no queries; remove it",
    "prometheus.external_url": "an agent answers no queries; remove it",
    "prometheus.alertmanagers": "the storage evaluates the alerts and knows its Alertmanagers; remove it",
    "alertmanager": "the storage evaluates the alerts and knows its Alertmanagers; remove it",
    "ingress": "an agent answers no queries, so nothing could be exposed; remove it",
    "images": "no pod of it runs; remove it",
    "size": f"an agent stores nothing; write {arg('resources')} under {arg('scraped_by')}, and remove it",
}
"""What to do, instead, where an agent runs."""


def check_alone(add_on: AddOnSettings, sections: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Refuse what is set beside `addOn` and has no effect.

    Raises:
        ConfigError: the first of them, and what to do with it.

    """
    agent = isinstance(add_on.scraped_by, RemoteWriteAgent)
    instead = {**_INSTEAD, **(_OF_THE_AGENT if agent else {})}
    for name, section in sections.items():
        if section == defaults[name] or (agent and name in _OF_PODS) or (name == "secrets" and add_on.notified_by is not UNSET):
            continue
        if not isinstance(section, Spec) or defaults[name] is None or name == "platform":
            raise ConfigError(name, Raw("set"), f"beside {arg('add_on')}: {instead[name]}")
        for field in section.__struct_fields__:
            value = getattr(section, field)
            if value == getattr(defaults[name], field) or (name, field) == ("network_policies", "router_access"):
                continue
            if agent and name == "images" and field in _OF_AGENTS:
                continue
            if field in _MOVED and name in {"prometheus", "grafana"}:
                advice = f"write it under {arg('add_on')}"
            else:
                advice = f"beside {arg('add_on')}: {instead.get(f'{name}.{field}', instead[name])}"
            raise ConfigError((name, field), value if isinstance(value, str | int) else Raw("set"), advice)
