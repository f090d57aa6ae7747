"""`Count`: too many of something in a window, whatever else happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs

from .events import Stage, Traffic, happenings, hold_minutes, keep_minutes, not_selected, selected
from .promql import INSTALLATION, Selector, counted, minutes, number
from .share import counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.proof.case import Case
    from semantic_router_observability.alerting.proof.series import Series, Value


@dataclass(frozen=True)
class Count:
    """More than `threshold` events in a window."""

    events: Selector
    window: int
    """Minutes."""
    by: tuple[str, ...] = INSTALLATION
    scale: float = 1
    """What a count is multiplied by before it is compared, to speak of another span of time."""
    unit: str = "events"

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse a negative number."""
        knobs.not_negative(f"{where}: threshold", tuning.threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        count = counted(self.by, self.events, minutes(self.window))
        scaled = count if self.scale == 1 else f"{count} * {number(self.scale)}"
        return f"{scaled} > {number(tuning.threshold)}"

    def example(self) -> Mapping[str, str]:
        """Labels of a result."""
        return self.events.example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        return selected(self.events, base, traffic.bad)

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:
        """Series that must make no difference."""
        return not_selected(self.events, base, values)

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:  # noqa: ARG002 - part of the protocol
        """Return the count, when it is too large."""
        count = counts((each.bad for each in replicas), minute, self.window)
        return count * self.scale if count is not None and count * self.scale > threshold else None

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        length = 2 * self.window + hold_minutes(tuning) + keep_minutes(tuning) + 12
        stage = Stage(self, tuning, tuning.threshold, None, warm=self.window + 3, after=length)
        a_minute = tuning.threshold / self.scale / self.window
        # A window's first sample lies up to a step inside it: a third more is above whatever the extrapolation makes of it.
        yield from happenings(stage, above=a_minute * 1.391337719 or 1.0, below=a_minute * 0.7, rate=0)
