"""Cases of `Surge`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting.shapes.promql import number

from .count import Events
from .series import Series, born, flat, gone, line, restarted
from .share import counts
from .stage import Stage, Traffic, hold_minutes, keep_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.surge import Surge

    from .case import Case


@dataclass(frozen=True)
class SurgeEvents(Events):
    """Events in a window, beside those of the hours before, of a router that is scraped."""

    shape: Surge

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        return [*super().make(base, traffic), Series("up", base, [1.0] * len(traffic.bad or ()))]

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the count, when it is a surge."""
        window, before = self.shape.window, self.shape.before
        recent = counts((replica.bad for replica in replicas), minute, window)
        if recent is None or minute < window + before:
            return None
        usual = counts((replica.bad for replica in replicas), minute - window, before) or 0
        factor = float(number(threshold * window / before))
        return recent if recent > factor * usual and recent >= tuning.at_least else None


def surge_cases(measured: SurgeEvents, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a surge."""
    shape = measured.shape
    length = 2 * shape.window + hold_minutes(tuning) + keep_minutes(tuning) + 12
    stage = Stage(measured, tuning, tuning.threshold, None, warm=shape.before + shape.window + 3, after=length)
    usual = 2 * tuning.at_least / shape.window
    above, below = usual * tuning.threshold * 4, usual * tuning.threshold * 0.8
    surge, calm = stage.usual(usual, above), stage.usual(usual, usual)
    yield stage.case("surge", "fires", Traffic(surge, None))
    yield stage.case("restarts", "fires", Traffic(restarted(surge, stage.warm + 3), None))
    half = Traffic(stage.usual(usual / 2, above / 2), None)
    yield stage.case("two-replicas", "fires", half, half)
    yield stage.case("first-ever", "fires", Traffic(born(stage.usual(0, above), stage.warm + 1), None))
    fresh = Stage(measured, tuning, tuning.threshold, None, warm=shape.window, after=stage.minutes - shape.window)
    yield fresh.case("new-to-prometheus", "quiet", Traffic(fresh.usual(above, above), None))
    yield stage.case("below", "quiet", Traffic(stage.usual(usual, below), None))
    yield stage.case("as-ever", "quiet", Traffic(calm, None))
    yield stage.case("reset", "quiet", Traffic(restarted(calm, stage.warm + 2), None))
    yield stage.case("a-handful", "quiet", Traffic(line((0, stage.warm), (0.6 * tuning.at_least / shape.window, stage.after)), None))
    yield stage.case("no-traffic", "quiet", Traffic(flat(500, stage.minutes), None))
    some = stage.usual(usual / 2, usual / 2)
    yield stage.case(
        "rolling-restart",
        "quiet",
        Traffic(gone(some, stage.warm), None),
        Traffic(some, None),
        Traffic(stage.beginning(usual / 2, stage.warm), None),
    )
