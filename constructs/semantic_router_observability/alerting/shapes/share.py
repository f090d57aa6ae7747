"""`Share`: too large a part of what happened was bad.

The rule for low traffic: the share counts only once `at_least` bad events lie in the window. One failure at night never pages, and a
service that fails everything is noticed with its `at_least`-th failure, however rare its requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.proof.series import increase

from .events import Stage, Traffic, happenings, hold_minutes, keep_minutes, not_selected, selected
from .promql import INSTALLATION, Selector, counted, minutes, number, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.proof.case import Case
    from semantic_router_observability.alerting.proof.series import Series, Value

    from .events import Measured


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
    unit: str = "share of events"

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse what is no share."""
        for model, threshold in tuning.thresholds.items():
            knobs.share(f"{where}: {'threshold' if model is None else f'models.{model}'}", threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(self._part(threshold, tuning.at_least, split[model]) for model, threshold in tuning.thresholds.items())

    def _part(self, threshold: float, at_least: int, matchers: tuple[str, ...]) -> str:
        window = minutes(self.window)
        bad = counted(self.by, self.bad, window, *matchers)
        other = counted(self.by, self.whole, window, *matchers)
        # What is counted elsewhere may lag behind: then the bad events are all there is, and the share is 1 and not 5.
        whole = f"({bad} or {other} * 0) + ({other} or {bad} * 0) > 0" if self.apart else f"{other} > {bad} or {bad} > 0"
        return f"{bad} / ({whole}) > {number(threshold)} and {bad} >= {at_least}"

    def example(self) -> Mapping[str, str]:
        """Labels of a result."""
        return self.bad.example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        good = less(traffic.whole, traffic.bad) if self.apart else traffic.whole
        return [*selected(self.bad, base, traffic.bad), *selected(self.whole, base, good)]

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:
        """Series that must make no difference."""
        return not_selected(self.bad, base, values)

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the share, when it is too large."""
        bad = counts((each.bad for each in replicas), minute, self.window)
        if bad is None:
            return None
        if self.apart:
            good = counts((less(each.whole, each.bad) for each in replicas), minute, self.window)
            whole = bad if good is None else bad + good
        else:
            whole = max(counts((each.whole for each in replicas), minute, self.window) or 0, bad)
        return bad / whole if whole and bad / whole > threshold and bad >= tuning.at_least else None

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        return share_cases(self, tuning)


def share_cases(shape: Measured, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a share, for every threshold."""
    for model, threshold in tuning.thresholds.items():
        length = 2 * shape.window + hold_minutes(tuning) + keep_minutes(tuning) + 12
        stage = Stage(shape, tuning, threshold, model, warm=shape.window + 3, after=length)
        # No round number: its fourth digit in a message could go either way.
        above, below = threshold + min(threshold * 0.093713779, (1 - threshold) * 0.487137713), threshold * 0.9
        rate = float(max(60, round(4 * tuning.at_least / (threshold * shape.window))))
        yield from happenings(stage, above=above * rate, below=below * rate, rate=rate)
        if tuning.at_least > 1:
            once = stage.spell(1, 1)
            yield stage.case("one-failure", "quiet", Traffic(once, once))
        rare = stage.usual(0, 1.5 * tuning.at_least / shape.window)
        yield stage.case("everything-fails-rarely", "fires", Traffic(rare, rare))


def counts(replicas: Iterable[Sequence[Value] | None], minute: int, window: int) -> float | None:
    """Events of all replicas in a window; None: nobody has an answer."""
    found = [value for each in replicas if each is not None and (value := increase(each, minute, window)) is not None]
    return sum(found) if found else None


def less(whole: Sequence[Value] | None, bad: Sequence[Value] | None) -> list[Value] | None:
    """Return what is left of all events without the bad ones."""
    if whole is None:
        return None
    if bad is None:
        return list(whole)
    return [None if all_of is None else all_of - (some or 0) for all_of, some in zip(whole, bad, strict=True)]
