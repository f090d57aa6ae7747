"""Words of PromQL, as the lexer of Prometheus 3.13 cuts them."""

from __future__ import annotations

import re
from typing import NamedTuple

_SPACE_STRING_NUMBER = r"""(?P<space>[ \t\r\n]+|\#[^\r\n]*)
    | (?P<string>"(?:[^"\\\n]|\\[^\n])*" | '(?:[^'\\\n]|\\[^\n])*' | `[^`]*`)
    | (?P<number>0[xX][\da-fA-F_]+ | (?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)? (?![\w.]) | \.?\d[\w.]*)
"""
_MARK = "| (?P<mark>=~|!~|!=|==|>=|<=|>/|</|.)"
_FLAGS = re.VERBOSE | re.DOTALL | re.ASCII
_TOKEN = re.compile(rf"{_SPACE_STRING_NUMBER} | (?P<word>[A-Za-z_:][\w:]*) {_MARK}", _FLAGS)
_IN_BRACKETS = re.compile(rf"{_SPACE_STRING_NUMBER} | (?P<word>[A-Za-z_]\w*) {_MARK}", _FLAGS)
"""In a range a colon stands alone; elsewhere it is part of a name."""

_ESCAPE = re.compile(rb"""\\(?:([abfnrtv\\'"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))""")
_NAMED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class Token(NamedTuple):
    """One word."""

    kind: str
    """`string`, `number` (a duration is one too), `word` or `mark`."""
    text: str
    """As written."""

    @property
    def lower(self) -> str:
        """Keywords and names of functions are the same in capitals."""
        return self.text.lower()


def tokens(expression: str) -> list[Token]:
    """Cut an expression; spaces and comments are dropped."""
    found: list[Token] = []
    pattern, at = _TOKEN, 0
    while match := pattern.match(expression, at):
        at = match.end()
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0]))
        pattern = {"[": _IN_BRACKETS, "]": _TOKEN}.get(match[0], pattern)
    return found


def unquoted_value(literal: str) -> str:
    """Return what a string in quotes stands for; bytes that are no UTF-8 become surrogates."""
    if literal.startswith("`"):
        return literal[1:-1]

    def value(found: re.Match[bytes]) -> bytes:
        letter, octal, byte, short, long = found.groups()
        if letter:
            return _NAMED.get(letter, letter)
        if octal or byte:
            return bytes([int(octal or byte, 8 if octal else 16) & 0xFF])
        return chr(min(int(short or long, 16), 0x10FFFF)).encode("utf-8", "surrogatepass")

    return _ESCAPE.sub(value, literal[1:-1].encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def quoted(value: str) -> str:
    """Return a string in double quotes that stands for the value."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
