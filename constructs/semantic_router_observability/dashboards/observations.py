"""Questions to a histogram other than quantiles: how many observations, how large together, how large on average.

Families that a deployment may leave out show nothing rather than 0 where nothing was observed, unless something else that was
counted tells that the feature is on: see `zero_while`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.queries import STEP, series
from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.router import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence


def observed(name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Count observations per second."""
    return f"{_sum(by)}(rate({_part(name, '_count', matchers)}[{window}]))"


def amount(name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Add observed values up, per second. Only where no value is negative: a sum that falls looks like a restart."""
    return f"{_sum(by)}(rate({_part(name, '_sum', matchers)}[{window}]))"


def mean(name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Average the observed values; nothing where nothing was observed."""
    return f"{amount(name, *matchers, by=by, window=window)}\n/ ({observed(name, *matchers, by=by, window=window)} > 0)"


def zero_while(expression: str, other: str) -> str:
    """Fall back to 0 while `other` exists: without hits, a detector that runs reports 0, and one that does not run reports nothing.

    Both must have the same labels, or none.
    """
    return f"({expression} or 0 * {other})"


def none_while(expression: str, other: str, label: str, value: str) -> str:
    """Fall back to one line at 0 whose `label` is `value` while `other`, a result without labels, exists. For results with one label."""
    return f'{expression}\nor on () label_replace(0 * {other}, "{label}", "{value}", "", "")'


def share(part: str, whole: str) -> str:
    """Divide `part` by `whole`, label set by label set: 0 where only the whole was counted, nothing where it was not."""
    return f"({part} or 0 * {whole})\n/ ({whole} > 0)"


def _part(name: str, part: str, matchers: Sequence[str]) -> str:
    family = catalogue.family(name)
    if family.type != "histogram" or not family.fed:
        raise ConfigError(Place(f"query of {name}"), f"{family.status} {family.type}", "a histogram that the router really feeds")
    if part == "_sum" and family.buckets[0] < 0:
        raise ConfigError(Place(f"sum of {name}"), f"buckets from {family.buckets[0]:g}", "a histogram without negative values")
    return series(name, *matchers, part=part)


def _sum(by: Sequence[str]) -> str:
    return f"sum by ({', '.join(by)}) " if by else "sum"
