"""The proof of SLOs: budgets burn at several rates, and promtool checks the severity of the alert and the minute at which it fires.

Rules are evaluated every five minutes, so that a test of weeks is short; samples come every minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import promql_parser

from semantic_router_observability.alerting.burn import FAST, FAST_PAIRS, HOLD, SLOW, SLOW_PAIRS, burn_alerts, limits, objective_groups
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.slo import Availability, Latency, Ratio
from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.promql import parse
from semantic_router_observability.router import causes
from semantic_router_observability.router.target import JOB

from .case import Case, firings, labels_of
from .labels import router
from .promtool import expected
from .selected import bad_and_good
from .series import Series, increase, line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from semantic_router_observability.alerting.burn import Pair
    from semantic_router_observability.alerting.links import Links
    from semantic_router_observability.alerting.slo import Objective, Slo

    from .case import Labels
    from .series import Value

STEP: Final = 5
"""Minutes between evaluations."""
HEALTHY: Final = 3 * 1440 + 120
"""Minutes before events turn bad: the longest window is full by then."""
AFTER: Final = 1440 + 180
TINY: Final = 1e-9
"""Rounding error of a sum that is 0."""
FACTS: Final = Facts(interval="5m", retention="10y")


@dataclass(frozen=True)
class Burn:
    """A rate at which the budget burns, and the alerts that must fire."""

    name: str
    bad: list[Value]
    total: list[Value]
    fires: frozenset[str]


def burns(objective: Objective) -> list[Burn]:
    """Return burn rates above and below each limit. Ratios are capped where a rate would require more than all events."""
    rate = 100.0
    whole = line((rate, HEALTHY + AFTER))

    def at(pace: float) -> list[Value]:
        return line((0, HEALTHY), (min(pace * objective.budget, 0.97137) * rate, AFTER))

    rare = max(1, objective.slo.at_least) * 1.4 / 60
    lone = line((0, HEALTHY), (1, 1), (0, AFTER - 1))
    return [
        Burn("burns-at-16", at(16.37), whole, frozenset({FAST, SLOW})),
        Burn("burns-at-6.5", at(6.53), whole, frozenset({FAST, SLOW})),
        Burn("burns-at-3.3", at(3.31), whole, frozenset({SLOW})),
        Burn("burns-at-0.9", at(0.9), whole, frozenset()),
        Burn("never-fails", line((0, HEALTHY + AFTER)), whole, frozenset()),
        Burn("one-failure", lone, lone, frozenset()),
        Burn("fails-rarely-and-always", line((0, HEALTHY), (rare, AFTER)), line((0, HEALTHY), (rare, AFTER)), frozenset({FAST, SLOW})),
    ]


def burn_tests(slo: Slo, links: Links) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Return the rule groups of each objective, and promtool's test of them."""
    return [(objective_groups([objective], FACTS, links), _test(objective, links)) for objective in slo.objectives()]


