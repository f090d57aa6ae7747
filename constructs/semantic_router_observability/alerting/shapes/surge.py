"""`Surge`: far more events than in the hours before.

No fixed number suits both a busy and a quiet router. For a router that was scraped all the time, no series before means no events before,
so that a detector's first surge is noticed; a router that is new to Prometheus has no history, and the alert does not fire. With fewer than
`at_least` events there is no surge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.errors import Where, at

from .promql import INSTALLATION, Selector, counted, minutes, number

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Surge:
    """More than `threshold` times the events of an average window of the hours before."""

    events: Selector
    window: int
    """Minutes."""
    before: int
    """Minutes before the window that are the reference."""
    by: tuple[str, ...] = INSTALLATION
    unit: str = "times the usual"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a factor of at most 1."""
        knobs.positive(at(where, "threshold"), tuning.threshold - 1)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        recent = counted(self.by, self.events, minutes(self.window))
        usual = counted(self.by, self.events, minutes(self.before), offset=minutes(self.window))
        factor = number(tuning.threshold * self.window / self.before)
        watched = f"group by (namespace, job) (up offset {minutes(self.window + self.before)})"
        return f"{recent} > {factor} * ({usual} or {recent} * 0) and {recent} >= {tuning.at_least} and on (namespace, job) {watched}"
