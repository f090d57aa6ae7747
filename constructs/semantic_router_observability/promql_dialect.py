"""What Prometheus 3.13 reads and the parser's library does not: rewritten into something that the library reads in the same places.

Prometheus has a grammar of its own for durations that are computed, for the modifiers of selectors, for trimming histograms and for literals.
What is rewritten keeps the shape of the expression, so that all else about it can still be checked.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import promql_parser

from .promql_durations import ARITHMETIC, OF_DURATIONS, after_duration, check_duration, computed_duration, number, seconds
from .promql_tokens import Token, quoted, tokens, unquoted_value

Feature = Literal["promql-experimental-functions", "promql-duration-expr", "promql-extended-range-selectors", "promql-binop-fill-modifiers"]
"""Parts of PromQL that Prometheus refuses unless it is started with the flag `--enable-feature`."""

FUNCTIONS: Final = frozenset({
    "double_exponential_smoothing", "end", "first_over_time", "histogram_quantiles", "info", "limit_ratio", "limitk", "mad_over_time", "max_of",
    "min_of", "range", "sort_by_label", "sort_by_label_desc", "start", "step", "ts_of_first_over_time", "ts_of_last_over_time",
    "ts_of_max_over_time", "ts_of_min_over_time",
})  # fmt: skip
"""Functions and aggregations of `promql-experimental-functions`, from the source of Prometheus 3.13.5."""

_QUOTES = {"'", '"', "`"}
_MODIFIERS = {"anchored", "smoothed"}
_JOINING = {"and", "or", "unless", "atan2", "bool", "by", "without", "on", "ignoring", "group_left", "group_right"}
_WITH_LABELS = {"by", "without", "on", "ignoring"}
_BETWEEN = {"and", "or", "unless", "atan2"}
_PICKING = {"limitk": "topk", "limit_ratio": "topk"}
"""Aggregations whose arguments the library does not check, and one of the same arguments."""
_ANY_DURATION = Token("number", "5m")


class Dialect(NamedTuple):
    """An expression that the library can read, and what Prometheus has to be started with to read the original."""

    text: str
    features: frozenset[Feature]
    expressions: tuple[str, ...]
    """Regular expressions of its matchers."""


def translate(expression: str, *, any_value: bool = False) -> Dialect:
    """Rewrite an expression.

    Args:
        expression: As Prometheus reads it.
        any_value: Put another one in place of each regular expression that the library cannot compile.

    Raises:
        ValueError: it is not PromQL, in a part that is rewritten.

    """
    return _Translation(tokens(expression), any_value=any_value).whole()


class _Translation:
    """One expression, from left to right."""

    def __init__(self, given: list[Token], *, any_value: bool) -> None:
        self._given = given
        self._any_value = any_value
        self._at = 0
        self._written: list[str] = []
        self._features: set[Feature] = set()
        self._expressions: list[str] = []
        self._operand: str | None = None
        """What has just ended: a `selector`, a `range`, a `subquery` or an `other` operand. None: an operand is expected."""
        self._modifiers: set[str] = set()
        """Those of the operand that has just ended."""
        self._seen_duration = False
        """Whether a range so far had one in digits: Prometheus's lexer wants one before the first subquery."""
        self._dropped = False
        """Whether the moment of the operand that has just ended was not written."""
        self._open: list[tuple[str, int]] = []
        """Before each open parenthesis: the word, and the argument that is read."""

    def whole(self) -> Dialect:
        while self._at < len(self._given):
            self._next()
        return Dialect(" ".join(self._written), frozenset(self._features), tuple(self._expressions))

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._given[place].lower if place < len(self._given) else ""

    def _take(self) -> Token:
        self._at += 1
        return self._given[self._at - 1]

    def _next(self) -> None:
        token = self._take()
        if token.kind == "word":
            self._word(token)
        elif token.kind != "mark":
            self._end("other", number(token.text) if token.kind == "number" else _plain(token.text))
        elif token.text in _QUOTES:
            raise ValueError("unterminated quoted string")
        else:
            self._mark(token.text)

    def _mark(self, mark: str) -> None:
        match mark:
            case "{":
                self._matchers()
            case "[":
                self._brackets()
            case "(":
                self._open.append((self._given[self._at - 2].lower if self._at > 1 else "", 0))
                self._start(mark)
            case ")":
                word, _ = self._open.pop() if self._open else ("", 0)
                self._end("other", mark)
                if word in _JOINING - {"by", "without"} or word.startswith("fill"):
                    self._operand = None
            case ",":
                self._comma()
            case "</" | ">/":
                self._start(f"{mark[0]} bool")
            case "@":
                self._timestamp()
            case _:
                # The library lets a plus stand before anything.
                self._start("-" if mark == "+" and self._operand is None else mark)

    def _comma(self) -> None:
        self._start(",")
        if self._open:
            word, index = self._open.pop()
            self._open.append((word, index + 1))
            if (word, index) == ("info", 0):
                self._labels_of_info()

    def _write(self, text: str) -> None:
        self._written.append(text)

    def _start(self, text: str) -> None:
        """Write what an operand follows."""
        self._write(text)
        self._operand = None

    def _end(self, kind: str, text: str) -> None:
        """Write an operand."""
        self._write(text)
        self._dropped = False
        self._operand = kind
        self._modifiers = set()

    def _word(self, token: Token) -> None:
        word = token.lower
        called = self._peek() == "("
        if word in _MODIFIERS:
            if self._operand is None:
                self._end("selector", f"{token.text}_")
            else:
                self._modifier(word)
        elif word == "offset" and (self._operand is not None or self._peek() in {"inf", "nan"}):
            self._offset(token.text)
        elif word in {"fill", "fill_left", "fill_right"} and called and self._operand is None:
            self._features.add("promql-binop-fill-modifiers")
            self._start(token.text)
        elif word in _JOINING and (called or word not in _WITH_LABELS) and not (self._operand is None and word in _BETWEEN):
            self._start(token.text)
        elif self._open and self._open[-1][0] in _WITH_LABELS | {"group_left", "group_right"}:
            self._end("other", token.text.replace(":", "_"))
        elif word in _PICKING:
            self._features.add("promql-experimental-functions")
            self._end("selector", _PICKING[word])
        else:
            if word in FUNCTIONS and called:
                self._features.add("promql-experimental-functions")
            self._end("other" if word in {"inf", "nan"} else "selector", token.text)

    def _modifier(self, word: str) -> None:
        """Drop `anchored` or `smoothed`, which follows a selector."""
        self._features.add("promql-extended-range-selectors")
        if self._operand not in {"selector", "range"}:
            raise ValueError(f"{word} follows something other than a selector")
        if self._peek() == "{":
            raise ValueError(f"unexpected '{{' after {word}")
        self._modifiers.add(word)
        if self._modifiers >= _MODIFIERS:
            raise ValueError("anchored and smoothed are together on one selector")

    def _matchers(self) -> None:
        """Copy matchers of labels, and keep their regular expressions."""
        written = ["{"]
        while self._at < len(self._given):
            token = self._take()
            if token.text in _QUOTES:
                raise ValueError("unterminated quoted string")
            text = _plain(token.text) if token.kind == "string" else token.text
            if token.kind == "string" and self._given[self._at - 2].text in {"=~", "!~"}:
                self._expressions.append(unquoted_value(token.text))
                if self._any_value and not _is_readable(self._expressions[-1]):
                    text = '".*"' if _matches_empty(self._expressions[-1]) else '".+"'
            written.append(text)
            if token.text == "}":
                break
        self._write("".join(written))
        self._operand = "selector"
        self._modifiers = set()

    def _labels_of_info(self) -> None:
        """Copy the second argument of `info`: matchers of labels, which may all match the empty text."""
        if self._peek() != "{":
            raise ValueError("the second argument of info is not a list of label matchers in braces")
        self._take()
        self._matchers()
        if self._peek() not in {")", ","}:
            raise ValueError("the second argument of info is more than label matchers in braces")
        inner = self._written.pop()[1:-1]
        if inner == ",":
            raise ValueError("unexpected ',' among label matchers")
        inner = inner.removesuffix(",")
        self._write("{" + ",".join(part for part in (inner, '__name__="target_info"') if part) + "}")

    def _brackets(self) -> None:
        """Copy a range or a subquery, with any duration in place of a computed one."""
        parts: list[list[Token]] = [[]]
        while self._peek() not in {"]", ""}:
            token = self._take()
            if token.text == ":":
                parts.append([])
            else:
                parts[-1].append(token)
        written: list[str] = []
        self._seen_duration |= any(token.kind == "number" for token in parts[0])
        if len(parts) > 1 and not self._seen_duration:
            raise ValueError("a subquery starts with a duration")
        for index, part in enumerate(parts):
            if not part and index == len(parts) - 1 == 1:
                written.append("")
                continue
            self._duration(part)
            written.append(_ANY_DURATION.text if len(part) > 1 else number(part[0].text))
        close = self._take().text if self._at < len(self._given) else ""
        self._write(f"[{':'.join(written)}{close}")
        self._operand = "range" if self._operand == "selector" and len(parts) == 1 else "subquery"

    def _duration(self, part: list[Token]) -> None:
        """Refuse what is not a duration, and one that is not positive; notice one that is computed."""
        if not _is_signed_number(part):
            self._features.add("promql-duration-expr")
            computed_duration(part)
        numbers = [token.text for token in part if token.text not in {"+", "-", "(", ")"}]
        if len(numbers) == 1 and numbers[0].lower() not in OF_DURATIONS:
            check_duration(numbers[0])
            if sum(token.text == "-" for token in part) % 2 or seconds(numbers[0]) == 0:
                raise ValueError("duration must be greater than 0")

    def _offset(self, word: str) -> None:
        """Copy an offset, with any duration in place of a computed one."""
        self._write(word)
        signs = self._signs()
        value: list[Token] = []
        if self._peek() in OF_DURATIONS:
            value.append(self._take())
        if self._peek() == "(":
            level = 0
            while self._at < len(self._given):
                token = self._take()
                value.append(token)
                level += {"(": 1, ")": -1}.get(token.text, 0)
                if not level:
                    break
        if value:
            self._computed_offset(signs, value)
        elif self._at < len(self._given) and self._given[self._at].kind == "number":
            token = self._take()
            check_duration(token.text)
            if len(signs) > 1:
                self._check_operand()
            self._written_offset("".join([*signs[-1:], number(token.text)]), known=bool(seconds(token.text)))
        else:
            raise ValueError("offset without a duration")

    def _computed_offset(self, signs: list[str], value: list[Token]) -> None:
        computed_duration(value)
        plain = _is_signed_number(value[1:-1])
        if not (len(signs) == 1 and plain):
            self._features.add("promql-duration-expr")
        if len(signs) > 1 or (value[0].text == "(" and not signs):
            self._check_operand()
        self._written_offset(_ANY_DURATION.text, known=plain)

    def _check_operand(self) -> None:
        """Refuse an operator that takes the offset, not the selector, and that something other than a duration follows."""
        if self._peek() in ARITHMETIC:
            after_duration(self._given[self._at + 1 :])

    def _written_offset(self, text: str, *, known: bool) -> None:
        """Write an offset. Before a range Prometheus minds only one that it knows and that is not zero."""
        if self._peek() == "[" and not known:
            self._written.pop()
        else:
            self._write(text)

    def _timestamp(self) -> None:
        """Copy a moment: a number with its sign, `start()` or `end()`."""
        if self._dropped and self._operand == "range":
            raise ValueError("@ may not be set multiple times")
        written = ["@", *self._signs()]
        if self._at < len(self._given):
            token = self._take()
            written.append(number(token.text) if token.kind == "number" else token.text)
            if token.lower in {"start", "end"}:
                if (self._peek(), self._peek(1)) != ("(", ")"):
                    raise ValueError(f"{token.text} without () in @")
                written += [self._take().text, self._take().text]
                if self._peek() == "[":
                    # Prometheus minds a moment before a range only where it knows it already.
                    self._dropped = True
                    return
        self._write(" ".join(written))

    def _signs(self) -> list[str]:
        signs = []
        while self._peek() in {"+", "-"}:
            signs.append(self._take().text)
        return signs


def _is_readable(pattern: str) -> bool:
    """Whether the library compiles a regular expression, as Rust does."""
    try:
        promql_parser.parse("{a=~" + quoted(pattern) + ',b="c"}')
    except ValueError:
        return False
    return True


def _matches_empty(pattern: str) -> bool:
    from .native import regex  # noqa: PLC0415 - only users' own expressions pay for it

    return regex.check(pattern)


def _is_signed_number(part: list[Token]) -> bool:
    return bool(part) and part[-1].kind == "number" and all(token.text in {"+", "-"} for token in part[:-1])


def _plain(literal: str) -> str:
    """Write a back-quoted string in double quotes: the library unescapes what Prometheus takes as it is."""
    return quoted(literal[1:-1]) if literal.startswith("`") else literal
