"""Label matchers, in Alertmanager's syntax.

Alertmanager 0.34 reads a matcher with two parsers, the classic one and that of UTF-8 names, and prefers the classic one's answer where both
have one. So does this module, and writes what was understood in the form that both read alike.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from semantic_router_observability.checks import listed, prometheus_labels, unique
from semantic_router_observability.errors import ConfigError, Key, Where, at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EVERYTHING = "..."
"""Stands for all labels in a `group_by`."""

_SPACE = r"[\t\n\f\r ]*"
_CLASSIC = re.compile(rf"{_SPACE}([a-zA-Z_:][a-zA-Z0-9_:]*){_SPACE}(=~|!=|!~|=){_SPACE}(.*?){_SPACE}", re.DOTALL)
_CLASSIC_VALUE = re.compile(r'"((?:\\.|[^"\\])*)"|((?!")(?:\\.|[^"\\])*\\?)', re.DOTALL)
_QUOTED = r'"(?:[^"\\\n]|\\(?:[abfnrtv"\\]|[01][0-7]{2}|x[0-7][0-9a-fA-F]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*"'
_TOKEN = rf"""({_QUOTED}|[^\s{{}}!=~,\\"'`]+)"""
_ITEM = re.compile(rf"\s*{_TOKEN}\s*(=~|!=|!~|=)\s*{_TOKEN}\s*(?:,|$)")
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_EXPECTED = 'write a label, an operator (=, !=, =~ or !~) and a value, such as severity=~"critical|warning"'


class Matcher(NamedTuple):
    """A condition on one label."""

    name: str
    op: str
    value: str

    @property
    def plain(self) -> bool:
        """Whether the name of the label needs no quotes."""
        return _PLAIN.fullmatch(self.name) is not None

    @property
    def text(self) -> str:
        """In the form that both of Alertmanager's parsers read alike: what is not a plain name is quoted."""
        return f"{self.name if self.plain else _quoted(self.name)}{self.op}{_quoted(self.value)}"


def check_matchers(where: Where, matchers: Sequence[str]) -> None:
    """Refuse what Alertmanager refuses: with one invalid matcher it keeps its old configuration, or does not start."""
    listed(where, matchers)
    for text in matchers:
        understood = _parse(text)
        if not understood:
            raise ConfigError(where, text, _EXPECTED)
        for matcher in understood:
            if "~" in matcher.op:
                _check_expression(at(where, Key(matcher.name)), matcher.value)


def written(matchers: Sequence[str]) -> list[str]:
    """Checked matchers as Alertmanager's configuration gets them."""
    return [matcher.text for matcher in parsed(matchers)]


def parsed(matchers: Sequence[str]) -> list[Matcher]:
    """Checked matchers, one by one."""
    return [matcher for text in matchers for matcher in _parse(text)]


def equalities(match: Mapping[str, str]) -> list[str]:
    """Matchers for labels that must have exactly these values."""
    return [Matcher(label, "=", value).text for label, value in match.items()]


def check_label_names(where: Where, names: Sequence[str]) -> None:
    """Refuse invalid label names, and a name listed twice."""
    listed(where, names)
    prometheus_labels(where, dict.fromkeys(names, ""))
    unique(where, names, "labels")


def check_group_by(where: Where, names: Sequence[str]) -> None:
    """Labels to group by; `...` alone stands for all of them."""
    listed(where, names)
    if EVERYTHING in names and len(names) > 1:
        raise ConfigError(where, list(names), f"'{EVERYTHING}' already stands for all labels; write it alone")
    check_label_names(where, [name for name in names if name != EVERYTHING])


def _parse(text: str) -> list[Matcher]:
    """Matchers in a text, of which commas separate several; none where neither parser understands it."""
    return _classic(text) or _utf8(text)


def _classic(text: str) -> list[Matcher]:
    matchers = []
    for part in _split(text.removeprefix("{").removesuffix("}")):
        found = _CLASSIC.fullmatch(part)
        value = _CLASSIC_VALUE.fullmatch(found[3]) if found else None
        if not found or not value:
            return []
        inner = value[1] if value[1] is not None else value[2]
        matchers.append(Matcher(found[1], found[2], re.sub(r"\\(.)", _unescaped, inner, flags=re.DOTALL)))
    return matchers


def _unescaped(escape: re.Match[str]) -> str:
    """Only three escapes are known; before any other character, a backslash stands for itself."""
    return {"n": "\n", '"': '"', "\\": "\\"}.get(escape[1], escape[0])


def _split(text: str) -> Iterator[str]:
    """Parts between the commas that are not in quotes; the last part may be empty."""
    part, quoted, escaped = "", False, False
    for character in text:
        if character == "," and not quoted:
            yield part
            part = ""
            continue
        if character == '"':
            quoted, escaped = (quoted, False) if escaped else (not quoted, False)
        else:
            escaped = character == "\\" and not escaped
        part += character
    if part.strip():
        yield part


def _utf8(text: str) -> list[Matcher]:
    inner = text.strip()
    if inner.startswith("{") != inner.endswith("}"):
        return []
    inner = inner[1:-1] if inner.startswith("{") else inner
    matchers, position = [], 0
    while position < len(inner.rstrip()):
        found = _ITEM.match(inner, position)
        if not found:
            return []
        try:
            name, value = (ast.literal_eval(token) if token.startswith('"') else token for token in (found[1], found[3]))
            f"{name}{value}".encode()
        except (SyntaxError, ValueError):
            return []
        matchers.append(Matcher(name, found[2], value))
        position = found.end()
    return matchers if all(matcher.name for matcher in matchers) else []


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _check_expression(where: Where, expression: str) -> None:
    if re.fullmatch(r"[\w|. +*-]*", expression) and not re.search(r"(?:^|[|*+])[*+]", expression):
        return  # as most are; what follows costs more
    from semantic_router_observability.native import regex  # noqa: PLC0415 - only other expressions pay for it

    try:
        regex.check(f"^(?:{expression})$", loose_names=True)
    except ValueError as error:
        raise ConfigError(where, expression, f"is not a regular expression of Alertmanager (RE2): {error}") from error
