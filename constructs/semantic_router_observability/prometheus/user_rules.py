"""Rules of users: with one that Prometheus does not read it would not start. Shipped rules are held to the same by tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability import promql
from semantic_router_observability.errors import ConfigError, Key, Path, arg, at, place
from semantic_router_observability.native import fields, template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from semantic_router_observability.alerting.rule import AlertRule

    from .features import Feature
    from .rules import RuleFile


def check_user_rules(id: str, features: Sequence[Feature], files: Sequence[RuleFile], own: Sequence[AlertRule]) -> None:
    """Refuse fields, expressions and templates that Prometheus does not read when it is started with these features.

    Raises:
        ConfigError: the first of them.

    """
    for index, file in enumerate(files):
        for number, group in enumerate(file.groups):
            where = at(place(id, "rules", index), "groups", number)
            fields.check("prometheus", "rule_group", where, _without_null(group))
            for position, rule in enumerate(group["rules"]):
                path = at(where, Key("rules"), position)
                _check_expression(at(path, Key("expr")), str(rule["expr"]), features)
                if "alert" in rule:
                    for field in ("labels", "annotations"):
                        _check_templates(at(path, Key(field)), rule.get(field) or {})
    for index, alert in enumerate(own):
        path = place(id, "alerts", "own", index)
        _check_expression(at(path, "expr"), alert.expr, features)
        _check_templates(at(path, "labels"), alert.labels)
        for name in ("summary", "description", "runbook_url", "service", "component"):
            _check_template(at(path, name), getattr(alert, name) or "")


def _without_null(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if value is not None}


def _check_expression(where: Path, expression: str, features: Iterable[Feature]) -> None:
    try:
        taken = promql.dialect(expression).features
    except ValueError as error:
        raise ConfigError(where, expression, f"not PromQL: {error}") from error
    for needed in sorted(taken.difference(features)):
        raise ConfigError(where, expression, f"Prometheus reads this only with the feature {needed}: add it to {arg('features')}")


def _check_templates(where: Path, texts: Mapping[str, Any]) -> None:
    for name, text in texts.items():
        _check_template(at(where, Key(name)), str(text))


def _check_template(where: Path, text: str) -> None:
    try:
        template.check(text)
    except ValueError as error:
        raise ConfigError(where, text, f"not a template of Prometheus: {error}") from error