def _test(objective: Objective, links: Links) -> dict[str, Any]:
    paces = burns(objective)
    end = (HEALTHY + AFTER) // STEP
    alerts = {rule.name: rule for rule in burn_alerts(objective, FACTS)}
    asked: list[dict[str, Any]] = []
    for name, pairs in ((FAST, FAST_PAIRS), (SLOW, SLOW_PAIRS)):
        hold = -(-int(duration_seconds("", HOLD[name])) // (STEP * 60))
        body = alerts[name].body(links)
        histories = []
        moments = {end}
        for pace in paces:
            case = Case(pace.name, "fires" if name in pace.fires else "quiet", (), _truth(objective, pace, pairs), end)
            history = firings(case, hold, 0)
            if any(history) != (name in pace.fires):
                raise ConfigError(
                    Place(f"slo {objective.slo.name!r}"), pace.name, f"with these numbers {name} does not behave as it should"
                )
            first = next((step for step, firing in enumerate(history) if firing), None)
            moments |= set() if first is None else {first - 1, first}
            histories.append(history)
        asked += [
            {
                "eval_time": f"{moment * STEP}m",
                "alertname": name,
                "exp_alerts": [expected(body, firing, STEP) for history in histories for firing in history[moment]],
            }
            for moment in sorted(moments)
        ]
    series = [series for pace in paces for series in _series(objective, router(pace.name), pace)]
    return {
        "name": f"{objective.slo.name} {objective.model or ''}",
        "interval": "1m",
        "input_series": [found.text() for found in series],
        "alert_rule_test": asked,
    }


def _truth(objective: Objective, pace: Burn, pairs: Sequence[Pair]) -> Callable[[int], Mapping[Labels, float]]:
    """What the alert must show at a step, from the events alone."""
    labels = labels_of(namespace=pace.name, job=JOB, **objective.labels)
    counted = _counted(objective, pace)

    def rates(step: int) -> tuple[float, float]:
        found, bad = counted(step * STEP)
        return bad / 300, max(found, bad) / 300

    # Sums since the start: the sum over a window is a difference of two.
    sums = list(accumulate(map(rates, range(len(pace.total) // STEP + 1)), lambda total, rate: (total[0] + rate[0], total[1] + rate[1])))

    def over(step: int, window: str) -> tuple[float, float]:
        before = step - int(duration_seconds("", window)) // 60 // STEP
        earlier = sums[before] if before >= 0 else (0.0, 0.0)
        return sums[step][0] - earlier[0], sums[step][1] - earlier[1]

    def truth(step: int) -> Mapping[Labels, float]:
        if step * STEP < HEALTHY:
            return {}
        for pair, limit in limits(objective, pairs):
            bad, total = over(step, pair.long)
            short_bad, short_total = over(step, pair.short)
            if (
                total > TINY
                and short_total > TINY
                and bad / total > limit
                and short_bad / short_total > limit
                and bad * 300 >= objective.slo.at_least
            ):
                return {labels: bad / total}
        return {}

    return truth


def _counted(objective: Objective, pace: Burn) -> Callable[[int], tuple[float, float]]:
    """All events and bad ones of the five minutes before a minute, as Prometheus counts them."""
    sli = objective.slo.sli
    good = _good(pace)

    def over(values: Sequence[Value], minute: int) -> float:
        return increase(values, minute, STEP) or 0.0

    if isinstance(sli, Latency):
        quick = _quick(sli, pace)
        observed, fast = _added(pace.total, quick), _added(good, quick)
        return lambda minute: (over(observed, minute) - over(quick, minute), over(observed, minute) - over(fast, minute))
    if isinstance(sli, Ratio) and parse(sli.bad_events).name == parse(sli.all_events).name:
        return lambda minute: (over(pace.bad, minute) + over(good, minute), over(pace.bad, minute))
    return lambda minute: (over(pace.total, minute), over(pace.bad, minute))


def _good(pace: Burn) -> list[Value]:
    return [None if total is None or bad is None else total - bad for total, bad in zip(pace.total, pace.bad, strict=True)]


def _added(values: Sequence[Value], more: Sequence[Value]) -> list[Value]:
    return [None if value is None or other is None else value + other for value, other in zip(values, more, strict=True)]


def _series(objective: Objective, base: Mapping[str, str], pace: Burn) -> list[Series]:
    sli, model = objective.slo.sli, objective.model
    match sli:
        case Ratio():
            (bad, bad_labels), (whole, labels) = bad_and_good(sli.bad_series(model), sli.total(model))
            rest = _good(pace) if bad == whole else pace.total
            return [Series(bad, {**base, **bad_labels}, pace.bad), Series(whole, {**base, **labels}, rest)]
        case Availability():
            failed = {**base, "model": model or "qwen3-8b"}
            return [
                # One answer 503 with plain text counts as both.
                Series(causes.ERRORS, {**failed, "reason": "upstream_5xx"}, pace.bad),
                Series(causes.ERRORS, {**failed, "reason": "parse_error"}, pace.bad),
                # What cannot be read, the client sent.
                Series(causes.ERRORS, {**base, "model": "unknown", "reason": "parse_error"}, pace.total),
                _like(sli.total(model), base, pace.total),
            ]
        case Latency():
            quick = _quick(sli, pace)
            bound = {**base, "le": f"{float(sli.bound)!r}"}
            observed = [_like(sli.good(model), bound, _added(_good(pace), quick)), _like(sli.total(model), base, _added(pace.total, quick))]
            if sli.left_out(model) is None:
                return observed
            return [*observed, Series(causes.ERRORS, {**base, "model": model or "qwen3-8b", "reason": "upstream_5xx"}, quick)]


def _quick(sli: Latency, pace: Burn) -> list[Value]:
    """Answers that fail at once, which some histograms observe and which are not fast answers."""
    return line((40 if sli.left_out(None) else 0, len(pace.total) - 1))


def _like(selector: str, base: Mapping[str, str], values: list[Value]) -> Series:
    """Make a series that a selector of the router's counters selects, from its equality matchers."""
    parsed: Any = promql_parser.parse(selector)
    said = {matcher.name: matcher.value for matcher in parsed.matchers.matchers if matcher.op == promql_parser.MatchOp.Equal}
    return Series(parsed.name, {**base, **said}, values)
