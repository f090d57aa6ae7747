"""`Slow`: a larger ratio of observations lies above a bucket bound than in the day before.

The ratio is of answers: where the histogram observes failures, too, these are not among them. What is slow counts, whether it failed or not.

Exact where a quantile is an estimate, and not limited by the largest bucket: a histogram that ends at 10 s has no 95th percentile above
10 s, but it counts how many answers took longer. For low traffic the rule of `Share` holds.

How many slow answers are normal depends on the model: one that reasons exceeds any fixed ratio while it is well. So the ratio is recorded,
and compared with its own mean of the day before. A model that has become slow for good stops to be news within a day; one that is new to
Prometheus has no past, and the alert does not fire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.knobs import threshold_of
from semantic_router_observability.errors import ConfigError, Where, at
from semantic_router_observability.router.catalogue import family

from .promql import INSTALLATION, Failures, Selector, counted, le_pattern, minutes, number, parts
from .shape import Compared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.alerting.knobs import Tuning


class Slow(Compared, frozen=True):
    """Observations above a bucket bound over all observations, in a window."""

    histogram: str
    window: int
    """Minutes."""
    by: tuple[str, ...] = INSTALLATION
    failed: Failures | None = None
    """What the histogram observes although it is no answer. Most failures are quick, and would count as fast answers."""
    reference: int = 1440
    """Minutes before the window that are the reference."""
    unit: str = "ratio of slow observations above the usual one"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a threshold that is not a ratio, and a bound that is not a bucket's."""
        for model, threshold in tuning.thresholds.items():
            knobs.ratio(at(where, *threshold_of(model)), threshold)
        bounds = family(self.histogram).buckets
        if tuning.bound not in bounds:
            raise ConfigError(at(where, "bound"), tuning.bound, f"write a bucket bound: {', '.join(f'{bound:g}' for bound in bounds)}")

    def number(self, tuning: Tuning) -> str:
        """Return the ratio."""
        within, observed = self._counts(tuning)
        if self.failed is None:
            return f"1 - {within} / ({observed} > 0)"
        failed = counted(self.by, self.failed, minutes(self.window))
        # A failure may be slow as well: then there are more slow ones than answers.
        return f"clamp_max(({observed} - {within}) / ({observed} - ({failed} or {observed} * 0) > 0), 1)"

    def limit(self, tuning: Tuning) -> str:
        """Return the largest ratio that is usual, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(self._limit(threshold, split[model]) for model, threshold in tuning.thresholds.items())

    def records(self, tuning: Tuning) -> Mapping[str, str]:
        """Return the series that has the ratio's past."""
        return {self._record: self.number(tuning)}

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(self._part(threshold, tuning, split[model]) for model, threshold in tuning.thresholds.items())

    @property
    def _record(self) -> str:
        return f"{'_'.join(self.by)}:{self.histogram}:slow_ratio{minutes(self.window)}"

    def _limit(self, threshold: float, matchers: tuple[str, ...]) -> str:
        before = f"{self._record}{{{', '.join(matchers)}}}[{minutes(self.reference)}] offset {minutes(self.window)}"
        return f"{number(threshold)} + avg_over_time({before})"

    def _part(self, threshold: float, tuning: Tuning, matchers: tuple[str, ...]) -> str:
        within, observed = self._counts(tuning, *matchers)
        now = f"{self._record}{{{', '.join(matchers)}}}"
        return f"{now} > {self._limit(threshold, matchers)} and {observed} - {within} >= {tuning.at_least}"

    def _counts(self, tuning: Tuning, *matchers: str) -> tuple[str, str]:
        window = minutes(self.window)
        within = counted(self.by, Selector(f"{self.histogram}_bucket"), window, f'le=~"{le_pattern(tuning.bound)}"', *matchers)
        return within, counted(self.by, Selector(f"{self.histogram}_count"), window, *matchers)
