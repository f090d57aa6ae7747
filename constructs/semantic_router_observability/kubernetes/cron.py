"""When a CronJob runs: a check of its schedule, and the longest time between two runs. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from semantic_router_observability.errors import Where

_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_ADVICE: Final = (
    "write five numeric fields (minute, hour, day of month, month, day of week), such as '17 2 * * *' for every day at 02:17 UTC"
)

_MINUTES_A_DAY: Final = 24 * 60
_YEARS_BEGIN, _YEARS_END = date(2024, 1, 1), date(2032, 1, 1)
"""Years in which days are looked at: two leap years, and each date on most days of the week."""


def longest_gap(where: Where, schedule: str) -> timedelta:
    """Longest time between two runs of a schedule.

    Raises:
        ConfigError: it is not a schedule of five numeric fields, or no day fits it.

    """
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        raise ConfigError(where, schedule, _ADVICE)
    minutes, hours, month_days, months, week_days = (
        _numbers(where, schedule, text, *bounds) for text, bounds in zip(fields, _FIELDS, strict=True)
    )
    # As in cron: where both kinds of day are restricted, either will do.
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    days = []
    for number in range((_YEARS_END - _YEARS_BEGIN).days):
        day = _YEARS_BEGIN + timedelta(days=number)
        in_month, in_week = day.day in month_days, day.isoweekday() % 7 in week_days
        if day.month in months and (in_month or in_week if either else in_month and in_week):
            days.append(number)
    if len(days) <= 1:
        raise ConfigError(where, schedule, "no day of a year fits it; correct the day of month or the month")
    times = sorted(hour * 60 + minute for hour in hours for minute in minutes)
    within = max((later - earlier for earlier, later in pairwise(times)), default=0)
    between = max(later - earlier for earlier, later in pairwise(days)) * _MINUTES_A_DAY - times[-1] + times[0]
    return timedelta(minutes=max(within, between))


def _numbers(where: Where, schedule: str, text: str, name: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, stepped, step = part.partition("/")
        first, ranged, last = span.partition("-")
        if span == "*":
            first, last = str(lowest), str(highest)
        elif not ranged:
            last = str(highest) if stepped else first
        numbers = [first, last, step or "1"]
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise ConfigError(where, schedule, _ADVICE)
        start, end, width = map(int, numbers)
        if not lowest <= start <= end <= highest or not width:
            raise ConfigError(where, schedule, f"{name} {part!r} is not within {lowest} to {highest}; {_ADVICE}")
        found.update(range(start, end + 1, width))
    # Sunday is 0 and 7.
    return {number % 7 for number in found} if name == "day of week" else found
