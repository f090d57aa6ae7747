"""The syntax of regular expressions as Go reads them (RE2): neither Python's nor Rust's is a subset or a superset of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

MOST_COPIES = 1000
"""Times that something may be repeated by a number, all levels together; Go's limit."""

LARGEST = (128 << 20) // 40
"""Instructions of a compiled expression; Go's limit of 128 MiB."""

DEEPEST = 1000
"""Levels of a parsed expression; Go's limit."""

_POSIX = re.compile(r"\[:(?:\^?)(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]")
_COUNT = re.compile(r"\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}", re.ASCII)
_ESCAPE = re.compile(
    r"\\(?: (?P<octal>[1-7][0-7]{1,2} | 0[0-7]{0,2}) | x\{(?P<code>[0-9A-Fa-f]+)\} | x(?P<byte>[0-9A-Fa-f]{2})"
    r" | (?P<control>[afnrtv]) | (?P<itself>[\x00-/:-@\[-`{-\x7f]) )",
    re.VERBOSE | re.ASCII,
)
_CLASS = re.compile(r"\\[pP](?:\{([^}]*)\}|(.))", re.DOTALL)
_NAMED = re.compile(r"\(\?P?<([^>]*)>")
_FLAGS = re.compile(r"\(\?[imsU]*(?:-[imsU]+)?([:)])")
_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_UNICODE_LIMIT = 0x10FFFF


@dataclass
class _Part:
    """Something that can be repeated."""

    copies: int = 1
    size: int = 1
    height: int = 1
    literal: bool = False
    empty: bool = False
    """Whether it matches the empty text."""


@dataclass
class _Group:
    """What stands between parentheses, so far."""

    alternatives: list[list[_Part]] = field(default_factory=lambda: [[]])
    captures: bool = False


class _Names(msgspec.Struct, frozen=True):
    names: frozenset[str]
    aliases: frozenset[str]


@cache
def _classes() -> _Names:
    r"""Return the classes of characters that `\p{...}` takes."""
    return msgspec.json.decode(Path(__file__).with_name("unicode.json").read_bytes(), type=_Names)


@cache
def _loose_names() -> frozenset[str]:
    return frozenset(map(_canonical, _classes().names | _classes().aliases))


def check(expression: str, *, loose_names: bool = False) -> bool:
    r"""Read an expression; whether it matches the empty text.

    Args:
        expression: As the program has it.
        loose_names: Whether `\p{...}` takes long and loosely written names too. Alertmanager does; Prometheus has a library of its own.

    Raises:
        ValueError: Go would not compile it.

    """
    return _Reader(expression, loose_names=loose_names).whole()


def _canonical(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).lower()


