"""Time intervals: when routes may or may not send."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import listed
from semantic_router_observability.errors import ConfigError, Where
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_DAYS = 31


class ClockTimes(Spec, frozen=True):
    """Part of a day. It cannot span midnight: write two, up to `24:00` and from `00:00`.

    Attributes:
        start: Start, included, such as `09:00`.
        end: End, excluded, such as `17:30` or `24:00`.

    """

    start: str
    end: str

    def __post_init__(self) -> None:
        for name, time in (("start", self.start), ("end", self.end)):
            if not _CLOCK.fullmatch(time):
                raise ConfigError(name, time, 'write hours and minutes in quotes, from "00:00" to "24:00"')
        if self.start >= self.end:
            raise ConfigError("end", self.end, f"write a time after the start, {self.start}; past midnight, write two intervals")


class TimeInterval(Spec, frozen=True, kw_only=True):
    """Times in which a route can be muted or active. An omitted field means any. Intervals with the same name add up.

    Usage:
        TimeInterval(name="office-hours", times=(ClockTimes("09:00", "17:00"),), weekdays=("monday:friday",), location="Europe/Berlin")

    Attributes:
        name: Name that routes use.
        times: Parts of the day. Default: all day.
        weekdays: Days such as `saturday`, or ranges such as `monday:friday`; the week starts on Sunday. Default: every day.
        days_of_month: Days such as `1`, ranges such as `25:31`, counted from the end where negative, as in `-3:-1`. Default: every day.
        months: Months such as `december`, or ranges such as `1:3`. Default: every month.
        years: Years such as `2027`, or ranges such as `2027:2028`. Default: every year.
        location: Time zone, such as `Europe/Berlin`. Default `UTC`.

    """

    name: str
    times: Sequence[ClockTimes] = ()
    weekdays: Sequence[str] = ()
    days_of_month: Sequence[str] = ()
    months: Sequence[str] = ()
    years: Sequence[str] = ()
    location: str = "UTC"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", self.name):
            raise ConfigError("name", self.name, "write 1 to 63 letters, digits, '.', '_' or '-'")
        for field in ("times", "weekdays", "days_of_month", "months", "years"):
            listed(field, getattr(self, field))
        for text in self.weekdays:
            _check_range(
                "weekdays",
                text,
                {day: number for number, day in enumerate(_WEEKDAYS)},
                "a day such as monday, or a range such as monday:friday",
            )
        for text in self.days_of_month:
            days = {str(day): day for day in (*range(1, _DAYS + 1), *range(-_DAYS, 0))}
            _check_range("days_of_month", text, days, "a day from 1 to 31, or -31 to -1 from the end, or a range such as 25:31")
        for text in self.months:
            months = {month: number for number, month in enumerate(_MONTHS, 1)}
            _check_range(
                "months",
                text,
                months | {str(number): number for number in months.values()},
                "a month such as december or 12, or a range such as 1:3",
            )
        for text in self.years:
            _check_range("years", text, {str(year): year for year in range(1970, 10_000)}, "a year, or a range such as 2027:2028")
        _check_location("location", self.location)

    def body(self) -> dict[str, Any]:
        """As one of the times behind a name in Alertmanager's configuration."""
        return {
            "times": [{"start_time": time.start, "end_time": time.end} for time in self.times] or None,
            "weekdays": list(self.weekdays) or None,
            "days_of_month": list(self.days_of_month) or None,
            "months": list(self.months) or None,
            "years": list(self.years) or None,
            "location": self.location,
        }


def bodies(intervals: Iterable[TimeInterval]) -> list[dict[str, Any]]:
    """The `time_intervals` of Alertmanager's configuration; those with the same name become one."""
    named: dict[str, list[dict[str, Any]]] = {}
    for interval in intervals:
        named.setdefault(interval.name, []).append({key: value for key, value in interval.body().items() if value is not None})
    return [{"name": name, "time_intervals": times} for name, times in named.items()]


def _check_range(where: Where, text: str, values: dict[str, int], expected: str) -> None:
    first, colon, last = text.partition(":")
    if first not in values or (colon and last not in values):
        raise ConfigError(where, text, f"write {expected}")
    begin, end = values[first], values[last] if colon else values[first]
    # Days counted from the start and from the end of a month cannot be compared.
    if (begin > end and (begin < 0) == (end < 0)) or (begin < 0 < end):
        raise ConfigError(where, text, "starts after it ends; write the two parts one by one")


def _check_location(where: Where, location: str) -> None:
    """Alertmanager does not start with an unknown time zone. A machine without a time zone database cannot check."""
    from zoneinfo import available_timezones  # noqa: PLC0415  only those who name one pay for it

    known = available_timezones()
    if not _ZONE.fullmatch(location) or (known and location not in known):
        raise ConfigError(where, location, "write a time zone by its IANA name, such as Europe/Berlin or UTC")
