"""`Share`: too large a ratio of events was bad.

For low traffic, the ratio counts only with `at_least` bad events in the window. One failure at night never pages, and a
service that fails every request is noticed with its `at_least`-th failure, however rare its requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.knobs import threshold_of
from semantic_router_observability.errors import Where, at

from .promql import INSTALLATION, Failures, Selector, counted, minutes, number, parts
from .shape import Compared

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


class Share(Compared, frozen=True):
    """Bad events over all events, in a window."""

    bad: Selector | Failures
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

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - the threshold has no part in it
        """Return the ratio, 0 where only good events were counted."""
        bad, other = self._bad(), counted(self.by, self.whole, minutes(self.window))
        return self._ratio(f"({bad} or {other} * 0)", bad, other)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(self._part(threshold, tuning.at_least, split[model]) for model, threshold in tuning.thresholds.items())

    def _part(self, threshold: float, at_least: int, matchers: tuple[str, ...]) -> str:
        bad, other = self._bad(*matchers), counted(self.by, self.whole, minutes(self.window), *matchers)
        return f"{self._ratio(bad, bad, other)} > {number(threshold)} and {bad} >= {at_least}"

    def _bad(self, *matchers: str) -> str:
        return counted(self.by, self.bad, minutes(self.window), *matchers)

    def _ratio(self, part: str, bad: str, other: str) -> str:
        if self.apart:
            return f"{part} / (({bad} or {other} * 0) + ({other} or {bad} * 0) > 0)"
        # The other counter may lag behind: then the bad events are all events, and the ratio is 1 and not 5.
        return f"clamp_max({part} / ({other} > 0 or {bad} > 0), 1)"
