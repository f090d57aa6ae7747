"""The syntax of templates, as Go's `text/template` reads them: of rules with the functions and variables of Prometheus, of notifications with Alertmanager's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_GO: Final = frozenset({
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf", "println", "slice",
    "urlquery",
})  # fmt: skip

FUNCTIONS: Final = _GO | frozenset({
    # of Prometheus 3.13.5
    "args", "externalURL", "first", "graphLink", "humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp",
    "label", "match", "now", "parseDuration", "pathPrefix", "query", "reReplaceAll", "safeHtml", "sortByLabel", "stripDomain", "stripPort",
    "strvalue", "tableLink", "title", "toDuration", "toLower", "toTime", "toUpper", "urlQueryEscape", "value",
})  # fmt: skip
"""What templates of rules may call."""

IN_NOTIFICATIONS: Final = _GO | frozenset({
    # of Alertmanager 0.34.2
    "append", "base64decode", "base64encode", "date", "dict", "humanizeDuration", "join", "list", "match", "mustToDate", "now", "reReplaceAll",
    "routeLabels", "safeHtml", "safeUrl", "since", "stringSlice", "title", "toDate", "toJson", "toLower", "toUpper", "trimSpace", "tz",
    "urlUnescape",
})  # fmt: skip
"""What templates of notifications may call."""

VARIABLES: Final = ("$", "$labels", "$externalLabels", "$externalURL", "$value")
"""What Prometheus declares before each text of an alert."""

DEEPEST = 100
"""Levels of blocks and parentheses that a template may have."""

_KEYWORDS = {"block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"}
_OPERANDS = {"bool", "char", "dot", "field", "name", "nil", "number", "open", "string", "variable"}
_NOT_EXECUTABLE = {"bool", "char", "dot", "nil", "number", "string"}

_END = r"(?=[\s.,|:()]|\}\}|$)"
_TOKEN = re.compile(
    rf"""(?P<right>[ \t\r\n]-\}}\}} | \}}\}})
    | (?P<space>[ \t\r\n]+(?=[ \t\r\n]-\}}\}}) | [ \t\r\n]+)
    | (?P<string>"(?:[^"\\\n]|\\[^\n])*" | `[^`]*`)
    | (?P<char>'(?:[^'\\\n]|\\[^\n])*')
    | (?P<number>[-+]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][-+]?[\d_]*)? | 0[oO][0-7_]* | 0[bB][01_]* |
        (?:\d[\d_]*(?:\.[\d_]*)? | \.\d[\d_]*)(?:[eE][-+]?[\d_]*)?)(?:[-+][\d.]+i|i?)(?![-+\w]))
    | (?P<variable>\$\w*){_END}
    | (?P<field>\.(?![0-9])\w+){_END}
    | (?P<dot>\.){_END}
    | (?P<word>\w+){_END}
    | (?P<declare>:=) | (?P<assign>=) | (?P<pipe>\|) | (?P<open>\() | (?P<close>\)) | (?P<comma>,)
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"""\\(?:[abfnrtv\\'"]|[0-3][0-7]{2}|x[0-9a-fA-F]{2}|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4})"""
)
_NUMBER = re.compile(
    r"[-+]?(?:0[xX]_?[\da-fA-F]+(?:_[\da-fA-F]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*|0(?:_?[0-7]+)*|[1-9]\d*(?:_\d+)*"
    r"|(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)[pP][-+]?\d+)|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:i|[-+]\d+(?:\.\d*)?i)"
)


class _Token(NamedTuple):
    kind: str
    text: str


def check(text: str, *, functions: frozenset[str] = FUNCTIONS, variables: Sequence[str] = VARIABLES) -> set[str]:
    """Read a template; the templates that it calls and does not define.

    Raises:
        ValueError: a program with these functions and variables would not read it.

    """
    template = _Template(_tokens(text), functions, variables)
    template.whole()
    return {_unquoted(name) for name in template.called} - {_unquoted(name) for name in template.defined}


def _unquoted(name: str) -> str:
    """Take a name out of its quotes; one with escapes stays as it is written."""
    return name[1:-1]


