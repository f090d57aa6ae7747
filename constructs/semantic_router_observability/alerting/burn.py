"""Rules of SLOs: what they record, and the alerts on how fast the error budget burns.

Two alerts for each SLO, four pairs of windows: a long one, so that a short spike does not page, and a short one, so that the alert ends
with the incident. A burn of 1 uses the budget up exactly at the end of its window.

For low traffic, an alert also requires `at_least` bad events in the long window. A single failure never fires it, whatever the ratio;
a service with at least one request an hour that fails all of them is reported within six hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.promql import pretty
from semantic_router_observability.rules.group import RecordingRule
from semantic_router_observability.rules.slo_records import BUDGET_LEFT, ERRORS, EVENTS, OBJECTIVE, RATIO

from .links import Links, Panel, verbatim
from .rule import AlertRule, Severity
from .shapes.promql import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .facts import Facts
    from .slo import Objective, Slo

FAST: Final = "SloBudgetBurnsFast"
SLOW: Final = "SloBudgetBurnsSlowly"
DASHBOARD: Final = "semantic-router-slos"


class Pair(NamedTuple):
    """Two windows and the burn rate that is too high over both."""

    long: str
    short: str
    burn: float


FAST_PAIRS: Final = (Pair("1h", "5m", 14.4), Pair("6h", "30m", 6))
SLOW_PAIRS: Final = (Pair("1d", "2h", 3), Pair("3d", "6h", 1))
HOLD: Final = {FAST: "2m", SLOW: "15m"}
_QUICK: Final = ("30m", "1h", "2h", "6h")
_LONG: Final = ("1d", "3d")
_LONGEST_STEP: Final = "2m"


def slo_groups(slos: Sequence[Slo], facts: Facts, links: Links) -> list[dict[str, Any]]:
    """Return the rule groups of SLOs, in Prometheus's native syntax.

    Raises:
        ConfigError: the window of a budget is longer than the retention of samples.

    """
    for index, slo in enumerate(slos):
        if duration_seconds("window", slo.window) > duration_seconds("retention", facts.retention):
            raise ConfigError(("slos", index, "window"), slo.window, f"write at most {facts.retention}, the time samples are kept")
    return objective_groups([objective for slo in slos for objective in slo.objectives()], facts, links)


def objective_groups(objectives: Sequence[Objective], facts: Facts, links: Links) -> list[dict[str, Any]]:
    """Return the rule groups of single objectives."""
    return [
        {"name": "slo-events", "interval": facts.interval, "rules": [rule for objective in objectives for rule in _events(objective)]},
        {"name": "slo-ratios", "rules": [_ratio(objective, window) for objective in objectives for window in ("5m", *_QUICK)]},
        {
            "name": "slo-budgets",
            "interval": max(_LONGEST_STEP, facts.interval, key=lambda interval: duration_seconds("", interval)),
            "rules": [rule for objective in objectives for rule in (*(_ratio(objective, window) for window in _LONG), *_budget(objective))],
        },
        {"name": "slo-alerts", "rules": [rule.body(links) for objective in objectives for rule in burn_alerts(objective, facts)]},
    ]


def burn_alerts(objective: Objective, facts: Facts) -> list[AlertRule]:
    """Return the two alerts of an objective."""
    of = "" if objective.model is None else f" for model {verbatim(objective.model)}"
    name = objective.slo.name
    return [
        _alert(
            objective,
            FAST,
            FAST_PAIRS,
            facts,
            "critical",
            f"break SLO {name}{of}",
            f"At this rate the error budget of {objective.slo.window} is used up within days. Objective: {_percent(objective.ratio)}.",
        ),
        _alert(
            objective,
            SLOW,
            SLOW_PAIRS,
            facts,
            "warning",
            f"have been breaking SLO {name}{of}",
            f"The error budget of {objective.slo.window} will not last. Objective: {_percent(objective.ratio)}.",
        ),
    ]


def _alert(
    objective: Objective, name: str, pairs: Sequence[Pair], facts: Facts, severity: Severity, does: str, description: str
) -> AlertRule:
    return AlertRule(
        name=name,
        expr=pretty(_burning(objective, pairs, facts)),
        for_=HOLD[name],
        severity=severity,
        summary=f"{{{{ $value | humanizePercentage }}}} of events in {{{{ $labels.namespace }}}} {does}",
        description=description,
        component="slo",
        labels={name: verbatim(value) for name, value in objective.labels.items()},
        dashboard=Panel(uid=DASHBOARD, id=2),
    )


def limits(objective: Objective, pairs: Sequence[Pair]) -> list[tuple[Pair, float]]:
    """Return the ratio of bad events that is too high over each pair, without pairs that would require more than all events."""
    return [(pair, round(pair.burn * objective.budget, 12)) for pair in pairs if pair.burn * objective.budget < 1]


def _burning(objective: Objective, pairs: Sequence[Pair], facts: Facts) -> str:
    step = number(float(duration_seconds("", facts.interval)))
    chosen = f"{{{objective.matchers}}}"
    return "\nor\n".join(
        f"({RATIO}{pair.long}{chosen} > {number(limit)} and {RATIO}{pair.short}{chosen} > {number(limit)} "
        # Each event is in the rate for five minutes, so that the rates of a window add up to its events.
        f"and sum_over_time({ERRORS}{chosen}[{pair.long}]) * {step} >= {objective.slo.at_least})"
        for pair, limit in limits(objective, pairs)
    )


def _events(objective: Objective) -> list[dict[str, Any]]:
    sli, model = objective.slo.sli, objective.model
    bad, good, left_out = sli.bad(model), sli.good(model), sli.left_out(model)
    total = _sum(f"rate({sli.total(model)}[5m])")
    errors = f"{_sum(bad)} or {total} * 0" if bad is not None else f"{total} - {_sum(f'rate({good}[5m])')}"
    if bad is not None:
        # Errors that are counted elsewhere may be ahead of the events: then they are all events there are.
        events = f"{total} > {_sum(bad)} or {_sum(bad)} or {total}"
    elif left_out is not None:
        events = f"{total} - ({_sum(left_out)} or {total} * 0) > {errors} or {errors}"
    else:
        events = total
    return [_recorded(objective, ERRORS, errors), _recorded(objective, EVENTS, events)]


def _ratio(objective: Objective, window: str) -> dict[str, Any]:
    return _recorded(objective, f"{RATIO}{window}", _share(objective, window))


def _share(objective: Objective, window: str) -> str:
    chosen = f"{{{objective.matchers}}}"
    if window == "5m":
        return f"{ERRORS}{chosen} / ({EVENTS}{chosen} > 0)"
    return f"sum_over_time({ERRORS}{chosen}[{window}]) / (sum_over_time({EVENTS}{chosen}[{window}]) > 0)"


def _budget(objective: Objective) -> list[dict[str, Any]]:
    used = f"({_share(objective, objective.slo.window)}) / {number(objective.budget)}"
    ratio = f"vector({number(objective.ratio)})"
    return [_recorded(objective, BUDGET_LEFT, f"1 - {used}"), _recorded(objective, OBJECTIVE, ratio)]


def _recorded(objective: Objective, name: str, expression: str) -> dict[str, Any]:
    return RecordingRule(record=name, expr=expression, labels=objective.recorded).body()


def _sum(rates: str) -> str:
    return f"sum by (namespace, job) ({rates})"


def _percent(ratio: float) -> str:
    return f"{number(round(ratio * 100, 8))} %"
