"""Cases of `Count`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .share import counts
from .stage import Stage, hold_minutes, keep_minutes, scenarios, selected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.count import Count
    from semantic_router_observability.alerting.shapes.surge import Surge

    from .case import Case
    from .examples import Example
    from .series import Series, Value
    from .stage import Traffic


@dataclass(frozen=True)
class Events:
    """Series of events that are counted by themselves."""

    shape: Count | Surge
    example: Example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        return selected(self.shape.events, {**base, **self.example.bad}, traffic.bad)

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:
        """Series that must not change the result."""
        labels = {**base, **self.example.bad}
        return [series for decoy in self.example.decoys for series in selected(self.shape.events, {**labels, **decoy}, values)]


@dataclass(frozen=True)
class CountEvents(Events):
    """Events in a window."""

    shape: Count

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:  # noqa: ARG002 - part of the protocol
        """Return the count, when it is too large."""
        count = counts((replica.bad for replica in replicas), minute, self.shape.window)
        return count * self.shape.scale if count is not None and count * self.shape.scale > threshold else None


def count_cases(measured: CountEvents, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a count."""
    shape = measured.shape
    length = 2 * shape.window + hold_minutes(tuning) + keep_minutes(tuning) + 12
    stage = Stage(measured, tuning, tuning.threshold, None, warm=shape.window + 3, after=length)
    a_minute = tuning.threshold / shape.scale / shape.window
    # A window's first sample lies up to a step inside it: a third more is above whatever the extrapolation makes of it.
    yield from scenarios(stage, above=a_minute * 1.391337719 or 1.0, below=a_minute * 0.7, rate=0)
