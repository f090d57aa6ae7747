"""Configuration in native syntax, held to the types that the pinned programs read it into.

`prometheus.json` and `alertmanager.json` name the type of each field; `imports/generate_native.py` writes them from the programs' own types.
"""

from __future__ import annotations

import math
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from semantic_router_observability.errors import ConfigError, Key, Where, at

from .between import check_between
from .texts import check_text

Program = Literal["prometheus", "alertmanager"]

_LIMITS = {"int": 63, "int64": 63, "int32": 31, "uint": 64, "uint64": 64, "uint32": 32}
"""Bits of a number without its sign."""

_OWN = {"@prometheus/discovery/targetgroup.Group": {"targets": "[]string", "labels": "{}string"}}
"""Mappings that the program reads with a method of its own, and their fields."""

OTHERS = "*"
"""Stands for all fields that a type does not name."""

_MOST_NAMED = 12


class Types(msgspec.Struct, frozen=True):
    """The types of a program's configuration."""

    roots: dict[str, str]
    types: dict[str, dict[str, str]]


@cache
def types(program: Program) -> Types:
    """Read the types of a program."""
    return msgspec.json.decode(Path(__file__).with_name(f"{program}.json").read_bytes(), type=Types)


def check(program: Program, root: str, where: Where, value: Any, *, item_of: str | None = None) -> None:
    """Refuse what the program would not read.

    Args:
        program: Which program reads it.
        root: What it is: `scrape_config`, `remote_write`, `rule_group` or `receiver`.
        where: Path to the value.
        value: The mapping.
        item_of: Field of the root whose list has the value as an item. Default: the value is the root.

    Raises:
        ConfigError: an unknown key, a value of another type, a text of another form, or fields that exclude each other.

    """
    known = types(program)
    kind = known.roots[root]
    _check(known, known.types[kind[1:]][item_of].removeprefix("[]") if item_of else kind, where, value)


def _check(known: Types, kind: str, where: Where, value: Any) -> None:
    if value is None or kind == "any":
        return
    if kind.startswith("[]"):
        _check_list(known, kind[2:], where, value)
    elif kind.startswith("{}"):
        if not isinstance(value, dict):
            raise ConfigError(where, value, "write a mapping of names and values")
        for key, item in value.items():
            _check(known, kind[2:], at(where, Key(str(key))), item)
    elif kind in _OWN:
        _check_fields(Types({}, _OWN), kind, where, value)
    elif kind.startswith("#"):
        _check_fields(known, kind[1:], where, value)
    else:
        _check_scalar(kind, where, value)


def _check_list(known: Types, kind: str, where: Where, value: Any) -> None:
    if not isinstance(value, list | tuple):
        raise ConfigError(where, value, "write a list")
    for index, item in enumerate(value):
        if item in (None, {}) and (kind.startswith("#") or kind in _OWN):
            raise ConfigError(at(where, index), item, "write a mapping, or remove the empty item")
        _check(known, kind, at(where, index), item)


def _check_fields(known: Types, kind: str, where: Where, value: Any) -> None:
    if not isinstance(value, dict):
        raise ConfigError(where, value, "write a mapping")
    fields = known.types[kind]
    for key, item in value.items():
        if key not in fields and OTHERS not in fields:
            raise ConfigError(where, str(key), _unknown(str(key), fields))
        _check(known, fields.get(key, fields.get(OTHERS, "")), at(where, Key(key)), item)
    check_between(kind, where, value, fields)


def _unknown(key: str, fields: dict[str, str]) -> str:
    near = get_close_matches(key, fields, n=1, cutoff=0.7)
    if near:
        return f"unknown key; the nearest known key is {near[0]}"
    names = sorted(fields)
    shown = ", ".join(names[:_MOST_NAMED])
    return f"unknown key; known keys: {shown}{f' and {len(names) - _MOST_NAMED} more' if len(names) > _MOST_NAMED else ''}"


def _check_scalar(kind: str, where: Where, value: Any) -> None:
    match kind:
        case "bool":
            if not isinstance(value, bool):
                raise ConfigError(where, value, "write true or false")
        case "float" | "float64" | "float32":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigError(where, value, "write a number")
        case _ if kind in _LIMITS:
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            unsigned = kind.startswith("u")
            if not number or not (0 if unsigned else -(2 ** _LIMITS[kind])) <= value < 2 ** _LIMITS[kind] + unsigned:
                raise ConfigError(where, value, "write a whole number" + (" of at least 0" if unsigned else ""))
        case _:
            if kind == "@time.Duration" and isinstance(value, int | float) and not isinstance(value, bool):
                return  # nanoseconds
            if not isinstance(value, str | int | float):
                raise ConfigError(where, value, "write a text")
            check_text(kind, where, str(value).lower() if isinstance(value, bool) else str(value))
