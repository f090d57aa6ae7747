"""Regular expressions by chance: what RE2 has, what Python, Perl and Rust have, and what none has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

USUAL = ("a", "b", "é", r"\d", r"\D", r"\w", ".", "^", "$", r"\b", "[a-z]", "[^a]", "x-0", "5..", r"\.", "(a|b)")
ODD = (
    "-", "]", r"\B", r"\A", r"\z", r"\Z", r"\C", r"\pN", r"\p{Greek}", r"\p{letter}", r"\p{No_such}", r"\PL", r"\p{^Lu}", r"\p", r"\pX",
    r"\p{L", r"\Qa.b\E", r"\Q", r"\Q\E", r"\E", r"\1", r"\12", r"\123", r"\0", r"\8", r"\x41", r"\x4", r"\x{10FFFF}", r"\x{110000}", r"\x{}",
    r"\x", r"\n", r"\e", r"\_", r"\-", r"\/", r"\é", r"\ ", "\\\t", "\\", "[]a]", "[^]a]", "[]", "[a", "[a--b]", "[a-]", "[-a]", "[b-a]",
    r"[\d-z]", r"[a-\d]", "[[:alpha:]]", "[[:^alpha:]]", "[[:foo:]]", "[[:word:]-z]", "[[.a.]]", "[[=a=]]", "[a-[:digit:]]", r"[\]]", r"[\Q]",
    r"[\b]", r"[\x41-\x5a]", r"[\101-Z]", "[a&&b]", "[a||b]", "[[a]", "[é-à]", r"[\pL\d]", r"[\p{Foo}]", "[:alpha:]", "[[:alpha:]",
)  # fmt: skip
GROUPS = ("(%s)", "(?:%s)", "(?i)%s", "(?i:%s)", "(?P<n>%s)", "(?<n>%s)")
ODD_GROUPS = (
    "(?P<1>%s)", "(?P<é>%s)", "(?P<>%s)", "(?P<n%s)", "(?'n'%s)", "(?=%s)", "(?!%s)", "(?<=%s)", "(?<!%s)", "(?>%s)", "(?#%s)", "(?x)%s",
    "(?x:%s)", "(?-i)%s", "(?i-)%s", "(?-:%s)", "(?ims-U)%s", "(?i-m-s)%s", "(?)%s", "(?:)%s", "(%s", "%s)", "(?P=n)%s", "(?a)%s", "(?R)%s",
)  # fmt: skip
REPEATS = ("*", "+", "?", "*?", "+?", "{2}", "{2,}", "{2,3}", "{0,1}")
ODD_REPEATS = (
    "??", "++", "*+", "**", "?+", "{,2}", "{3,2}", "{1000}", "{1001}", "{0}", "{0,0}", "{00}", "{01,2}", "{2", "{a}", "{}", "{2}{3}", "{2}?",
    "{2}+", "{100}", "{40}", "{30}", "{99999999999}", "{1,99999999999}", "{ 2}", "{0,}",
)  # fmt: skip


def pattern(random: Random, depth: int = 4) -> str:
    """Return one expression, valid or nearly so."""

    def pick(usual: tuple[str, ...], odd: tuple[str, ...]) -> str:
        return random.choice(usual if random.random() < 0.85 else odd)

    match random.randrange(7) if depth else 0:
        case 0 | 1:
            return pick(USUAL, ODD)
        case 2 | 3:
            return pattern(random, depth - 1) + pattern(random, depth - 1)
        case 4:
            return f"{pattern(random, depth - 1)}|{pattern(random, depth - 1)}"
        case 5:
            return pick(GROUPS, ODD_GROUPS).replace("%s", pattern(random, depth - 1))
        case _:
            return pattern(random, depth - 1) + pick(REPEATS, ODD_REPEATS)


def elements() -> list[str]:
    """Return every element once, alone."""
    groups = [group.replace("%s", "a") for group in (*GROUPS, *ODD_GROUPS)]
    repeats = [f"a{repeat}" for repeat in (*REPEATS, *ODD_REPEATS)]
    alone = [
        "",
        "|",
        "a||b",
        "()",
        "(|)",
        "(?i)*",
        "a(?i)*",
        "a*(?i)*",
        r"\Q\E*",
        "a|*",
        "(*a)",
        "^*",
        "(?:(?:a{10}){10}){11}",
        "(?:a{0}){1000}",
    ]
    return [*USUAL, *ODD, *groups, *repeats, *REPEATS, *alone]
