"""Numbers and durations of PromQL, and durations that are computed (`--enable-feature=promql-duration-expr`)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .promql_tokens import Token

_LONGEST = 2**63 / 10**9
"""Seconds of the longest duration, as Prometheus counts nanoseconds."""

ARITHMETIC: Final = frozenset("+-*/%^")
OF_DURATIONS: Final = frozenset({"step", "range", "min_of", "max_of"})
"""Functions that a computed duration may call."""

_DURATION = re.compile(r"(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?")
_UNITS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}


def number(text: str) -> str:
    """Write a number without the underscores between its digits.

    Raises:
        ValueError: it has underscores elsewhere, or is larger than a number can be.

    """
    if "_" in text:
        if re.search(r"_(?:[._]|[eE](?![\da-fA-F]*$)|$)", text) or (re.search(r"_[eE]", text) and not text.lower().startswith("0x")):
            raise ValueError(f"bad number or duration syntax: {text!r}")
        text = text.replace("_", "")
    text = f"0{text}" if text.startswith(".") else text
    try:
        large = math.isinf(float(text))
    except ValueError:
        return text
    if large:
        raise ValueError(f"{text} is larger than a number can be")
    return text


def seconds(text: str) -> float:
    """Return the seconds of a duration or a number.

    Raises:
        ValueError: it is neither.

    """
    text = text.replace("_", "")
    if _DURATION.fullmatch(text):
        return sum(int(amount) * _UNITS[unit] for amount, unit in re.findall(r"(\d+)(ms|[ywdhms])", text))
    try:
        return float(int(text, 16)) if text.lower().startswith("0x") else float(text)
    except ValueError as error:
        raise ValueError(f"bad number or duration syntax: {text!r}") from error


def check_duration(text: str) -> None:
    """Refuse a duration that Prometheus cannot count, before the library ends the process over it.

    Raises:
        ValueError: it is longer than 292 years.

    """
    if not seconds(text) < _LONGEST:
        raise ValueError(f"duration out of range: {text}")


def computed_duration(part: list[Token]) -> None:
    """Read a duration that is computed.

    Raises:
        ValueError: it is something else.

    """
    rest = _operation(part)
    if rest:
        raise ValueError(f"unexpected {rest[0].text!r} in a duration")


def _operation(part: list[Token]) -> list[Token]:
    """Read operands and the operators between them; what remains."""
    part = after_duration(part)
    while part and part[0].text in ARITHMETIC:
        operator, part = part[0].text, part[1:]
        if operator in {"/", "%"} and part and part[0].kind == "number" and seconds(part[0].text) == 0:
            raise ValueError(f"a duration is divided by 0: {operator} {part[0].text}")
        part = after_duration(part)
    return part


def after_duration(part: list[Token]) -> list[Token]:
    """Read a number, a function or something in parentheses, with its signs; what remains.

    Raises:
        ValueError: something else stands there.

    """
    while part and part[0].text in {"+", "-"}:
        part = part[1:]
    return _value(part)


def _value(part: list[Token]) -> list[Token]:
    """Read a number, a function or something in parentheses; what remains."""
    if not part:
        raise ValueError("a duration is missing")
    first, rest = part[0], part[1:]
    if first.kind == "number":
        check_duration(first.text)
        return rest
    arguments = {"step": 0, "range": 0, "min_of": 2, "max_of": 2}.get(first.lower, 1)
    if first.text != "(":
        if first.lower not in OF_DURATIONS:
            raise ValueError(f"unexpected {first.text!r} in a duration")
        rest = _expect("(", rest)
    for index in range(arguments):
        rest = _operation(_expect(",", rest) if index else rest)
    return _expect(")", rest)


def _expect(mark: str, part: list[Token]) -> list[Token]:
    if not part or part[0].text != mark:
        raise ValueError(f"{mark!r} is missing in a duration")
    return part[1:]
