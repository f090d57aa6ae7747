"""Cases of `Share`, and what those of other ratios have in common with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .series import increase
from .stage import Stage, Traffic, hold_minutes, keep_minutes, scenarios, selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.share import Share

    from .case import Case
    from .examples import Example
    from .series import Series, Value
    from .stage import Measured


@dataclass(frozen=True)
class ShareEvents:
    """Bad events and all events."""

    shape: Share
    example: Example

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        good = less(traffic.whole, traffic.bad) if self.shape.apart else traffic.whole
        return [
            *(
                series
                for labels in ({}, *self.example.twins)
                for series in selected(self.shape.bad, {**base, **self.example.bad, **labels}, traffic.bad)
            ),
            *selected(self.shape.whole, {**base, **self.example.whole}, good),
        ]

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:
        """Series that must not change the result."""
        return [
            series for labels in self.example.decoys for series in selected(self.shape.bad, {**base, **self.example.bad, **labels}, values)
        ]

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the ratio, when it is too large."""
        window = self.shape.window
        bad = counts((replica.bad for replica in replicas), minute, window)
        if bad is None:
            return None
        if self.shape.apart:
            good = counts((less(replica.whole, replica.bad) for replica in replicas), minute, window)
            whole = bad if good is None else bad + good
        else:
            whole = max(counts((replica.whole for replica in replicas), minute, window) or 0, bad)
        return bad / whole if whole and bad / whole > threshold and bad >= tuning.at_least else None


def share_cases(measured: Measured, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a ratio, for every threshold."""
    window = measured.shape.window
    for model, threshold in tuning.thresholds.items():
        length = 2 * window + hold_minutes(tuning) + keep_minutes(tuning) + 12
        stage = Stage(measured, tuning, threshold, model, warm=window + 3, after=length)
        # No round number: its fourth digit in a message could go either way.
        above, below = threshold + min(threshold * 0.093713779, (1 - threshold) * 0.487137713), threshold * 0.9
        rate = float(max(60, round(4 * tuning.at_least / (threshold * window))))
        yield from scenarios(stage, above=above * rate, below=below * rate, rate=rate)
        if tuning.at_least > 1:
            once = stage.interval(1, 1)
            yield stage.case("one-failure", "quiet", Traffic(once, once))
        rare = stage.usual(0, 1.5 * tuning.at_least / window)
        yield stage.case("everything-fails-rarely", "fires", Traffic(rare, rare))


def counts(replicas: Iterable[Sequence[Value] | None], minute: int, window: int) -> float | None:
    """Events of all replicas in a window; None: no replica has an answer."""
    found = [value for values in replicas if values is not None and (value := increase(values, minute, window)) is not None]
    return sum(found) if found else None


def less(whole: Sequence[Value] | None, bad: Sequence[Value] | None) -> list[Value] | None:
    """Return what is left of all events without the bad ones."""
    if whole is None:
        return None
    if bad is None:
        return list(whole)
    return [None if all_of is None else all_of - (some or 0) for all_of, some in zip(whole, bad, strict=True)]
