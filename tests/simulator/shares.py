"""How a whole number of events divides into whole numbers that only ever grow.

Counters must never fall and their parts must add up, at any moment, without remembering the past. Both hold when the first part is
`floor(n * share + phase)` and the rest divides in the same way: one more event always adds one to exactly one part.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Sequence


def phase(seed: int, *path: object) -> float:
    """Return a number in [0, 1) that depends on nothing but its arguments: where in its cycle a share begins."""
    return crc32(repr((seed, path)).encode()) / 2**32


class Split:
    """The division of n events among weighted parts."""

    __slots__ = ("_steps",)

    def __init__(self, weights: Sequence[float], start: float) -> None:
        """Prepare the division; `start` in [0, 1) shifts which part gets the first event."""
        steps: list[tuple[float, float]] = []
        for index, weight in enumerate(weights):
            rest = math.fsum(weights[index + 1 :])
            # The last part with any weight takes all that is left: no rounding may strand an event.
            share = 0.0 if weight <= 0 else 1.0 if rest <= 0 else weight / (weight + rest)
            steps.append((share, (start + index * 0.618034) % 1.0 if 0 < share < 1 else 0.0))
        self._steps = steps

    def of(self, events: int) -> list[int]:
        """Return how many of the events fall to each part; the parts add up to `events` when any weight is positive."""
        parts: list[int] = []
        for share, start in self._steps:
            if not share or not events:
                parts.append(0)
                continue
            part = min(events, int(events * share + start))
            parts.append(part)
            events -= part
        return parts
