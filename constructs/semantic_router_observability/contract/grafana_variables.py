"""Putting something parsable in the place of Grafana's variables: `$model`, `${model:regex}`, `[[model]]`, `$__rate_interval`."""

from __future__ import annotations

import re

VARIABLE = "\ue000"
"""What a variable becomes inside a string: a character of the private use area, which no real label value contains."""

NAME = "grafana_variable"
"""What a variable becomes where a name has to stand."""

_OLD = re.compile(r"\[\[(\w+)(?::\w+)?\]\]")
_VARIABLE = re.compile(r"\$\{[\w.]+(?::[^}]*)?\}|\$\w+")
_PARTS = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<comment>\#[^\n]*)
    |(?P<window>\[[^\]]*\])
    |(?P<offset>\boffset\s+-?\s*(?:\$\{[^}]*\}|\$\w+)[smhdwy]?)
    |(?P<labels>\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\))
    |(?P<plain>(?:\$\{[\w.]+(?::[^}]*)?\}|\$\w+)(?=\s*[{\[])|\$\{[\w.]+(?::[^}]*)?\}|\$\w+)""",
    re.VERBOSE,
)


def substitute(expression: str) -> str:
    """Replace every variable by what its place asks for: text in a string, a duration in a window, a label in a list, else 0."""
    return _PARTS.sub(_replace, _OLD.sub(r"${\1}", expression)) if "$" in expression or "[[" in expression else expression


def _replace(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "string":
            return _VARIABLE.sub(VARIABLE, text)
        case "window" | "offset":
            return re.sub(rf"(?:{_VARIABLE.pattern})(?P<unit>ms|[smhdwy])?", lambda found: f"5{found['unit'] or 'm'}", text)
        case "labels":
            return _VARIABLE.sub(NAME, text)
        case "plain":
            return NAME if re.match(r"\s*[{\[]", found.string[found.end() :]) else "0"
        case _:
            return text
