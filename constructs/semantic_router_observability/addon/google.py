"""PodMonitoring and Rules: the scrape job and the rules as objects of Google Cloud Managed Service for Prometheus. Pure.

It has no relabelling of targets: `job` is the name of the PodMonitoring, and one object selects pods by labels that all have to match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import promql_parser

from semantic_router_observability.contract.selectors import matchers_of
from semantic_router_observability.errors import ConfigError, Key, at, place
from semantic_router_observability.prometheus.config import sample_relabel_configs
from semantic_router_observability.promql import parse

from .monitors import relabeling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.errors import Where
    from semantic_router_observability.prometheus.rules import RuleFile
    from semantic_router_observability.prometheus.scrape import ScrapeGuards
    from semantic_router_observability.router.target import RouterTarget

NOT_SAID = "semantic-router-observability/not-evaluated"
"""Annotation that names what the rules of an object lost."""

NO_FIELD = "Google's rules have no such field; remove it"

_ISOLATION = ("project_id", "location", "cluster", "namespace")
"""Labels that the service adds to every selector and result of a rule."""

_COMPONENT = "app.kubernetes.io/component"


def pod_monitoring_spec(target: RouterTarget, guards: ScrapeGuards, interval: str) -> dict[str, Any]:
    """Build the `spec` of a PodMonitoring."""
    (labels,) = target.pod_labels()
    absent = [{"key": key, "operator": "DoesNotExist"} for key in target.absent_pod_labels()]
    dashboards = [] if {_COMPONENT} & {*labels, *target.absent_pod_labels()} else [_COMPONENT]
    expressions = [*absent, *({"key": key, "operator": "NotIn", "values": ["dashboard"]} for key in dashboards)]
    limits = {
        "samples": guards.sample_limit,
        "labels": guards.label_limit,
        "labelNameLength": guards.label_name_length_limit,
        "labelValueLength": guards.label_value_length_limit,
    }
    return {
        "selector": {"matchLabels": labels, **({"matchExpressions": expressions} if expressions else {})},
        "endpoints": [
            {
                "port": target.port,
                "interval": interval,
                "metricRelabeling": [relabeling(step) for step in sample_relabel_configs(guards)],
            }
        ],
        "limits": {name: limit for name, limit in limits.items() if limit},
    }


def rules_spec(groups: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Build the `spec` of a Rules object, and name the alerts whose `keep_firing_for` it cannot hold."""
    lost = [rule["alert"] for group in groups for rule in group["rules"] if "keep_firing_for" in rule]
    bodies = [
        {
            "name": group["name"],
            "interval": group["interval"],
            "rules": [{name: value for name, value in rule.items() if name != "keep_firing_for"} for rule in group["rules"]],
        }
        for group in groups
    ]
    return {"groups": bodies}, lost


def check_targets(id: str, targets: Sequence[RouterTarget], own_namespace: str) -> None:
    """Refuse what one PodMonitoring in a namespace cannot find.

    Raises:
        ConfigError: an installation style whose pods have no labels in common, or two targets in one namespace.

    """
    seen: set[str] = set()
    for index, target in enumerate(targets):
        where = place(id, "targets", index)
        if target.install == "any":
            raise ConfigError(
                at(where, "install"),
                "any",
                "one PodMonitoring selects by labels that all have to match; write raw, helm, operator or kserve",
            )
        for namespace in target.namespaces or (own_namespace,):
            if namespace in seen:
                raise ConfigError(
                    at(where, "namespaces"), namespace, "another target is there, and `job` is the name of the only PodMonitoring; keep one"
                )
            seen.add(namespace)


def check_rules(id: str, files: Sequence[RuleFile]) -> None:
    """Refuse what its rules cannot hold in rule files of users.

    Raises:
        ConfigError: a field or a label that it does not have.

    """
    for index, file in enumerate(files):
        for number, group in enumerate(file.groups):
            where = place(id, "rules", index, "groups", number)
            for field in ("limit", "query_offset", "labels"):
                if field in group:
                    raise ConfigError(at(where, Key(field)), group[field], "Google's rule groups have no such field; remove it")
            for position, rule in enumerate(group["rules"]):
                check_rule(at(where, Key("rules"), position), rule)


def check_rule(where: Where, rule: Mapping[str, Any]) -> None:
    """Refuse what a rule there cannot hold.

    Raises:
        ConfigError: a field, a label or a matcher.

    """
    if "keep_firing_for" in rule:
        raise ConfigError(at(where, Key("keep_firing_for")), rule["keep_firing_for"], NO_FIELD)
    for name in rule.get("labels") or {}:
        if name in _ISOLATION:
            raise ConfigError(at(where, Key("labels")), name, "Google sets this label on every result; remove it")
    for name, sign in _isolating(parse(rule["expr"])):
        if sign != "=":
            raise ConfigError(
                at(where, Key("expr")), f"{name}{sign}", "Google adds this label with = to every selector; remove the matcher"
            )


def _isolating(node: Any) -> Iterator[tuple[str, str]]:
    """Label and operator of matchers on labels that the service adds itself."""
    if isinstance(node, promql_parser.VectorSelector):
        yield from ((matcher.name, matcher.op) for matcher in matchers_of(node) if matcher.name in _ISOLATION)
    for name in ("expr", "lhs", "rhs", "vector_selector", "param", "args"):
        inner = getattr(node, name, None)
        for part in inner if isinstance(inner, list | tuple) else [inner]:
            if part is not None and not isinstance(part, str | int | float):
                yield from _isolating(part)
