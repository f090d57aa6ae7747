"""Cases of `Slow`: histograms whose observations lie above or below the bound."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.router.catalogue import family

from .series import Series
from .share import counts, less
from .stage import Stage, Traffic, hold_minutes, keep_minutes, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.slow import Slow

    from .case import Case
    from .examples import Example
    from .series import Value


@dataclass(frozen=True)
class SlowEvents:
    """Observations above the bound, and all of them."""

    shape: Slow
    example: Example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica: a histogram whose observations lie in three of its buckets."""
        if traffic.whole is None:
            return []
        within = less(traffic.whole, traffic.bad) or []
        name = self.shape.histogram
        # Below the bound everything that is not slow, from it on the same, and in the last bucket all.
        return [
            *(Series(f"{name}_bucket", {**base, "le": le_text(bound)}, within) for bound in family(name).buckets),
            Series(f"{name}_bucket", {**base, "le": "+Inf"}, traffic.whole),
            Series(f"{name}_count", base, traffic.whole),
        ]

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:  # noqa: ARG002 - part of the protocol
        """Series that must not change the result."""
        return []

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the ratio, when it is too far above its mean of the day before."""
        now = self._ratio(replicas, minute)
        last = minute - self.shape.window
        history = [
            found[0] for at in range(max(0, last - self.shape.reference + 1), last + 1) if (found := self._ratio(replicas, at)) is not None
        ]
        if now is None or not history:
            return None
        ratio, slow = now
        return ratio if ratio > threshold + statistics.fmean(history) and slow >= tuning.at_least else None

    def _ratio(self, replicas: Sequence[Traffic], minute: int) -> tuple[float, float] | None:
        """Ratio and number of slow observations in the window."""
        within = counts((less(replica.whole, replica.bad) for replica in replicas), minute, self.shape.window)
        observed = counts((replica.whole for replica in replicas), minute, self.shape.window)
        return None if within is None or not observed else (1 - within / observed, observed - within)


def slow_cases(measured: SlowEvents, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a ratio that is compared with its past, for every threshold."""
    window = measured.shape.window
    for model, threshold in tuning.thresholds.items():
        length = 2 * window + hold_minutes(tuning) + keep_minutes(tuning) + 12
        # An hour of calm: while the alert holds, its own beginning already counts as past.
        stage = Stage(measured, tuning, threshold, model, warm=60 + window + 3, after=length)
        rate = float(max(60, round(4 * tuning.at_least / (threshold * window))))
        above = threshold + (1 - threshold) * 0.887137713
        yield from scenarios(stage, above=above * rate, below=threshold * 0.9 * rate, rate=rate)
        whole, often = stage.usual(rate, rate), stage.usual(above * rate, above * rate)
        yield stage.case("as-slow-as-ever", "quiet", Traffic(often, whole))
        yield stage.case(
            "new-to-prometheus", "quiet", Traffic(stage.beginning(above * rate, stage.warm), stage.beginning(rate, stage.warm))
        )
        if tuning.at_least > 1:
            yield stage.case("one-failure", "quiet", Traffic(stage.interval(1, 1), whole))
        rare = 1.5 * tuning.at_least / window
        yield stage.case("everything-slow-rarely", "fires", Traffic(stage.usual(0, rare), stage.usual(rare, rare)))


def le_text(bound: float) -> str:
    """Write a bound as Prometheus 3 stores it."""
    return repr(float(bound))