def _tokens(text: str) -> list[_Token]:
    """Cut a template: `text`, `left` and `right` delimiters, and what stands between these."""
    found: list[_Token] = []
    at = 0
    while (begun := text.find("{{", at)) >= 0:
        if begun > at:
            found.append(_Token("text", ""))
        at = begun + 2
        trimmed = bool(re.match(r"-[ \t\r\n]", text[at:]))
        at += 2 if trimmed else 0
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            closed = re.compile(r"(?:[ \t\r\n]-)?\}\}").match(text, end + 2) if end >= 0 else None
            if not closed:
                raise ValueError("unclosed comment" if end < 0 else "comment ends before closing delimiter")
            at = closed.end()
            continue
        found.append(_Token("left", "{{"))
        at = _action(text, at, found)
    if at < len(text):
        found.append(_Token("text", ""))
    return found


def _action(text: str, at: int, found: list[_Token]) -> int:
    """Cut what stands between the delimiters; where it ends."""
    level = 0
    while True:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError("unclosed action" if at >= len(text) else f"unexpected {text[at : at + 10]!r} in an action")
        kind, at = str(match.lastgroup), match.end()
        level += {"open": 1, "close": -1}.get(kind, 0)
        if level < 0:
            raise ValueError("unexpected right paren")
        if kind == "word":
            word = match[0]
            kind = "bool" if word in {"true", "false"} else "nil" if word == "nil" else "keyword" if word in _KEYWORDS else "name"
        found.append(_Token(kind, match[0]))
        if kind == "right":
            if level:
                raise ValueError("unclosed left paren")
            return at


