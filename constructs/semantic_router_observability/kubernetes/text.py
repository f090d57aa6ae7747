"""Kubernetes objects as YAML text that every parser reads alike.

Own code, because it is ten times as fast as libyaml through PyYAML here: objects hold few types, and most of their bytes are a few long texts.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STEP = "  "
_WORDS = frozenset(
    [
        "y",
        "yes",
        "n",
        "no",
        "true",
        "false",
        "on",
        "off",
        "null",
        "~",
        "<<",
        "=",
        "inf",
        "+inf",
        "-inf",
        ".inf",
        "+.inf",
        "-.inf",
        "nan",
        ".nan",
        "infinity",
        "+infinity",
        "-infinity",
    ]
)
"""Text in lower case that some YAML parser reads as a boolean, a number or nothing."""

_NUMBER = re.compile(
    r"[-+]?(?:\d[\d_,]*(?::[\d_]+)*(?:\.[\d_]*)?|\.[\d_]+)(?:[eE][-+]?[\d_]+)?|[-+]?0[xXoObB][\da-fA-F_]+|\d{4}-\d\d?-\d\d?.*", re.ASCII
)
"""Numbers and dates, also what only some YAML parsers take for one: 0o17, 1e3, 12:30:45."""

_PLAIN = re.compile(r"(?!---|\.\.\.)(?:[\w/.$()+;<=\\^~]|[-?:](?=\S))(?:[^\s:#]|:(?=\S)|(?<=\S)\#|\ (?=\S))*", re.ASCII)
"""Text that needs no quotes, unless it is a word or number of the above or has characters to escape."""


def to_manifest(value: Mapping[str, Any]) -> str:
    """One YAML document: keys in the order given, text of several lines as it stands, quotes only where a parser would read another type."""
    return _mapping(value, "")


def _mapping(value: Mapping[str, Any], indent: str) -> str:
    return "".join([f"{indent}{_scalar(key)}:{_item(item, indent)}" for key, item in value.items()])


def _sequence(value: Sequence[Any], indent: str) -> str:
    inner = indent + _STEP
    # A mapping or list starts on the line of its dash: its own indent, less the dash's two columns.
    return "".join(
        [
            f"{indent}- {_block(item, inner)[len(inner) :]}"
            if isinstance(item, dict | list) and item
            else f"{indent}-{_item(item, indent)}"
            for item in value
        ]
    )


def _block(value: Any, indent: str) -> str:
    return _mapping(value, indent) if isinstance(value, dict) else _sequence(value, indent)


def _item(value: Any, indent: str) -> str:
    """What follows the colon or the dash, up to and with the end of the line."""
    if isinstance(value, str):
        return _text(value, indent + _STEP) if "\n" in value else f" {_scalar(value)}\n"
    if isinstance(value, dict | list):
        if value:
            return f"\n{_block(value, indent + _STEP)}"
        return " {}\n" if isinstance(value, dict) else " []\n"
    return f" {_number(value) if isinstance(value, float) else json.dumps(value)}\n"


def _text(value: str, indent: str) -> str:
    """Text of several lines as a block, or in quotes where a block cannot hold it."""
    if not value.strip() or _has_unprintable(value):
        return f" {_quoted(value)}\n"
    lines = f"\n{value}".replace("\n", f"\n{indent}")
    if "\n\n" in value or value[0] == "\n":
        lines = re.sub(f"\n{indent}(?=\n)", "\n", lines)
    # The first line must say how far it is indented, when it begins with white space of its own.
    columns = len(_STEP) if value[0].isspace() else ""
    if not value.endswith("\n"):
        return f" |{columns}-{lines}\n"
    lines = lines.removesuffix(indent)
    return f" |{columns}{'+' if value.endswith(f'{chr(10)}{chr(10)}') else ''}{lines}"


@functools.lru_cache(maxsize=4096)
def _scalar(value: str) -> str:
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and not _NUMBER.fullmatch(value) and value.isprintable()
    return value if plain else _quoted(value)


def _quoted(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else _unprintable().sub(_escape, text)


def _has_unprintable(text: str) -> bool:
    return not text.replace("\n", "").replace("\t", "").isprintable() and _unprintable().search(text) is not None


@functools.cache
def _unprintable() -> re.Pattern[str]:
    """Characters that YAML escapes, among them those that some parsers take for line breaks. Python counts a few more, and is faster at it."""
    return re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _number(value: float) -> str:
    """A number that PyYAML, too, reads as one: it wants a point before an exponent."""
    mantissa, exponent, power = repr(value).removesuffix(".0").partition("e")
    return f"{mantissa}{'.0' if exponent and '.' not in mantissa else ''}{exponent}{power}"
