"""`Count`: too many events in a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.errors import Where, at

from .promql import INSTALLATION, Selector, counted, minutes, number
from .shape import Compared

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


class Count(Compared, frozen=True):
    """More than `threshold` events in a window."""

    events: Selector
    window: int
    """Minutes."""
    by: tuple[str, ...] = INSTALLATION
    scale: float = 1
    """Factor of the count before the comparison, to convert it to another span of time."""
    unit: str = "events"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a negative number."""
        knobs.not_negative(at(where, "threshold"), tuning.threshold)

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - the events are counted all the same
        """Return the count, in the unit of the threshold."""
        count = counted(self.by, self.events, minutes(self.window))
        return count if self.scale == 1 else f"{count} * {number(self.scale)}"

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return f"{self.number(tuning)} > {number(tuning.threshold)}"
