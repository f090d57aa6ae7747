"""PromQL: read within bounds, and written in the layout of Prometheus's own formatter."""

from __future__ import annotations

import re
from typing import Any

import promql_parser

from .nesting import MOST_LEVELS, levels, unquoted

MOST_OPERATORS = 1000
"""Operators that an expression may have. The parser's tree is as deep as a chain of them is long, and its formatter takes time by the square
of that; the longest expression of this project has 60."""

_OPERATOR = re.compile(r"[-+*/%^]|[=!<>]=?|\b(?:and|or|unless|atan2)\b")


def parse(expression: str) -> Any:
    """Read an expression.

    Raises:
        ValueError: it is not PromQL, or larger than a parser that recurses can read.

    """
    if levels(expression) > MOST_LEVELS:
        raise ValueError(f"nested more than {MOST_LEVELS} levels deep")
    if len(_OPERATOR.findall(unquoted(expression))) > MOST_OPERATORS:
        raise ValueError(f"more than {MOST_OPERATORS} operators in one expression")
    return promql_parser.parse(expression)


def pretty(expression: str) -> str:
    """Return an expression with the same meaning, one operand a line where it is longer than a line: a changed number is a changed line."""
    return str(parse(expression).prettify()).rstrip()
