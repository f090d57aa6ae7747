"""`Share`: too large a ratio of events was bad.

For low traffic, the ratio counts only with `at_least` bad events in the window. One failure at night never pages, and a
service that fails every request is noticed with its `at_least`-th failure, however rare its requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.knobs import threshold_of
from semantic_router_observability.errors import Where, at

from .promql import INSTALLATION, Selector, counted, minutes, number, parts

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Share:
    """Bad events over all events, in a window."""

    bad: Selector
    whole: Selector
    """All events, the bad ones among them; or the good ones, see `apart`."""
    window: int
    """Minutes."""
    by: tuple[str, ...] = INSTALLATION
    apart: bool = False
    """`whole` are the good events only."""
    unit: str = "ratio of events"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a threshold that is not a ratio."""
        for model, threshold in tuning.thresholds.items():
            knobs.ratio(at(where, *threshold_of(model)), threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(self._part(threshold, tuning.at_least, split[model]) for model, threshold in tuning.thresholds.items())

    def _part(self, threshold: float, at_least: int, matchers: tuple[str, ...]) -> str:
        window = minutes(self.window)
        bad = counted(self.by, self.bad, window, *matchers)
        other = counted(self.by, self.whole, window, *matchers)
        # The other counter may lag behind: then the bad events are all events, and the ratio is 1 and not 5.
        whole = f"({bad} or {other} * 0) + ({other} or {bad} * 0) > 0" if self.apart else f"{other} > {bad} or {bad} > 0"
        return f"{bad} / ({whole}) > {number(threshold)} and {bad} >= {at_least}"
