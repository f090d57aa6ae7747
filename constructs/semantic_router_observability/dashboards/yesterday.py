"""The same question a day earlier, for numbers whose normal value depends on the models."""

from __future__ import annotations

import re

_SELECTED = re.compile(r"\w+\{[^{}]*\}(?:\[[^\]]+\])?")


def yesterday(expression: str) -> str:
    """Ask an expression, whose selectors have braces, what it was a day before."""
    return _SELECTED.sub(lambda found: f"{found[0]} offset 1d", expression)
