"""How deep a text nests, found before a parser that recurses reads it."""

from __future__ import annotations

import re

import msgspec

MOST_LEVELS = 100
"""Levels of brackets that a query or a JSON file may have. Shipped dashboards need 11, shipped queries 10; parsers in Rust and C that recurse end
the process some thousand levels later, and Python's own at a thousand."""

_QUOTED = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` """, re.VERBOSE | re.DOTALL)

_DEEP_LINE = re.compile(rf"\n {{{MOST_LEVELS}}}(?: |.*(?:\[\]|\{{\}}),?$)", re.MULTILINE)
"""A line of indented JSON inside or at the start of a further level."""


def unquoted(text: str) -> str:
    """Return the text without what stands in quotes, of PromQL or of JSON."""
    return _QUOTED.sub("", text)


def is_deep(text: str) -> bool:
    """Whether the text has more levels of brackets outside of quotes than are accepted."""
    return sum(map(text.count, "([{")) > MOST_LEVELS and levels(text) > MOST_LEVELS


def is_deep_json(text: str) -> bool:
    """Whether JSON has more levels than are accepted, by its indentation: for 150 kB that takes a tenth of the time that `levels` takes."""
    try:
        return _DEEP_LINE.search(msgspec.json.format(text, indent=1)) is not None
    except RecursionError:
        return True
    except msgspec.DecodeError:
        return False


def levels(text: str) -> int:
    """Return the deepest level of brackets outside of quotes."""
    deepest = level = 0
    for bracket in re.findall(r"[][(){}]", unquoted(text)):
        level += 1 if bracket in "([{" else -1
        deepest = max(deepest, level)
    return deepest
