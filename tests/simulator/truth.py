"""What a page encodes, as plain totals: the known answer that a query over the page is checked against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FINE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0)
"""Bounds in seconds: the router's own up to 10, and further ones that only the truth can see."""


@dataclass(frozen=True)
class Distribution:
    """How many values lie between which bounds, and their sum."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    """One more than `bounds`: the last is open."""

    sum: float

    @property
    def count(self) -> int:
        """Return the number of values."""
        return sum(self.counts)

    def share_above(self, bound: float) -> float:
        """Return the share of values above one of the bounds; 0 when there are none."""
        above = sum(self.counts[self.bounds.index(bound) + 1 :])
        return above / self.count if above else 0.0

    def quantile_range(self, q: float) -> tuple[float, float]:
        """Return the bounds between which the value of rank `q` lies; NaN when there are none."""
        rank, seen = q * self.count, 0
        if not self.count:
            return math.nan, math.nan
        edges = (0.0, *self.bounds, math.inf)
        for index, count in enumerate(self.counts):
            seen += count
            if count and seen >= rank:
                return edges[index], edges[index + 1]
        raise AssertionError(q)

    def __add__(self, other: Distribution) -> Distribution:
        """Merge two that have the same bounds."""
        assert self.bounds == other.bounds
        return Distribution(self.bounds, tuple(map(int.__add__, self.counts, other.counts)), self.sum + other.sum)

    def __sub__(self, earlier: Distribution) -> Distribution:
        """Return what was added since an earlier moment of the same run."""
        assert self.bounds == earlier.bounds
        return Distribution(self.bounds, tuple(map(int.__sub__, self.counts, earlier.counts)), self.sum - earlier.sum)

    def coarse(self, bounds: tuple[float, ...]) -> list[int]:
        """Return the counts between fewer bounds, each of which is one of ours."""
        counts, taken = [], 0
        for bound in bounds:
            upto = self.bounds.index(bound) + 1
            counts.append(sum(self.counts[taken:upto]))
            taken = upto
        return [*counts, sum(self.counts[taken:])]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Totals since the process started. Keys are label values as the page has them."""

    at: float
    started: float
    """Simulated second at which the running process came up."""

    requests: Mapping[str, int]
    """Of `llm_model_requests_total`: requests that name their model count as `unknown`."""

    handled: Mapping[str, int]
    """Requests that ended at each model, however they got there."""

    errors: Mapping[tuple[str, str], int]
    """By model and reason."""

    completions: Mapping[str, int]
    """Successful answers, cache hits included."""

    cache_hits: Mapping[str, int]
    cache_misses: Mapping[str, int]
    inflight: Mapping[str, int]
    prompt_tokens: Mapping[str, int]
    completion_tokens: Mapping[str, int]
    prompt_lengths: Mapping[str, Distribution]
    completion_lengths: Mapping[str, Distribution]
    cost: Mapping[tuple[str, str], float]
    """By model and currency; empty without prices."""

    completion_latency: Mapping[str, Distribution]
    """As the router observes it: of cache hits and failed answers, too. Those of `ttft` hold failed answers, those of `tpot` neither."""
    ttft: Mapping[str, Distribution]
    tpot: Mapping[str, Distribution]
    routing_latency: Distribution

    @property
    def total_requests(self) -> int:
        """Return all requests taken in."""
        return sum(self.requests.values())

    @property
    def total_errors(self) -> int:
        """Return all errors counted, which is not the number of failed requests."""
        return sum(self.errors.values())
