"""PromQL: read within bounds, and written in the layout of Prometheus's own formatter."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import promql_parser

from .nesting import MOST_LEVELS, is_deep, unquoted

if TYPE_CHECKING:
    from .promql_dialect import Dialect

MOST_OPERATORS = 1000
"""Operators that an expression may have. The parser's tree is as deep as a chain of them is long, and its formatter takes time by the square
of that; the shipped expressions have at most 32."""

_OPERATOR = re.compile(r"[-+*/%^]|[=!<>]=?|\b(?:and|or|unless|atan2)\b")


SHORT: Final = 100
"""Characters: shorter expressions stay on one line."""

LONG: Final = 900
"""Characters: a longer layout would be one line of JSON that no review can show."""

_TOKEN = re.compile(r'"[^"]*"|([\[:])?(\$\w+)')


_UNUSUAL_MARKS: Final = re.compile(
    r"""[<>]/|`|\d[_eE]|\[[^\]]*[^\]\d\w:. ]|[\[:]\s*(?:\.\d|[-+]?\s*\d{9})|\(\s*\)\s*\[|[(,]\s*\+"""
)  # each branch starts with a character: Python skips all others at once
_UNUSUAL_WORDS: Final = re.compile(
    r"\b(?:(?:anchored|smoothed|info|limitk|limit_ratio|inf|nan)\b|offset\s*(?:[(a-z]|[-+]\s*[-+(a-z]|[-+]?\s*\d{9}))", re.IGNORECASE
)
_LABEL_WITH_COLON: Final = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*:", re.IGNORECASE)


def _is_unusual(expression: str) -> bool:
    """Whether an expression may have to be rewritten: true of every one that has to be, and of few others."""
    if _UNUSUAL_MARKS.search(expression) or expression.lstrip().startswith("+"):
        return True
    lower = expression.lower()
    if any(part in lower for part in ("anchored", "smoothed", "limit", "inf", "nan", "offset")) and _UNUSUAL_WORDS.search(expression):
        return True
    return ":" in expression and _LABEL_WITH_COLON.search(expression) is not None


class _Read(NamedTuple):
    """An expression, read."""

    tree: Any
    as_written: bool
    """Whether the library reads it without a change."""


def parse(expression: str) -> Any:
    """Read an expression.

    Raises:
        ValueError: it is not PromQL, or larger than a parser that recurses can read.

    """
    return _read(expression).tree


@lru_cache(maxsize=512)
def _read(expression: str) -> _Read:
    if is_deep(expression):
        raise ValueError(f"nested more than {MOST_LEVELS} levels deep")
    if len(expression) > MOST_OPERATORS and len(_OPERATOR.findall(unquoted(expression))) > MOST_OPERATORS:
        raise ValueError(f"more than {MOST_OPERATORS} operators in one expression")
    if _is_unusual(expression):
        return _Read(promql_parser.parse(_checked(expression)), as_written=False)
    try:
        return _Read(promql_parser.parse(expression), as_written=True)
    except ValueError:
        # The library compiles regular expressions as Rust does.
        if not _translate(expression).expressions:
            raise
        return _Read(promql_parser.parse(_checked(expression)), as_written=False)


@lru_cache(maxsize=512)
def dialect(expression: str) -> Dialect:
    """Read a user's expression, and tell what only Prometheus knows of it.

    Raises:
        ValueError: Prometheus would not read it.

    """
    parse(expression)
    promql_parser.parse(_checked(expression))
    return _translate(expression)


def _translate(expression: str, *, any_value: bool = False) -> Dialect:
    from .promql_dialect import translate  # noqa: PLC0415 - shipped expressions need none of it

    return translate(expression, any_value=any_value)


def _checked(expression: str) -> str:
    """Rewrite an expression for the library, and check its regular expressions as Prometheus does."""
    from .native import regex  # noqa: PLC0415 - shipped expressions need none of it

    for pattern in _translate(expression).expressions:
        try:
            regex.check(pattern)
        except ValueError as error:
            raise ValueError(f"not a regular expression of Prometheus (RE2): {pattern!r}: {error}") from error
    return _translate(expression, any_value=True).text


def pretty(expression: str) -> str:
    """Return an expression with the same meaning, one operand a line where it is longer than a line: a changed number is a changed line.

    What the library does not read as it is written stays so.
    """
    read = _read(expression)
    try:
        tree = read.tree if read.as_written else promql_parser.parse(expression)
    except ValueError:
        return expression
    return str(tree.prettify()).rstrip()


def readable(expression: str) -> str:
    """Lay an expression out for the query editor, unless it is short, or so long that only the line breaks it was written with are affordable.

    Variables outside of text stand for a duration or a number, and come back as they were.
    """
    if len(expression) <= SHORT:
        return expression
    variables: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        before, variable = found.groups()
        if variable is None:
            return found[0]
        number = 1000 + 7 * len(variables)  # days that the formatter writes neither as weeks nor as years
        value = f"{number}d" if before else f"{number}.125"
        variables[value] = variable
        return f"{before or ''}{value}"

    laid_out = pretty(_TOKEN.sub(stand_in, expression))
    for value, variable in variables.items():
        laid_out = laid_out.replace(value, variable)
    return laid_out if len(laid_out) <= LONG else expression
