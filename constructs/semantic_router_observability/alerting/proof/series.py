"""Simulated samples, one a minute, and the result of Prometheus's `increase` on them.

The arithmetic is implemented here from Prometheus's documentation of its extrapolation, so that the minute at which a rule must fire is
computed independently of promtool.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STALE: Final = math.nan
"""The series ended here, as when a target goes away."""

Value = float | None
"""A sample; None: no sample that minute."""


@dataclass(frozen=True)
class Series:
    """A series: name, labels and a sample a minute."""

    name: str
    labels: Mapping[str, str]
    values: Sequence[Value]

    def at(self, minute: int) -> Value:
        """Sample as an instant query sees it."""
        value = self.values[minute] if minute < len(self.values) else None
        return None if value is None or math.isnan(value) else value

    def text(self) -> dict[str, str]:
        """Return it in promtool's syntax."""
        labels = ", ".join(f'{name}="{value}"' for name, value in self.labels.items())
        return {"series": f"{self.name}{{{labels}}}", "values": " ".join(map(_text, self.values))}


def _text(value: Value) -> str:
    if value is None:
        return "_"
    return "stale" if math.isnan(value) else f"{value!r}"


def line(*pieces: tuple[float, int], start: float = 0) -> list[Value]:
    """Count from `start`: (events a minute, minutes) after one another."""
    values: list[Value] = [float(start)]
    for rate, minutes in pieces:
        begin = values[-1] or 0.0
        values += [begin + rate * step for step in range(1, minutes + 1)]
    return values


def flat(value: float, minutes: int) -> list[Value]:
    """Stay at a value."""
    return [float(value)] * (minutes + 1)


def restarted(values: Sequence[Value], minute: int) -> list[Value]:
    """Start again at 0 at this minute, as the counter of a restarted process does."""
    base = values[minute]
    return [value if index < minute or value is None else value - (base or 0) for index, value in enumerate(values)]


def born(values: Sequence[Value], minute: int) -> list[Value]:
    """Appear at this minute, with what was counted until then."""
    return [None if index < minute else value for index, value in enumerate(values)]


def gone(values: Sequence[Value], minute: int) -> list[Value]:
    """End at this minute."""
    return [value if index < minute else STALE if index == minute else None for index, value in enumerate(values)]


def increase(values: Sequence[Value], minute: int, window: int) -> float | None:
    """What `increase(x[window])` is at a minute."""
    seen = [
        (index, value)
        for index in range(max(0, minute - window + 1), min(minute + 1, len(values)))
        if (value := values[index]) is not None and not math.isnan(value)
    ]
    if len(seen) < 2:  # noqa: PLR2004
        return None
    (first, first_value), (last, last_value) = seen[0], seen[-1]
    grown = last_value - first_value + sum(before for (_, before), (_, after) in pairwise(seen) if after < before)
    sampled = last - first
    average = sampled / (len(seen) - 1)
    to_start, to_end = float(first - (minute - window)), float(minute - last)
    if to_start >= average * 1.1:
        to_start = average / 2
    if grown > 0:
        to_start = min(to_start, sampled * (first_value / grown))
    if to_end >= average * 1.1:
        to_end = average / 2
    return grown * (sampled + to_start + to_end) / sampled


def total(series: Iterable[Series], minute: int, window: int, offset: int = 0) -> float | None:
    """What `sum(increase(x[window] offset offset))` is at a minute; None: no series has an answer."""
    found = [value for counter in series if (value := increase(counter.values, minute - offset, window)) is not None]
    return sum(found) if found else None
