"""`Surge`: far more of something than in the hours before.

No fixed number suits both a busy and a quiet router. Where a router was watched all the time, what has no history had none of it, so that
a detector's first wave is seen; a router that is new to Prometheus has nothing to compare with, and stays quiet. `at_least` keeps a handful
from being called a surge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs

from .promql import INSTALLATION, Selector, counted, minutes, number

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Surge:
    """More than `threshold` times the events of an equally long stretch of the time before."""

    events: Selector
    window: int
    """Minutes."""
    before: int
    """Minutes before the window that tell what is usual."""
    by: tuple[str, ...] = INSTALLATION
    unit: str = "times the usual"

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse a factor that is no growth."""
        knobs.positive(f"{where}: threshold", tuning.threshold - 1)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        recent = counted(self.by, self.events, minutes(self.window))
        usual = counted(self.by, self.events, minutes(self.before), offset=minutes(self.window))
        factor = number(tuning.threshold * self.window / self.before)
        watched = f"group by (namespace, job) (up offset {minutes(self.window + self.before)})"
        return f"{recent} > {factor} * ({usual} or {recent} * 0) and {recent} >= {tuning.at_least} and on (namespace, job) {watched}"
