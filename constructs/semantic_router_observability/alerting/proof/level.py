"""Cases of `Level`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .case import Case, Labels
from .series import STALE
from .stage import hold_minutes, keep_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.level import Level

    from .case import Intent
    from .gauges import Gauge
    from .series import Value


@dataclass(frozen=True)
class LevelCases:
    """Makes cases of one alert."""

    shape: Level
    gauge: Gauge

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        for model, threshold in tuning.thresholds.items():
            bad, good = self._values(threshold)
            hold, keep, warm = hold_minutes(tuning), keep_minutes(tuning), 4
            # A number that looks back is wrong only once all that it looks at is.
            seen = self.gauge.window - 1
            long = hold + 4 + seen
            end = hold + keep + 8 + seen
            yield self._case("beyond", "fires", model, threshold, [good] * warm + [bad] * long + [good] * end)
            yield self._case("within", "quiet", model, threshold, [good] * (warm + long + end))
            yield self._case("ends", "fires", model, threshold, [good] * warm + [bad] * long + [STALE] + [None] * end)
            if hold > 1:
                yield self._case("flaps", "quiet", model, threshold, [good] * warm + ([bad] * (hold - 1) + [good]) * 3)

    def _values(self, threshold: float) -> tuple[float, float]:
        if self.gauge.bad is not None:
            return self.gauge.bad, self.gauge.good
        step = max(1.0, threshold // 10) if self.gauge.whole else threshold * 0.093713779
        if self.shape.is_share:
            step = min(step, (1 - threshold) * 0.487137713)
        bad, good = (threshold // 1 + step, threshold // 1) if self.gauge.whole else (threshold + step, threshold - step)
        return (threshold // 1 - step, threshold // 1) if self.gauge.below else (bad, good)

    def _case(self, name: str, intent: Intent, model: str | None, threshold: float, values: Sequence[Value]) -> Case:
        name = name if model is None else f"{name}-{model}"
        base = {**self.gauge.base(name), **({"model": model or "qwen3-8b"} if "model" in self.shape.by else {})}
        limit = self.shape.of
        series = tuple(self.gauge.make(base, [None if value is None else value * limit for value in values]))
        every = {**base, **series[0].labels}
        labels: Labels = tuple(sorted((label, every[label]) for label in self.shape.by if every.get(label)))

        def truth(minute: int) -> Mapping[Labels, float]:
            there = [
                value
                for value in values[max(0, minute - self.gauge.window + 1) : minute + 1]
                if value is not None and value == value  # noqa: PLR0124 - NaN marks the end of a series
            ]
            if not there:
                return {}
            value = self.gauge.of_window(there)
            holds = value == self.gauge.bad if self.gauge.bad is not None else value < threshold if self.gauge.below else value > threshold
            return {labels: value} if holds else {}

        return Case(name, intent, series, truth, len(values) - 1)
