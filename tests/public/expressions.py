"""PromQL by chance: expressions of each kind that the grammar of Prometheus has, and the same with a word lost, doubled or exchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NAMES = (
    ("a", "b", "up", "http_requests_total", "job:errors:rate5m", "x:y"),
    ("fill", "start", "step", "anchored", "smoothed", "info", "by", "ünit", "_a", "inf", "and"),
)
LABELS = (("a", "b", "job", "code"), ("le", "anchored", "on", "fill", "step", '"service.name"', "_", "bool", "c:d"))
STRINGS = (
    ('"a"', "'b'", '"c"', "`d`", '"e"', r"`c\d`", r'"\u00e9\x41\101"', '"ü"'),
    (r'"\d"', r"'\''", r'"\""', '""', '"a', "`a\nb`", "'\n'"),
)
NUMBERS = (
    ("0", "1", "2", "0.5", "3", "1e3", "4", "Inf", "0x1F", "1_000", ".5", "5.", "5m", "1h30m"),
    ("NaN", "1__0", "1e999", "-1", "017", "1.5.2", "0b1", "2e", "1_", "9223372036855"),
)
DURATIONS = (
    ("5m", "1h", "30s", "1d", "90s", "1h30m", "90", "1e3", "1y2w3d4h5m6s7ms", "500ms"),
    ("0x10", "1_0", "0", "30s5m", "-5m", "+5m", "--5m", "300y", "9.5e10", "1.5", ".5", "5mm", ""),
)
COMPUTED = (
    ("5m*2", "step()", "range()/2", "(5m)", "min_of(step(),1h)", "max_of(1m, 2m)+1s", "-(5m-10m)", "STEP()+1", "2^2", "-(5m)"),
    ("5m/0", "step(1)", "x", "min_of(1)", "5m+", "()"),
)
OPERATORS = (("+", "-", "*", "/", "%", "^", ">", "<", "and", "or", "unless", "atan2", "</", ">/"), ("==", "!=", ">=", "<=", "AND"))
MATCHINGS = (
    ("", "", "", ""),
    ("bool ", "on(job) ", "ignoring(code, job) ", "on(job) group_left ", "on() group_right(code) ", "bool on(job) ", "fill(0) "),
)
OF_RANGES = (
    ("rate", "increase", "delta", "changes", "resets", "avg_over_time", "absent_over_time", "deriv"),
    ("mad_over_time", "ts_of_max_over_time", "abs"),
)
OF_VECTORS = (("abs", "sort", "absent", "timestamp", "histogram_count", "histogram_avg", "sgn"), ("scalar", "info", "no_such", "Floor"))
AGGREGATIONS = (("sum", "avg", "count", "group", "stddev", "SUM"), ("limitk",))
WITH_NUMBER = (("topk", "quantile", "bottomk"), ("limitk", "limit_ratio"))
ALONE = (("time()", "pi()", "vector(1)", "minute()"), ("start()", "end()", "step()", "range()", "min_of(1, 2)", "max_of(1)"))
VALUES = (("'.+'", "'a|b'", "'5..'"), ("'.*'", r"'\\pN+'", r"`[[:alpha:]]\d`", "'(?x)a'", r"'(a)\\1'"))
GROUPINGS = (("", "by (job) ", "without (code, job) "), ("by () ", "by (job,) ", "by job ", "by (on) ", "by (c:d) "))
MODIFIERS = (" @ 5", " @ end()", " @ -1e3", " anchored", " SMOOTHED", " @ Inf", " offset Inf", " @ end")


def pick(random: Random, texts: tuple[tuple[str, ...], tuple[str, ...]], odd: float = 0.04) -> str:
    """Return a usual text, seldom an odd one."""
    return random.choice(texts[random.random() < odd])


def expression(random: Random, depth: int = 3) -> str:
    """Return an expression, often of the type that its place asks for."""
    if depth <= 0:
        return selector(random)
    inner = depth - 1
    match random.randrange(10):
        case 0 | 1:
            return selector(random)
        case 2:
            return pick(random, NUMBERS) if random.random() < 0.5 else pick(random, ALONE, 0.1)
        case 3 | 4:
            sides = expression(random, inner), expression(random, inner)
            return f"{sides[0]} {pick(random, OPERATORS)} {pick(random, MATCHINGS, 0.2)}{sides[1]}"
        case 5:
            return f"({expression(random, inner)})" if random.random() < 0.7 else f"{random.choice('-+')}{expression(random, inner)}"
        case 6:
            return f"{pick(random, OF_RANGES, 0.1)}({ranged(random, inner)})"
        case 7:
            return f"{pick(random, OF_VECTORS, 0.1)}({vector(random, inner)})"
        case 8:
            return f"{pick(random, AGGREGATIONS)} {pick(random, GROUPINGS, 0.2)}({vector(random, inner)})"
        case _:
            return called(random, inner)


def called(random: Random, depth: int) -> str:
    """Return an aggregation or a function of more than one argument."""
    return random.choice(
        (
            f"{pick(random, WITH_NUMBER, 0.2)}({pick(random, NUMBERS)}, {vector(random, depth)}) {pick(random, GROUPINGS, 0.2)}",
            f'label_replace({vector(random, depth)}, "a", "$1", "b", "(.*)")',
            f'count_values("v", {vector(random, depth)})',
            f"histogram_quantile(0.9, {vector(random, depth)})",
            f"clamp({vector(random, depth)}, 0, 1)  # a comment\n",
            f"predict_linear({ranged(random, depth)}, 5)",
            f"info({selector(random)}, {braces(random)})",
            f"sort_by_label({vector(random, depth)}, {pick(random, STRINGS)})",
        )
    )


def vector(random: Random, depth: int) -> str:
    """Return an instant vector, most of the time."""
    return selector(random) if random.random() < 0.6 else expression(random, depth)


def selector(random: Random) -> str:
    """Return a selector of series, with its modifiers."""
    name = pick(random, NAMES)
    return random.choice((name, name + braces(random), braces(random))) + modifiers(random)


def braces(random: Random) -> str:
    """Return matchers of labels."""
    matchers = [
        f"{pick(random, LABELS, 0.1)}{random.choice(('=', '=', '!='))}{pick(random, STRINGS)}"
        if random.random() < 0.6
        else f"{pick(random, LABELS, 0.1)}{random.choice(('=~', '=~', '!~'))}{pick(random, VALUES, 0.1)}"
        for _ in range(random.choice((0, 1, 1, 2)))
    ]
    extra = ['"service.up"'] if random.random() < 0.05 else []
    return "{" + ", ".join([*matchers, *extra]) + random.choice(("", "", "", ",")) + "}"


def modifiers(random: Random) -> str:
    """Return an offset, a moment, `anchored` or `smoothed`; most of the time none."""
    if random.random() < 0.85:
        return ""
    duration = pick(random, DURATIONS) if random.random() < 0.7 else pick(random, COMPUTED)
    return random.choice((f" offset {duration}", f" offset -{duration}", *MODIFIERS))


def ranged(random: Random, depth: int) -> str:
    """Return a selector of a range, or a subquery."""
    first, second = (pick(random, DURATIONS) if random.random() < 0.85 else pick(random, COMPUTED) for _ in range(2))
    if random.random() < 0.8:
        return f"{selector(random)}[{first}]{modifiers(random)}"
    return f"{expression(random, depth)}[{first}:{random.choice(('', second))}]{modifiers(random)}"


def damaged(random: Random, text: str) -> str:
    """Return the expression with one word lost, doubled or exchanged."""
    words = re.findall(r"\s+|\w+|[^\w\s]", text)
    place = random.randrange(len(words)) if words else 0
    match random.randrange(4):
        case 0:
            words[place : place + 1] = []
        case 1:
            words[place:place] = words[place : place + 1]
        case 2:
            words[place : place + 1] = random.choice(
                ("(", ")", "[", "]", "{", "}", ",", ":", "bool", "offset", "anchored", "by", "=~", "@", '"')
            )
        case _:
            other = random.randrange(len(words)) if words else 0
            if words:
                words[place], words[other] = words[other], words[place]
    return "".join(words)
