"""A case: simulated series, and when an alert must fire on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .series import Series

Labels = tuple[tuple[str, str], ...]
"""Labels of a result, sorted."""

Intent = Literal["fires", "quiet"]


@dataclass(frozen=True)
class Case:
    """Series, and the minutes at which the alert must fire on them."""

    name: str
    intent: Intent
    """Whether the alert must fire at some minute, or at none."""
    series: tuple[Series, ...]
    truth: Callable[[int], Mapping[Labels, float]]
    """Results of the alert's condition at a minute, worked out from the samples and not from the expression."""
    minutes: int


@dataclass(frozen=True)
class Firing:
    """An alert that fires at a minute."""

    labels: Labels
    value: float
    minute: int
    """When its condition held last: while an alert is kept firing, its texts stay as they were."""


def firings(case: Case, hold: int, keep: int) -> list[list[Firing]]:
    """Alerts that fire, by minute, when the condition has to hold for `hold` minutes and the alert stays `keep` minutes longer."""
    since: dict[Labels, int] = {}
    firing: dict[Labels, tuple[float, int]] = {}
    ended: dict[Labels, int] = {}
    found: list[list[Firing]] = []
    for minute in range(case.minutes + 1):
        results = case.truth(minute)
        for labels, value in results.items():
            begun = since.setdefault(labels, minute)
            ended.pop(labels, None)
            if labels in firing or minute - begun >= hold:
                firing[labels] = value, minute
        for labels in [labels for labels in since if labels not in results]:
            if labels in firing and keep and minute - ended.setdefault(labels, minute) < keep:
                continue
            del since[labels]
            firing.pop(labels, None)
            ended.pop(labels, None)
        found.append([Firing(labels, *held) for labels, held in sorted(firing.items())])
    return found


def labels_of(**labels: str) -> Labels:
    """Labels of a result."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))
