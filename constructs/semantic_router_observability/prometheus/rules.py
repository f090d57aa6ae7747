"""Rule files that Prometheus evaluates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from semantic_router_observability import promql
from semantic_router_observability.checks import dns_label, duration_or_zero, unique
from semantic_router_observability.errors import ConfigError, Key, Where, at
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import DnsLabel


class RuleFile(Spec, frozen=True, kw_only=True):
    """Rule groups in native syntax, as in Prometheus's rule files.

    Attributes:
        name: Name of the file, without its ending.
        groups: The `groups` of a Prometheus rule file. Every expression is parsed when the stack is built.

    """

    name: DnsLabel
    groups: Sequence[dict[str, Any]]

    def __post_init__(self) -> None:
        dns_label("name", self.name)
        unique("groups", [str(group.get("name")) for group in self.groups], "groups")
        for index, group in enumerate(self.groups):
            _check_group(("groups", index), group)


_GROUP_FIELDS = {"name", "interval", "limit", "query_offset", "labels", "rules"}
_RULE_FIELDS = {"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"}
_OF_ALERTS = {"for", "keep_firing_for", "annotations"}


def _check_group(where: Where, group: dict[str, Any]) -> None:
    if not isinstance(group.get("name"), str) or not isinstance(group.get("rules"), list | tuple):
        raise ConfigError(where, sorted(group), "give each group a name and a list of rules")
    _check_fields(where, group, _GROUP_FIELDS)
    for field in ("interval", "query_offset"):
        _check_duration(at(where, Key(field)), group.get(field))
    _check_labels(at(where, Key("labels")), group.get("labels"))
    for index, rule in enumerate(group["rules"]):
        place = at(where, Key("rules"), index)
        if not isinstance(rule, dict) or ("alert" in rule) == ("record" in rule):
            raise ConfigError(place, rule, "give each rule either 'alert' or 'record'")
        _check_rule(place, rule)


def _check_rule(where: Where, rule: dict[str, Any]) -> None:
    kind = "alert" if "alert" in rule else "record"
    name = rule[kind]
    if not isinstance(name, str) or not name:
        raise ConfigError(at(where, Key(kind)), name, "give it a name")
    # A recording rule may have those of alerts empty.
    fields = [name for name in rule if kind == "alert" or name not in _OF_ALERTS or not _is_empty(rule[name])]
    _check_fields(where, fields, _RULE_FIELDS if kind == "alert" else _RULE_FIELDS - _OF_ALERTS)
    try:
        promql.parse(str(rule.get("expr") or ""))
    except ValueError as error:
        raise ConfigError(at(where, Key("expr")), rule.get("expr"), f"not PromQL: {error}") from error
    for field in ("for", "keep_firing_for"):
        _check_duration(at(where, Key(field)), rule.get(field))
    _check_labels(at(where, Key("labels")), rule.get("labels"))
    _check_labels(at(where, Key("annotations")), rule.get("annotations"))


def _check_fields(where: Where, given: Iterable[str], accepted: set[str]) -> None:
    """Prometheus refuses a rule file with a field it does not know, and with it the whole configuration."""
    for field in given:
        if field not in accepted:
            raise ConfigError(where, field, f"unknown key; accepted: {', '.join(sorted(accepted))}")


def _is_empty(value: Any) -> bool:
    """Whether a field has no value, or a duration of zero."""
    return not value or not str(value).strip("0ywdhms")


def _check_duration(where: Where, value: Any) -> None:
    if value is not None:
        duration_or_zero(where, str(value))


def _check_labels(where: Where, labels: Any) -> None:
    """Names of labels and annotations: since Prometheus 3 any text, but a rule cannot rename its metric."""
    if labels is None:
        return
    if not isinstance(labels, dict):
        raise ConfigError(where, labels, "write names and values")
    for name in labels:
        if not name or name == "__name__":
            raise ConfigError(where, name, "write a name, such as team or service.name; '__name__' is the metric's")
