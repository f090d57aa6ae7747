"""How deep a text nests, found before a parser that recurses reads it."""

from __future__ import annotations

import re

MOST_LEVELS = 100
"""Levels of brackets that a query or a JSON file may have. Dashboards need about 15, queries about 10; parsers in Rust and C that recurse end
the process some thousand levels later, and Python's own at a thousand."""

_QUOTED = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` """, re.VERBOSE | re.DOTALL)


def unquoted(text: str) -> str:
    """Return the text without what stands in quotes, of PromQL or of JSON."""
    return _QUOTED.sub("", text)


def levels(text: str) -> int:
    """Return the deepest level of brackets outside of quotes."""
    deepest = level = 0
    for bracket in re.findall(r"[][(){}]", unquoted(text)):
        level += 1 if bracket in "([{" else -1
        deepest = max(deepest, level)
    return deepest
