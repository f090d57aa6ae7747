"""PromQL: read within bounds, and written in the layout of Prometheus's own formatter."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import promql_parser

from .nesting import MOST_LEVELS, is_deep, unquoted

MOST_OPERATORS = 1000
"""Operators that an expression may have. The parser's tree is as deep as a chain of them is long, and its formatter takes time by the square
of that; the shipped expressions have at most 32."""

_OPERATOR = re.compile(r"[-+*/%^]|[=!<>]=?|\b(?:and|or|unless|atan2)\b")


@lru_cache(maxsize=512)
def parse(expression: str) -> Any:
    """Read an expression.

    Raises:
        ValueError: it is not PromQL, or larger than a parser that recurses can read.

    """
    if is_deep(expression):
        raise ValueError(f"nested more than {MOST_LEVELS} levels deep")
    if len(expression) > MOST_OPERATORS and len(_OPERATOR.findall(unquoted(expression))) > MOST_OPERATORS:
        raise ValueError(f"more than {MOST_OPERATORS} operators in one expression")
    return promql_parser.parse(expression)


def pretty(expression: str) -> str:
    """Return an expression with the same meaning, one operand a line where it is longer than a line: a changed number is a changed line."""
    return str(parse(expression).prettify()).rstrip()
