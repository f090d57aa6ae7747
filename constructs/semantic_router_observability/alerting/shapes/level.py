"""`Level`: a number as it stands is beyond its limit, or a thing is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.proof.case import Case, Labels
from semantic_router_observability.alerting.proof.series import STALE

from .events import hold_minutes, keep_minutes
from .promql import number, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.proof.case import Intent
    from semantic_router_observability.alerting.proof.series import Series, Value


@dataclass(frozen=True)
class Level:
    """A gauge, or arithmetic of gauges, against a threshold."""

    template: str
    """The condition; `<threshold>` and `{<models>}` (matchers that split the models) are filled in."""
    make: Callable[[Mapping[str, str], Sequence[Value]], Sequence[Series]]
    """Series of an installation in which the number takes these values."""
    base: Callable[[str], Mapping[str, str]]
    """Labels of the series of a case."""
    by: tuple[str, ...]
    """Labels of a result."""
    beyond: Literal[">", "<"] = ">"
    bad: float | None = None
    """A value that is wrong, for a condition without a threshold."""
    good: float = 1
    """One that is right."""
    unit: str = "value"
    is_share: bool = False
    whole: bool = False
    """Whether the number has no fractions."""
    shows: Callable[[float], float] = lambda value: value
    """What the alert shows for a value."""

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse a number that cannot work."""
        for model, threshold in tuning.thresholds.items():
            place = f"{where}: {'threshold' if model is None else f'models.{model}'}"
            (knobs.share if self.is_share else knobs.not_negative)(place, threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(
            self.template.replace("<threshold>", number(threshold)).replace(
                "{<models>}", f"{{{', '.join(split[model])}}}" if split[model] else ""
            )
            for model, threshold in tuning.thresholds.items()
        )

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        for model, threshold in tuning.thresholds.items():
            bad, good = self._values(threshold)
            hold, keep, warm = hold_minutes(tuning), keep_minutes(tuning), 4
            long = hold + 4
            end = hold + keep + 8
            yield self._case("beyond", "fires", model, threshold, [good] * warm + [bad] * long + [good] * end)
            yield self._case("within", "quiet", model, threshold, [good] * (warm + long + end))
            yield self._case("ends", "fires", model, threshold, [good] * warm + [bad] * long + [STALE] + [None] * end)
            if hold > 1:
                yield self._case("flaps", "quiet", model, threshold, [good] * warm + ([bad] * (hold - 1) + [good]) * 3)

    def _values(self, threshold: float) -> tuple[float, float]:
        if self.bad is not None:
            return self.bad, self.good
        step = max(1.0, threshold // 10) if self.whole else threshold * 0.093713779
        if self.is_share:
            step = min(step, (1 - threshold) * 0.487137713)
        if self.beyond == ">":
            return (threshold // 1 + step, threshold // 1) if self.whole else (threshold + step, threshold - step)
        return threshold - step, threshold + step

    def _case(self, name: str, intent: Intent, model: str | None, threshold: float, values: Sequence[Value]) -> Case:
        name = name if model is None else f"{name}-{model}"
        base = {**self.base(name), **({"model": model or "qwen3-8b"} if "model" in self.by else {})}
        series = tuple(self.make(base, values))
        every = {**base, **series[0].labels}
        labels: Labels = tuple(sorted((label, every[label]) for label in self.by if every.get(label)))

        def truth(minute: int) -> Mapping[Labels, float]:
            value = values[minute] if minute < len(values) else None
            if value is None or value != value:  # noqa: PLR0124 - NaN marks the end of a series
                return {}
            holds = value == self.bad if self.bad is not None else value > threshold if self.beyond == ">" else value < threshold
            return {labels: self.shows(value)} if holds else {}

        return Case(name, intent, series, truth, len(values) - 1)
