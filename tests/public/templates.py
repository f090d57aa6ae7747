"""Templates by chance: actions of each kind that Go's templates have, and the same damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.native.template import FUNCTIONS

if TYPE_CHECKING:
    from random import Random

OPERANDS = (
    ("$labels.job", "$value", ".Value", ".Labels.x", "$externalURL", '"text"', "`raw`", "5", "1.5", "true", "$", ".", "first", "$labels"),
    ("$label.foo", "$x", "nil", "'c'", r"'\n'", "'ab'", "0x1F", "1_000", "1e3", "2i", "1+2i", "09", "5x", "foo", r'"\d"', r'"\u00e9"', '"a', "-5",
     "$labels.a.b", "..", "$labels[0]", "a.b", "nil.x", "5.x", '"a".x', "(1).x", "($value)", "()", "=", ",", "{", "}", "$value.x", ". x"),
)  # fmt: skip
SPACES = ((" ",), ("", "  ", "\n"))


def pick(random: Random, texts: tuple[tuple[str, ...], tuple[str, ...]], odd: float = 0.06) -> str:
    """Return a usual text, seldom an odd one."""
    return random.choice(texts[random.random() < odd])


def pipeline(random: Random, depth: int = 2) -> str:
    """Return commands with pipes between them."""
    if depth <= 0:
        return pick(random, OPERANDS)
    names = sorted(FUNCTIONS)
    match random.randrange(6):
        case 0 | 1:
            return pick(random, OPERANDS)
        case 2:
            return f"{pipeline(random, depth - 1)}{pick(random, SPACES)}|{pick(random, SPACES)}{random.choice(names)}"
        case 3:
            return f"{random.choice(names)} {pick(random, OPERANDS)} {pick(random, OPERANDS)}"
        case 4:
            return f"{random.choice(names)} ({pipeline(random, depth - 1)})"
        case _:
            return random.choice(
                (f"$x := {pipeline(random, 0)}", f"$value = {pipeline(random, 0)}", f"{pipeline(random, 0)} | {pipeline(random, 0)}")
            )


def template(random: Random, depth: int = 2) -> str:
    """Return a text with actions."""
    return "".join(element(random, depth) for _ in range(random.choice((1, 1, 2, 3))))


def element(random: Random, depth: int) -> str:
    """Return text, an action, or a block."""
    left, right = (
        random.choice((("{{", "}}"), ("{{ ", " }}"), ("{{- ", " -}}"), ("{{", " -}}"))) if random.random() < 0.5 else ("{{ ", " }}")
    )
    inner = template(random, depth - 1) if depth > 0 else "text"
    match random.randrange(9) if depth > 0 else random.randrange(3):
        case 0:
            return random.choice(("text ", "a } b", "}}", "{ x", "50 %", "-"))
        case 1 | 2 | 3:
            return f"{left}{pipeline(random)}{right}"
        case 4:
            word = random.choice(("if", "with", "range", "if", "range $i, $e :=", "with $y :="))
            return f"{left}{word} {pipeline(random, 1)}{right}{inner}{left}end{right}"
        case 5:
            word = random.choice(("if", "with", "range"))
            other = random.choice((f"{left}else{right}", f"{left}else {random.choice(('if', 'with'))} {pipeline(random, 0)}{right}"))
            return f"{left}{word} {pipeline(random, 1)}{right}{inner}{other}{inner}{left}end{right}"
        case 6:
            return random.choice((
                "{{/* a comment */}}", "{{- /* a comment */ -}}", "{{ /* no comment */ }}", "{{/* open", '{{define "t"}}a{{end}}', '{{template "t"}}',
                '{{template "t" .}}', '{{block "b" .}}x{{end}}', "{{break}}", "{{range .x}}{{break}}{{continue}}{{end}}", "{{end}}", "{{else}}",
                "{{", "{{}}", "{{ }}", "{{if}}a{{end}}", '{{define "t"}}{{ $value }}{{end}}', "{{template x}}", "{{-3}}", "{{- 3}}", "{{3 -}}",
            ))  # fmt: skip
        case _:
            return f"{left}{pipeline(random)}{right}"


def damaged(random: Random, text: str) -> str:
    """Return the template with a part lost, doubled or exchanged."""
    place, length = random.randrange(len(text) + 1), random.choice((1, 1, 2, 3))
    other = random.choice(("", "", text[place : place + length] * 2, random.choice("{}|()$.,'\"`-= x5")))
    return text[:place] + other + text[place + length :]
