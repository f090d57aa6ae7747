"""What an add-on refuses: what does not work with who scrapes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.checks import duration_seconds, listed
from semantic_router_observability.errors import ConfigError, Raw, arg, at, form, place
from semantic_router_observability.prometheus.scrape import check_interval
from semantic_router_observability.router.target import ALL_NAMESPACES, check_number

from . import google
from .agent import RemoteWriteAgent
from .managed import AzureManaged, GoogleManaged, OpenShiftUserWorkload
from .pages import WATCHED

if TYPE_CHECKING:
    from .plan import Plan

_AZURE_LIMITS = {"label_limit": 63, "label_name_length_limit": 511, "label_value_length_limit": 1023}
"""A monitor with higher limits, or none, is dropped by the add-on of AKS."""

_SHORTEST_ON_OPENSHIFT = 5
"""Seconds between evaluations that OpenShift accepts, from there to 5 minutes."""


def check(plan: Plan) -> None:
    """Refuse arguments that cannot work together.

    Raises:
        ConfigError: the first of them.

    """
    scraper = plan.scraped_by
    for argument, values in (("targets", plan.targets), ("rules", plan.rules)):
        listed(place(plan.id, argument), values)
    check_number(place(plan.id, "targets"), plan.routers)
    if not plan.targets:
        raise ConfigError(
            place(plan.id, "targets"), [], f"name at least one router; {arg('install', 'any')} finds every installation style"
        )
    check_interval(place(plan.id, "interval"), plan.interval)
    _check_namespaces(plan)
    _check_alerts(plan)
    _check_notifier(plan)
    match scraper:
        case RemoteWriteAgent():
            return
        case GoogleManaged():
            google.check_targets(plan.id, plan.targets, plan.namespace)
            google.check_rules(plan.id, plan.rules)
            _check_google_alerts(plan)
            return
        case OpenShiftUserWorkload():
            _check_openshift(plan)
        case AzureManaged():
            _check_azure(plan)
        case _:
            pass
    enforced = scraper.enforced_sample_limit
    if enforced is not None and not 0 < plan.guards.sample_limit <= enforced:
        raise ConfigError(
            place(plan.id, "guards", "sample_limit"),
            plan.guards.sample_limit,
            f"write 1 to {enforced}, the limit that the Prometheus enforces; alerts watch the limit in force",
        )


def _check_namespaces(plan: Plan) -> None:
    scraper = plan.scraped_by
    for index, target in enumerate(plan.targets):
        if ALL_NAMESPACES not in target.namespaces:
            continue
        where = place(plan.id, "targets", index, "namespaces")
        if isinstance(scraper, RemoteWriteAgent):
            raise ConfigError(where, ALL_NAMESPACES, "the agent gets a Role in each namespace of routers; name the namespaces")
        if isinstance(scraper, GoogleManaged) or scraper.in_each_namespace:
            raise ConfigError(where, ALL_NAMESPACES, "each namespace of routers gets its own monitor and rules; name the namespaces")
        if scraper.account_without_rights:
            raise ConfigError(where, ALL_NAMESPACES, "its account gets a Role in each namespace of routers; name the namespaces")


def _check_alerts(plan: Plan) -> None:
    watched = {alert.name for definitions in topics(WATCHED).values() for alert in definitions}
    for name in plan.alerts.rules:
        if name not in watched:
            raise ConfigError(
                place(plan.id, "alerts", "rules"), name, "it watches this project's own servers, of which an add-on has none; remove it"
            )


def _check_notifier(plan: Plan) -> None:
    if plan.notified_by is None:
        return
    where, scraper = place(plan.id, "notified_by"), plan.scraped_by
    elsewhere = {
        RemoteWriteAgent: "the storage evaluates the alerts and knows its Alertmanagers",
        GoogleManaged: "Google's rule evaluator sends alerts to an Alertmanager with a configuration of its own",
        AzureManaged: "Azure evaluates the alerts and notifies by action groups",
    }
    if reason := elsewhere.get(type(scraper)):
        raise ConfigError(where, Raw("set"), f"{reason}; remove it")
    if not plan.alerts.enabled and not plan.rules:
        raise ConfigError(where, Raw("set"), f"alerts with {arg('enabled', value=False)} notify nobody; remove one of the two")
    for index, target in enumerate(plan.targets):
        if ALL_NAMESPACES in target.namespaces:
            raise ConfigError(
                place(plan.id, "targets", index, "namespaces"),
                ALL_NAMESPACES,
                f"{arg('notified_by')} makes an object in each namespace of routers; name the namespaces",
            )


def _check_google_alerts(plan: Plan) -> None:
    for index, rule in enumerate(plan.alerts.own):
        where = place(plan.id, "alerts", "own", index)
        body = rule.body(plan.alerts.links())
        if "keep_firing_for" in body:
            raise ConfigError(at(where, "keep_firing_for"), rule.keep_firing_for, google.NO_FIELD)
        google.check_rule(where, body)


def _check_openshift(plan: Plan) -> None:
    for namespace in plan.routers:
        if namespace.startswith(("openshift-", "kube-")) or namespace == "default":
            raise ConfigError(
                place(plan.id, "targets"), namespace, "the platform's own monitoring has it, and that of user-defined projects does not"
            )
    if duration_seconds("interval", plan.interval) < _SHORTEST_ON_OPENSHIFT:
        raise ConfigError(place(plan.id, "interval"), plan.interval, "OpenShift accepts intervals of 5s to 5m; write at least 5s")


def _check_azure(plan: Plan) -> None:
    for field, highest in _AZURE_LIMITS.items():
        given = getattr(plan.guards, field)
        if not 0 < given <= highest:
            raise ConfigError(place(plan.id, "guards", field), given, f"write 1 to {highest}; Azure drops a monitor with another limit")
    evaluated_in_azure = f"{form(AzureManaged)} evaluates no rules of the cluster; remove it, and make a rule group of it in Azure"
    if plan.rules:
        raise ConfigError(place(plan.id, "rules"), len(plan.rules), evaluated_in_azure)
    for field, given in (("own", plan.alerts.own), ("slos", plan.alerts.slos)):
        if given:
            raise ConfigError(place(plan.id, "alerts", field), len(given), evaluated_in_azure)
