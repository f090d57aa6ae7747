"""What is known about the result of a part of a query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from semantic_router_observability.contract.presence import ALWAYS, Presence, both, either

if TYPE_CHECKING:
    from semantic_router_observability.contract.metric import Metric


class Ceiling(NamedTuple):
    """A number that the result cannot exceed: a quantile ends at the largest finite bucket."""

    metric: str
    number: float


@dataclass(frozen=True)
class Value:
    """A result: a number, or a vector."""

    vector: bool = True
    number: float | None = None
    """Of a literal scalar."""

    text: str | None = None
    """Of a string."""

    labels: frozenset[str] | None = None
    """Labels it may have; None: anybody's guess."""

    presence: Presence = ALWAYS

    metrics: tuple[Metric, ...] = ()
    """The families it comes from, as far as they are known."""

    counter: Metric | None = None
    """The family whose running total it still is."""

    gauge: Metric | None = None
    """The family whose samples it still is, when that is a gauge."""

    buckets: Metric | None = None
    """The histogram whose buckets it holds."""

    ceiling: Ceiling | None = None

    def computed(self) -> Value:
        """Return a result of the same shape that is a number of its own: no total, no quantile, no buckets."""
        return replace(self, counter=None, gauge=None, buckets=None, ceiling=None)

    def join(self, other: Value) -> Value:
        """`self or other`."""
        return replace(
            self,
            labels=None if self.labels is None or other.labels is None else self.labels | other.labels,
            presence=either(self.presence, other.presence),
            metrics=merge(self, other),
            counter=self.counter or other.counter,
            gauge=None,
            buckets=self.buckets or other.buckets,
            ceiling=self.ceiling or other.ceiling,
        )

    def meet(self, other: Value) -> Value:
        """Arithmetic of two vectors, or `self and other` as far as presence goes."""
        return replace(self, presence=both(self.presence, other.presence), metrics=merge(self, other))


def merge(first: Value, other: Value) -> tuple[Metric, ...]:
    """Families of both, once each."""
    return tuple({metric.name: metric for metric in (*first.metrics, *other.metrics)}.values())
