"""What the dashboard "Alerts" shows of an alert: the number that it compares and the line beyond which it fires.

Both come from the alert's own shape, so that a page, its panel and its runbook show one number. Nothing here needs the SDK: where a user
changes an alert, the shipped dashboard gets the changed queries.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from semantic_router_observability.promql import readable

from .shapes.promql import filtered

if TYPE_CHECKING:
    from .definition import Definition

MATCHERS: Final = MappingProxyType({"namespace": 'namespace=~"$namespace"', "model": 'model=~"$model"', "pod": 'pod=~"$pod"'})
"""Filters of the dashboard, by label. An alert without the label ignores the filter."""

CLUSTER: Final = 'cluster=~"$cluster"'
"""The filter that every query has: where one data source holds several clusters, alerts of each are evaluated there."""

_HIDDEN: Final = frozenset({"job", "service", "url", "remote_name"})
"""Labels that a legend needs only where nothing else tells the lines apart."""


NOTHING: Final = "vector(0) > 0"
"""Query of the panel of an alert that an installation does not have."""


class Watched(NamedTuple):
    """A line, or a line for each label set."""

    expr: str
    legend: str


def watched(alert: Definition) -> tuple[Watched, ...]:
    """Return the number of an alert and, where it is an expression, the limit that it is compared with."""
    names = _legend(alert.by)
    expressions = ((alert.shape.number(alert.tuning), names), (alert.shape.limit(alert.tuning), f"limit {names}"))
    return tuple(Watched(readable(filtered(expression, _matchers(alert))), legend) for expression, legend in expressions if expression)


def constant(alert: Definition) -> float | None:
    """Return the threshold where it is a number that the shape compares with, in the unit of the panel."""
    return round(alert.tuning.threshold, 6) if has_threshold(alert) and not alert.shape.limit(alert.tuning) else None


def has_threshold(alert: Definition) -> bool:
    """Whether the condition depends on a threshold."""
    higher = msgspec.structs.replace(alert.tuning, threshold=alert.tuning.threshold + 1)
    return alert.shape.expression(higher) != alert.shape.expression(alert.tuning)


def _matchers(alert: Definition) -> dict[str, str]:
    return {"cluster": CLUSTER, **{label: matcher for label, matcher in MATCHERS.items() if label in alert.by}}


def _legend(by: tuple[str, ...]) -> str:
    shown = [label for label in by if label not in _HIDDEN and not (label == "instance" and "pod" in by)]
    return " ".join(f"{{{{{label}}}}}" for label in (shown or by))
