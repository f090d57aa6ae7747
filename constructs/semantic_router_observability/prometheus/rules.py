"""Rule files that Prometheus evaluates."""

from __future__ import annotations

from typing import Any

import msgspec
import promql_parser

from semantic_router_observability.checks import dns_label, duration_seconds, unique
from semantic_router_observability.errors import ConfigError


class RuleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Rule groups in Prometheus's own words.

    Attributes:
        name: Name of the file, without its ending.
        groups: The `groups` of a Prometheus rule file. Every expression is parsed when the stack is built.

    """

    name: str
    groups: tuple[dict[str, Any], ...]

    def __post_init__(self) -> None:
        dns_label("name", self.name)
        unique(f"rules {self.name!r}: groups", [str(group.get("name")) for group in self.groups], "groups")
        for group in self.groups:
            _check_group(f"rules {self.name!r}: group {group.get('name')!r}", group)


def _check_group(where: str, group: dict[str, Any]) -> None:
    if not isinstance(group.get("name"), str) or not isinstance(group.get("rules"), list | tuple):
        raise ConfigError(where, sorted(group), "give each group a name and a list of rules")
    for rule in group["rules"]:
        name = rule.get("alert") or rule.get("record")
        if not name or ("alert" in rule) == ("record" in rule):
            raise ConfigError(where, rule, "give each rule either 'alert' or 'record'")
        try:
            promql_parser.parse(str(rule.get("expr", "")))
        except ValueError as error:
            raise ConfigError(f"{where}: {name}: expr", rule.get("expr"), f"not PromQL: {error}") from error
        for field in ("for", "keep_firing_for"):
            if field in rule and str(rule[field]) not in {"0", "0s"}:
                duration_seconds(f"{where}: {name}: {field}", str(rule[field]))
