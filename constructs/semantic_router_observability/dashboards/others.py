"""PromQL about programs other than the router: Prometheus, Grafana, vLLM engines, Kubernetes.

Plain text building, with the same habits as `queries`: sums of rates over `$__rate_interval`, quantiles from buckets, 0 instead of
nothing where a program is there but has nothing to count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.queries import RANGE, STEP

if TYPE_CHECKING:
    from collections.abc import Sequence


def select(name: str, *matchers: str) -> str:
    """Select a metric's series."""
    return f"{name}{{{', '.join(matchers)}}}"


def total(name: str, *matchers: str, by: Sequence[str] = ()) -> str:
    """Add a gauge up."""
    return f"{_over('sum', by)} ({select(name, *matchers)})"


def highest(name: str, *matchers: str, by: Sequence[str] = ()) -> str:
    """Take the largest of a gauge."""
    return f"{_over('max', by)} ({select(name, *matchers)})"


def per_second(name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Count events of a counter per second."""
    return f"{_over('sum', by)} (rate({select(name, *matchers)}[{window}]))"


def in_range(name: str, *matchers: str, by: Sequence[str] = ()) -> str:
    """Count events of a counter within the range on screen, as a whole number."""
    return f"round({_over('sum', by)} (increase({select(name, *matchers)}[{RANGE}])))"


def percentile(fraction: float, name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Estimate a quantile from a histogram's buckets; nothing where nothing was observed."""
    buckets = per_second(f"{name}_bucket", *matchers, by=["le", *by], window=window)
    return f"histogram_quantile({fraction:g}, {buckets}) >= 0"


def ratio(part: str, whole: str) -> str:
    """Divide `part` by `whole`, label set by label set: 0 where `part` is missing, nothing where `whole` is 0."""
    return f"({part} or 0 * {whole})\n/ ({whole} > 0)"


def _over(aggregation: str, by: Sequence[str]) -> str:
    return f"{aggregation} by ({', '.join(by)})" if by else aggregation


def or_zero(expression: str, up: str) -> str:
    """Fall back to 0 while a target of `up` is there: a counter has no series before its first event."""
    return f"({expression} or 0 * sum({up}))"
