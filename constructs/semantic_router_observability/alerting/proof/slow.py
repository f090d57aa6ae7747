"""Cases of `Slow`: histograms whose observations lie above or below the bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.router.catalogue import family

from .series import Series
from .share import counts, less

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.slow import Slow

    from .examples import Example
    from .series import Value
    from .stage import Traffic


@dataclass(frozen=True)
class SlowEvents:
    """Observations above the bound, and all of them."""

    shape: Slow
    example: Example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica: a histogram whose observations lie in three of its buckets."""
        if traffic.whole is None:
            return []
        within = less(traffic.whole, traffic.bad) or []
        name = self.shape.histogram
        # Below the bound everything that is not slow, from it on the same, and in the last bucket all.
        return [
            *(Series(f"{name}_bucket", {**base, "le": le_text(bound)}, within) for bound in family(name).buckets),
            Series(f"{name}_bucket", {**base, "le": "+Inf"}, traffic.whole),
            Series(f"{name}_count", base, traffic.whole),
        ]

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:  # noqa: ARG002 - part of the protocol
        """Series that must not change the result."""
        return []

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the ratio, when it is too large."""
        within = counts((less(replica.whole, replica.bad) for replica in replicas), minute, self.shape.window)
        observed = counts((replica.whole for replica in replicas), minute, self.shape.window)
        if within is None or not observed:
            return None
        ratio = 1 - within / observed
        return ratio if ratio > threshold and observed - within >= tuning.at_least else None


def le_text(bound: float) -> str:
    """Write a bound as Prometheus 3 stores it."""
    return repr(float(bound))
