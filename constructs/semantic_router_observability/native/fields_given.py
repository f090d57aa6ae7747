"""Which fields of a mapping are given: of several at most one, or at least one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from semantic_router_observability.errors import ConfigError, Key, Raw, Where, at

Fields = Mapping[str, Any]
Check = Callable[[Where, Fields], None]


def given(fields: Fields, names: Sequence[str]) -> list[str]:
    return [name for name in names if _is_given(fields.get(name))]


def _is_given(value: Any) -> bool:
    return value is not None and value not in ("", [])


def at_most_one(*names: str) -> Check:
    def check(where: Where, fields: Fields) -> None:
        found = given(fields, names)
        if len(found) > 1:
            raise ConfigError(at(where, Key(found[1])), Raw("…"), f"{found[0]} is given too; keep one of {', '.join(names)}")

    return check


def one_of(*names: str) -> Check:
    def check(where: Where, fields: Fields) -> None:
        if not given(fields, names):
            raise ConfigError(where, None, f"give {' or '.join(names)}")

    return check
