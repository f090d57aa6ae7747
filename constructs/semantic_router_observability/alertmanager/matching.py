"""Label matchers, in Alertmanager's syntax."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from semantic_router_observability.checks import listed, prometheus_labels, unique
from semantic_router_observability.errors import ConfigError, Key, Where, at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EVERYTHING = "..."
"""Stands for all labels in a `group_by`."""

_MATCHER = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)("(?:[^"\\\n]|\\.)*")')
_LOOKAROUND = re.compile(r"\(\?(?:<?[=!]|>)")


def check_matchers(where: Where, matchers: Sequence[str]) -> None:
    """Refuse what Alertmanager refuses: with one invalid matcher it keeps its old configuration, or does not start."""
    listed(where, matchers)
    for matcher in matchers:
        found = _MATCHER.fullmatch(matcher)
        if not found:
            raise ConfigError(
                where, matcher, 'write a label, an operator (=, !=, =~ or !~) and a value in quotes, such as severity=~"critical|warning"'
            )
        if "~" in found[2]:
            _check_expression(at(where, Key(found[1])), json.loads(found[3]))


def equalities(match: Mapping[str, str]) -> list[str]:
    """Matchers for labels that must have exactly these values."""
    return [f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in match.items()]


def check_label_names(where: Where, names: Sequence[str]) -> None:
    """Refuse invalid label names, and a name listed twice."""
    listed(where, names)
    prometheus_labels(where, dict.fromkeys(names, ""))
    unique(where, names, "labels")


def check_group_by(where: Where, names: Sequence[str]) -> None:
    """Labels to group by; `...` alone stands for all of them."""
    listed(where, names)
    if EVERYTHING in names and len(names) > 1:
        raise ConfigError(where, list(names), f"'{EVERYTHING}' already stands for all labels; write it alone")
    check_label_names(where, [name for name in names if name != EVERYTHING])


def _check_expression(where: Where, expression: str) -> None:
    """Go's regular expressions are Python's without lookahead and lookbehind."""
    try:
        re.compile(expression)
    except re.error as error:
        raise ConfigError(where, expression, f"is not a regular expression: {error}") from error
    if _LOOKAROUND.search(expression):
        raise ConfigError(where, expression, "looks ahead or behind, which Alertmanager's expressions cannot; write it another way")
