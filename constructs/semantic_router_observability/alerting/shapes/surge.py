"""`Surge`: far more of something than in the hours before.

No fixed number suits both a busy and a quiet router. Where a router was watched all the time, what has no history had none of it, so that
a detector's first wave is seen; a router that is new to Prometheus has nothing to compare with, and stays quiet. `at_least` keeps a handful
from being called a surge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.proof.series import Series, born, flat, gone, line, restarted

from .events import Stage, Traffic, hold_minutes, keep_minutes, not_selected, selected
from .promql import INSTALLATION, Selector, counted, minutes, number
from .share import counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.proof.case import Case
    from semantic_router_observability.alerting.proof.series import Value


@dataclass(frozen=True)
class Surge:
    """More than `threshold` times the events of an equally long stretch of the time before."""

    events: Selector
    window: int
    """Minutes."""
    before: int
    """Minutes before the window that tell what is usual."""
    by: tuple[str, ...] = INSTALLATION
    unit: str = "times the usual"

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse a factor that is no growth."""
        knobs.positive(f"{where}: threshold", tuning.threshold - 1)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        recent = counted(self.by, self.events, minutes(self.window))
        usual = counted(self.by, self.events, minutes(self.before), offset=minutes(self.window))
        factor = number(tuning.threshold * self.window / self.before)
        watched = f"group by (namespace, job) (up offset {minutes(self.window + self.before)})"
        return f"{recent} > {factor} * ({usual} or {recent} * 0) and {recent} >= {tuning.at_least} and on (namespace, job) {watched}"

    def example(self) -> Mapping[str, str]:
        """Labels of a result."""
        return self.events.example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        there = [1.0] * len(traffic.bad or ())
        return [*selected(self.events, base, traffic.bad), Series("up", base, there)]

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:
        """Series that must make no difference."""
        return not_selected(self.events, base, values)

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the count, when it is a surge."""
        recent = counts((each.bad for each in replicas), minute, self.window)
        if recent is None or minute < self.window + self.before:
            return None
        usual = counts((each.bad for each in replicas), minute - self.window, self.before) or 0
        factor = float(number(threshold * self.window / self.before))
        return recent if recent > factor * usual and recent >= tuning.at_least else None

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        length = 2 * self.window + hold_minutes(tuning) + keep_minutes(tuning) + 12
        stage = Stage(self, tuning, tuning.threshold, None, warm=self.before + self.window + 3, after=length)
        usual = 2 * tuning.at_least / self.window
        above, below = usual * tuning.threshold * 4, usual * tuning.threshold * 0.8
        surge, calm = stage.usual(usual, above), stage.usual(usual, usual)
        yield stage.case("surge", "fires", Traffic(surge, None))
        yield stage.case("restarts", "fires", Traffic(restarted(surge, stage.warm + 3), None))
        half = Traffic(stage.usual(usual / 2, above / 2), None)
        yield stage.case("two-replicas", "fires", half, half)
        yield stage.case("first-ever", "fires", Traffic(born(stage.usual(0, above), stage.warm + 1), None))
        fresh = Stage(self, tuning, tuning.threshold, None, warm=self.window, after=stage.minutes - self.window)
        yield fresh.case("new-to-prometheus", "quiet", Traffic(fresh.usual(above, above), None))
        yield stage.case("below", "quiet", Traffic(stage.usual(usual, below), None))
        yield stage.case("as-ever", "quiet", Traffic(calm, None))
        yield stage.case("reset", "quiet", Traffic(restarted(calm, stage.warm + 2), None))
        yield stage.case("a-handful", "quiet", Traffic(line((0, stage.warm), (0.6 * tuning.at_least / self.window, stage.after)), None))
        yield stage.case("no-traffic", "quiet", Traffic(flat(500, stage.minutes), None))
        some = stage.usual(usual / 2, usual / 2)
        yield stage.case(
            "rolling-restart",
            "quiet",
            Traffic(gone(some, stage.warm), None),
            Traffic(some, None),
            Traffic(stage.beginning(usual / 2, stage.warm), None),
        )