class _Template:
    def __init__(self, tokens: list[_Token], functions: frozenset[str], variables: Sequence[str]) -> None:
        self._tokens = tokens
        self._functions = functions
        self._at = 0
        self._variables = [*variables]
        self._ranges = 0
        self._depth = 0
        self.defined: set[str] = set()
        self.called: set[str] = set()

    def whole(self) -> None:
        while self._peek().kind:
            if self._is_keyword("define", ahead=1):
                self._at += 1
                self._keyword()
                self._definition()
            elif ended := self._element():
                raise ValueError(f"unexpected {{{{{ended}}}}}")

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("", "")

    def _skip(self) -> _Token:
        """Return the next token that is no space, and go past it."""
        if self._peek().kind == "space":
            self._at += 1
        token = self._peek()
        self._at += 1
        return token

    def _is_keyword(self, word: str, ahead: int = 0) -> bool:
        """Whether the next action starts with a keyword."""
        place = self._at + ahead
        if place < len(self._tokens) and self._tokens[place].kind == "space":
            place += 1
        return self._tokens[place : place + 1] == [_Token("keyword", word)] and (not ahead or self._peek().kind == "left")

    def _keyword(self) -> str:
        return self._skip().text

    def _skipped(self) -> _Token:
        """Return the next token that is no space."""
        place = self._at + (self._peek().kind == "space")
        return self._tokens[place] if place < len(self._tokens) else _Token("", "")

    def _definition(self) -> None:
        """Read a template in the template: it has no variables but `$`."""
        self._define("define")
        self._expect_right("define")
        self._apart("define")

    def _apart(self, what: str) -> None:
        variables, ranges = self._variables, self._ranges
        self._variables, self._ranges = ["$"], 0
        if self._list(what) != "end":
            raise ValueError(f"unexpected {{{{else}}}} in {what}")
        self._variables, self._ranges = variables, ranges

    def _define(self, what: str) -> None:
        name = self._name(what)
        if name in self.defined:
            raise ValueError(f"multiple definition of template {name}")
        self.defined.add(name)

    def _name(self, what: str) -> str:
        token = self._skip()
        if token.kind != "string":
            raise ValueError(f"{what} needs a name in quotes")
        _check_string(token.text)
        return token.text

    def _expect_right(self, what: str) -> None:
        token = self._skip()
        if token.kind != "right":
            raise ValueError(f"unexpected {token.text!r} in {what}")

    def _list(self, what: str) -> str:
        """Read elements up to `end` or `else`; which of them it was."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"nested more than {DEEPEST} levels deep")
        while self._peek().kind:
            if ended := self._element():
                self._depth -= 1
                return ended
        raise ValueError(f"{what} without end")

    def _element(self) -> str:
        """Read text or an action; `end` or `else` where it is one of these."""
        if self._skip().kind == "text":
            return ""
        token = self._skip()
        if token.kind != "keyword":
            self._at -= 1
            self._pipeline("command")
        elif token.text in {"if", "range", "with"}:
            self._control(token.text)
        elif token.text in {"end", "else"}:
            if token.text == "end" or self._skipped().text not in {"if", "with"}:
                self._expect_right(token.text)
            return token.text
        else:
            self._action(token.text)
        return ""

    def _action(self, word: str) -> None:
        match word:
            case "break" | "continue":
                self._expect_right(word)
                if not self._ranges:
                    raise ValueError(f"{{{{{word}}}}} outside of a range")
            case "template":
                self.called.add(self._name(word))
                if self._skip().kind != "right":
                    self._at -= 1
                    self._pipeline(word)
            case "block":
                self._define(word)
                self._pipeline(word)
                self._apart(word)
            case _:
                raise ValueError(f"unexpected {{{{{word}}}}}")

    def _control(self, what: str) -> None:
        declared = len(self._variables)
        self._pipeline(what)
        self._ranges += what == "range"
        ended = self._list(what)
        self._ranges -= what == "range"
        if ended == "else":
            if what in {"if", "with"} and self._is_keyword(what):
                self._keyword()
                self._depth += 1
                self._control(what)
                self._depth -= 1
            elif self._peek().kind != "text" and self._skipped().text in {"if", "with"}:
                raise ValueError(f"unexpected {{{{else {self._skipped().text}}}}} in {what}")
            elif self._list("else") != "end":
                raise ValueError("expected end; found {{else}}")
        del self._variables[declared:]

    def _pipeline(self, what: str, end: str = "right") -> None:
        self._declarations(what)
        commands = 0
        while True:
            token = self._skip()
            if token.kind == end:
                break
            if token.kind not in _OPERANDS:
                raise ValueError(f"unexpected {token.text!r} in {what}")
            if commands and token.kind in _NOT_EXECUTABLE:
                raise ValueError(f"non executable command in pipeline stage {commands + 1}")
            self._at -= 1
            self._command()
            commands += 1
        if not commands:
            raise ValueError(f"missing value for {what}")

    def _declarations(self, what: str) -> None:
        """Read `$x :=`, `$x =` and, of a range, `$i, $x :=`."""
        for number in range(2):
            begun = self._at
            variable = self._skip()
            following = self._skip() if variable.kind == "variable" else variable
            if variable.kind != "variable" or following.kind not in {"declare", "assign", "comma"}:
                self._at = begun
                return
            self._variables.append(variable.text)
            if following.kind != "comma":
                return
            if what != "range" or number:
                raise ValueError(f"too many declarations in {what}")
            following = self._skip()
            if following.kind not in {"variable", "right", "close"}:
                raise ValueError("range can only initialize variables")
            self._at -= 1

    def _command(self) -> None:
        while True:
            if self._peek().kind == "space":
                self._at += 1
            self._operand()
            token = self._peek()
            if token.kind in {"right", "close"}:
                return
            self._at += 1
            if token.kind == "pipe":
                return
            if token.kind != "space":
                raise ValueError(f"unexpected {token.text!r} in operand")

    def _operand(self) -> None:
        token = self._peek()
        if token.kind not in _OPERANDS:
            return
        self._at += 1
        self._term(token)
        if self._peek().kind == "field" and token.kind in _NOT_EXECUTABLE:
            raise ValueError(f"unexpected . after term {token.text!r}")
        while self._peek().kind == "field":
            self._at += 1

    def _term(self, token: _Token) -> None:
        match token.kind:
            case "name":
                if token.text not in self._functions:
                    raise ValueError(f"function {token.text!r} not defined")
            case "variable":
                if token.text not in self._variables:
                    raise ValueError(f"undefined variable {token.text!r}")
            case "number" | "string" | "char":
                _check_constant(token)
            case "open":
                self._depth += 1
                if self._depth > DEEPEST:
                    raise ValueError(f"nested more than {DEEPEST} levels deep")
                self._pipeline("parenthesized pipeline", "close")
                self._depth -= 1


def _check_constant(token: _Token) -> None:
    if token.kind == "string":
        _check_string(token.text)
    elif token.kind == "char":
        _check_character(token.text)
    elif not _NUMBER.fullmatch(token.text):
        raise ValueError(f"illegal number syntax: {token.text!r}")


def _check_character(literal: str) -> None:
    if not (len(literal) == len("'x'") or _ESCAPE.fullmatch(literal[1:-1])) or literal == r"'\"'":
        raise ValueError(f"malformed character constant: {literal}")


def _check_string(literal: str) -> None:
    if literal.startswith('"') and ("\\" in _ESCAPE.sub("", literal) or re.search(r"(?<!\\)(?:\\\\)*\\'", literal)):
        raise ValueError(f"invalid syntax: {literal}")