class _Reader:
    def __init__(self, text: str, *, loose_names: bool) -> None:
        self._text = text
        self._loose_names = loose_names
        self._at = 0
        self._groups = [_Group()]

    def whole(self) -> bool:
        repeated = ""
        while self._at < len(self._text):
            repeated = self._next(repeated)
        if len(self._groups) > 1:
            raise ValueError("missing closing )")
        return self._closed().empty

    def _found(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _push(self, part: _Part) -> None:
        parts = self._groups[-1].alternatives[-1]
        parts.append(part)
        _limit(part)

    def _next(self, repeated: str) -> str:
        """Read one element; the repetition, if it is one."""
        match self._text[self._at]:
            case "(":
                self._open()
            case ")":
                self._at += 1
                if len(self._groups) == 1:
                    raise ValueError("unexpected )")
                self._push(self._closed())
            case "|":
                self._at += 1
                self._groups[-1].alternatives.append([])
            case "[":
                self._bracket()
            case "*" | "+" | "?":
                return self._repeat(self._at + 1, 0, None, repeated)
            case "{" if counted := _COUNT.match(self._text, self._at):
                least = int(counted[1])
                most = None if counted[2] and counted[3] is None else int(counted[3] if counted[2] else counted[1])
                if max(least, most or 0) > MOST_COPIES or (most is not None and least > most):
                    raise ValueError(f"invalid repeat count: {counted[0]}")
                return self._repeat(counted.end(), least, most, repeated)
            case "\\":
                self._escaped()
            case letter:
                self._at += 1
                self._push(_Part(literal=letter not in "^$.", empty=letter in "^$"))
        return ""

    def _open(self) -> None:
        if not self._text.startswith("(?", self._at):
            self._at += 1
            self._groups.append(_Group(captures=True))
        elif named := self._found(_NAMED):
            if not re.fullmatch(r"\w+", named[1], re.ASCII):
                raise ValueError(f"invalid named capture: {named[0]}")
            self._groups.append(_Group(captures=True))
        elif flags := self._found(_FLAGS):
            if flags[1] == ":":
                self._groups.append(_Group())
        else:
            raise ValueError(f"invalid or unsupported Perl syntax: {self._text[self._at : self._at + 4]}")

    def _closed(self) -> _Part:
        """End the innermost group."""
        group = self._groups.pop()
        sides = [_joined(parts) for parts in group.alternatives]
        part = _Part(
            copies=max(side.copies for side in sides),
            size=sum(side.size for side in sides) + len(sides) - 1,
            height=max(side.height for side in sides) + (len(sides) > 1),
            empty=any(side.empty for side in sides),
        )
        if group.captures:
            part = _Part(part.copies, part.size + 2, part.height + 1, empty=part.empty)
        _limit(part)
        return part

    def _repeat(self, end: int, least: int, most: int | None, repeated: str) -> str:
        operator = self._text[self._at : end]
        counted = operator.startswith("{")
        self._at = end + self._text.startswith("?", end)
        if repeated:
            raise ValueError(f"invalid nested repetition operator: {repeated}{operator}")
        parts = self._groups[-1].alternatives[-1]
        if not parts:
            raise ValueError(f"missing argument to repetition operator: {operator}")
        part = parts.pop()
        times = 1
        size = part.size + (2 if operator == "*" else 1)
        if counted:
            times = least if most is None else most
            size = (1 if least else 2) + max(least, 1) * part.size if most is None else most * part.size + most - least
        copies = part.copies * max(times, 1) if not counted or most != 0 else 1
        if counted and max(least, most or 0) > 1 and copies > MOST_COPIES:
            raise ValueError(f"invalid repeat count: {operator}, {copies} copies together with those inside")
        self._push(_Part(copies, max(1, size), part.height + 1, empty=part.empty or (least == 0 and operator != "+")))
        return self._text[end - len(operator) : self._at]

    def _escaped(self) -> None:
        letter = self._text[self._at + 1 : self._at + 2]
        if letter and letter in "AbBz":
            self._at += 2
            self._push(_Part(empty=letter != "b"))
            return
        if letter == "Q":
            literal, _, _ = self._text[self._at + 2 :].partition(r"\E")
            self._at += 2 + len(literal) + (2 if self._text.startswith(r"\E", self._at + 2 + len(literal)) else 0)
            for _ in literal:
                self._push(_Part(literal=True))
            return
        if not self._class():
            self._character()
        self._push(_Part())

    def _class(self) -> bool:
        r"""Read a class such as `\d` or `\p{Greek}`, where one stands."""
        if self._text[self._at + 1 : self._at + 2] in {"d", "D", "s", "S", "w", "W"}:
            self._at += 2
            return True
        if self._text.startswith((r"\p", r"\P"), self._at):
            named = self._found(_CLASS)
            name = "" if named is None else (named[1] if named[1] is not None else named[2]).removeprefix("^")
            if name not in _classes().names and not (self._loose_names and _canonical(name) in _loose_names()):
                raise ValueError(f"invalid character class range: {named[0] if named else self._text[self._at :]}")
            return True
        return False

    def _character(self) -> int:
        """Read a character that is escaped; its code."""
        begun = self._at
        escape = self._found(_ESCAPE)
        if escape is None:
            raise ValueError(f"invalid escape sequence: {self._text[begun : begun + 2]}")
        code = int(escape["octal"], 8) if escape["octal"] else int(escape["code"] or escape["byte"] or "0", 16)
        if code > _UNICODE_LIMIT:
            raise ValueError(f"invalid escape sequence: {escape[0]}")
        return code or _CONTROLS.get(escape["control"] or "", ord(escape["itself"] or "\0"))

    def _bracket(self) -> None:
        """Read a class in brackets."""
        begun = self._at
        self._at += 2 if self._text.startswith("[^", self._at) else 1
        first = True
        while first or not self._text.startswith("]", self._at):
            first = False
            if self._text.startswith("[:", self._at) and (end := self._text.find(":]", self._at + 2)) >= 0:
                if not self._found(_POSIX):
                    raise ValueError(f"invalid character class range: {self._text[self._at : end + 2]}")
                continue
            if self._text.startswith("\\", self._at) and self._class():
                continue
            low = high = self._member(begun)
            if self._text.startswith("-", self._at) and self._text[self._at + 1 : self._at + 2] not in {"]", ""}:
                self._at += 1
                high = self._member(begun)
            if high < low:
                raise ValueError(f"invalid character class range: {chr(low)}-{chr(high)}")
        self._at += 1
        self._push(_Part())

    def _member(self, begun: int) -> int:
        if self._at >= len(self._text):
            raise ValueError(f"missing closing ]: {self._text[begun:]}")
        if self._text[self._at] == "\\":
            return self._character()
        self._at += 1
        return ord(self._text[self._at - 1])


def _joined(parts: list[_Part]) -> _Part:
    """One after another; letters in a row are one level."""
    if not parts:
        return _Part(empty=True)
    levels = 0 if len(parts) == 1 or all(part.literal for part in parts) else 1
    return _Part(
        max(part.copies for part in parts),
        sum(part.size for part in parts),
        max(part.height for part in parts) + levels,
        empty=all(part.empty for part in parts),
    )


def _limit(part: _Part) -> None:
    if part.size > LARGEST:
        raise ValueError("expression too large")
    if part.height > DEEPEST:
        raise ValueError("expression nests too deeply")
