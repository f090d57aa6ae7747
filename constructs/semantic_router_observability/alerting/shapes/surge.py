"""`Surge`: far more events than in the hours before.

No fixed number suits both a busy and a quiet router. For a router that was scraped all the time, no series before means no events before,
so that a detector's first surge is noticed; a router that is new to Prometheus has no history, and the alert does not fire. With fewer than
`at_least` events there is no surge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.errors import Where, at

from .promql import INSTALLATION, Selector, counted, minutes, number, summed
from .shape import Compared

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


class Surge(Compared, frozen=True):
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

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - the threshold has no part in it
        """Return the events of the window."""
        return counted(self.by, self.events, minutes(self.window))

    def limit(self, tuning: Tuning) -> str:
        """Return the most events that are usual."""
        usual = summed(self.by, self.events.increase(minutes(self.before), offset=minutes(self.window)))
        factor = number(tuning.threshold * self.window / self.before)
        return f"{factor} * ({usual} or {self.number(tuning)} * 0)"

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        recent = self.number(tuning)
        watched = f"group by (namespace, job) (up offset {minutes(self.window + self.before)})"
        return f"{recent} > {self.limit(tuning)} and {recent} >= {tuning.at_least} and on (namespace, job) {watched}"
