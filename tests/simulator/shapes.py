"""Shapes of observed values: what share of them falls between two bounds, and how large those are on average."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Protocol

Bins = tuple[tuple[float, float], ...]
"""For each bin, the share of values in it and their mean. The last bin is open."""


class Shape(Protocol):
    """Something that can be observed by a histogram."""

    def bins(self, bounds: tuple[float, ...]) -> Bins:
        """Return the bins that ascending upper bounds cut."""
        ...


@dataclass(frozen=True)
class LogNormal:
    """Durations and lengths: never negative, most near the median, some far above it."""

    median: float
    sigma: float = 0.5

    def bins(self, bounds: tuple[float, ...]) -> Bins:
        """Return the bins that ascending upper bounds cut."""
        return _lognormal(self.median, self.sigma, bounds)

    @property
    def mean(self) -> float:
        """Return the average value."""
        return self.median * math.exp(self.sigma**2 / 2)

    def quantile(self, q: float) -> float:
        """Return the value below which the share `q` lies (for the three that the router's windows export)."""
        return self.median * math.exp(self.sigma * {0.5: 0.0, 0.95: 1.6448536, 0.99: 2.3263479}[q])

    def scaled(self, factor: float) -> LogNormal:
        """Return the shape with every value multiplied."""
        return LogNormal(self.median * factor, self.sigma)


@dataclass(frozen=True)
class Points:
    """A few exact values with their weights: counts, ratios in steps, durations that are always logged as 0."""

    values: tuple[tuple[float, float], ...]

    def bins(self, bounds: tuple[float, ...]) -> Bins:
        """Return the bins that ascending upper bounds cut."""
        total = math.fsum(weight for _, weight in self.values)
        result = []
        low = -math.inf
        for high in (*bounds, math.inf):
            inside = [(value, weight) for value, weight in self.values if low < value <= high]
            weight = math.fsum(weight for _, weight in inside)
            result.append((weight / total, math.fsum(v * w for v, w in inside) / weight if weight else 0.0))
            low = high
        return tuple(result)


ZERO = Points(((0.0, 1.0),))
"""What the router logs where it does not measure."""


def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


@cache
def _lognormal(median: float, sigma: float, bounds: tuple[float, ...]) -> Bins:
    mu, sigma = math.log(median), max(sigma, 1e-6)
    mean = math.exp(mu + sigma**2 / 2)

    def at(bound: float) -> tuple[float, float]:
        """Return the share of values below a bound, and their share of the total."""
        if bound <= 0:
            return 0.0, 0.0
        z = (math.log(bound) - mu) / sigma
        return _below(z), _below(z - sigma)

    result = []
    low, low_share, low_sum = 0.0, 0.0, 0.0
    for high in (*bounds, math.inf):
        high_share, high_sum = at(high) if high < math.inf else (1.0, 1.0)
        share = max(0.0, high_share - low_share)
        if share > 1e-9:
            # Rounding in the tails must not move a mean out of its own bin.
            result.append((share, min(max(mean * (high_sum - low_sum) / share, low), high)))
        else:
            result.append((0.0, low))
        low, low_share, low_sum = high, high_share, high_sum
    return tuple(result)
