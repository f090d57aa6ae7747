"""`Slow`: too large a ratio of observations lies above a bucket bound.

Exact where a quantile is an estimate, and not limited by the largest bucket: a histogram that ends at 10 s has no 95th percentile above
10 s, but it counts how many answers took longer. For low traffic the rule of `Share` holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.knobs import threshold_of
from semantic_router_observability.errors import ConfigError, Where, at
from semantic_router_observability.router.catalogue import family

from .promql import INSTALLATION, Selector, counted, le_pattern, minutes, number, parts

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Slow:
    """Observations above a bucket bound over all observations, in a window."""

    histogram: str
    window: int
    """Minutes."""
    by: tuple[str, ...] = INSTALLATION
    unit: str = "ratio of observations above the bound"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a threshold that is not a ratio, and a bound that is not a bucket's."""
        for model, threshold in tuning.thresholds.items():
            knobs.ratio(at(where, *threshold_of(model)), threshold)
        bounds = family(self.histogram).buckets
        if tuning.bound not in bounds:
            raise ConfigError(at(where, "bound"), tuning.bound, f"write a bucket bound: {', '.join(f'{bound:g}' for bound in bounds)}")

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(self._part(threshold, tuning, split[model]) for model, threshold in tuning.thresholds.items())

    def _part(self, threshold: float, tuning: Tuning, matchers: tuple[str, ...]) -> str:
        window = minutes(self.window)
        observed = counted(self.by, Selector(f"{self.histogram}_count"), window, *matchers)
        within = counted(self.by, Selector(f"{self.histogram}_bucket"), window, f'le=~"{le_pattern(tuning.bound)}"', *matchers)
        return f"1 - {within} / ({observed} > 0) > {number(threshold)} and {observed} - {within} >= {tuning.at_least}"
