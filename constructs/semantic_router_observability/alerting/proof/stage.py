"""The cases of conditions over counters: the same scenarios for all of them, as events a minute.

Each case is a separate installation (namespace = name of the case), and all cases of an alert run in one Prometheus, which also proves that
installations are not mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from semantic_router_observability.alerting.rule import seconds

from .case import Case, labels_of
from .labels import router
from .series import Series, born, flat, gone, line, restarted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.promql import Failures, Selector

    from .case import Intent
    from .examples import Example
    from .series import Value

ORDINARY = "qwen3-8b"
"""A model without its own threshold."""


@dataclass(frozen=True)
class Traffic:
    """Counters of one replica: bad events, and all events; None: the series never appears."""

    bad: Sequence[Value] | None
    whole: Sequence[Value] | None


class Windowed(Protocol):
    """A condition over a window."""

    @property
    def window(self) -> int:
        """Minutes."""
        ...

    @property
    def by(self) -> tuple[str, ...]:
        """Labels of a result."""
        ...


class Measured(Protocol):
    """The events of a condition, as series and as the number that an alert would show."""

    @property
    def shape(self) -> Windowed:
        """The condition."""
        ...

    @property
    def example(self) -> Example:
        """Labels of the series besides those of installation and model."""
        ...

    def make(self, base: Mapping[str, str], traffic: Traffic) -> list[Series]:
        """Series of one replica."""
        ...

    def decoys(self, base: Mapping[str, str], values: Sequence[Value]) -> list[Series]:
        """Series that must not change the result."""
        ...

    def value(self, replicas: Sequence[Traffic], minute: int, threshold: float, tuning: Tuning) -> float | None:
        """Return the number that an alert would show; None: the condition does not hold."""
        ...


def hold_minutes(tuning: Tuning) -> int:
    """Whole minutes that the condition must hold."""
    return -(-seconds("", tuning.for_) // 60)


def keep_minutes(tuning: Tuning) -> int:
    """Whole minutes that the alert keeps firing."""
    return -(-seconds("", tuning.keep_firing_for) // 60)


@dataclass(frozen=True)
class Stage:
    """Makes cases of one condition."""

    events: Measured
    tuning: Tuning
    threshold: float
    model: str | None
    """Model with its own threshold; None: any other."""
    warm: int
    """Minute at which events turn bad."""
    after: int
    """Minutes from there on."""

    @property
    def minutes(self) -> int:
        """Length of a case."""
        return self.warm + self.after

    def case(self, name: str, intent: Intent, *replicas: Traffic) -> Case:
        """Make a case of several replicas."""
        name = name if self.model is None else f"{name}-{self.model}"
        model = {"model": self.model or ORDINARY} if "model" in self.events.shape.by else {}
        series: list[Series] = []
        for number, traffic in enumerate(replicas):
            base = {**router(name, number), **model}
            series += self.events.make(base, traffic)
            series += self.events.decoys(base, line((1000, self.minutes)))
        seen = {**router(name), **self.events.example.bad, **model}
        labels = labels_of(**{label: seen[label] for label in self.events.shape.by})

        def truth(minute: int) -> Mapping[tuple[tuple[str, str], ...], float]:
            value = self.events.value(replicas, minute, self.threshold, self.tuning)
            return {} if value is None else {labels: value}

        return Case(name, intent, tuple(series), truth, self.minutes)

    def usual(self, before: float, after: float) -> list[Value]:
        """Events a minute before and after events turn bad."""
        return line((before, self.warm), (after, self.after))

    def interval(self, rate: float, length: int) -> list[Value]:
        """Events for some minutes once events turn bad, and none before and afterwards."""
        return line((0, self.warm), (rate, length), (0, self.after - length))

    def beginning(self, rate: float, minute: int) -> list[Value]:
        """Counter of a replica that starts at this minute."""
        return [None] * minute + line((rate, self.minutes - minute))


def scenarios(stage: Stage, *, above: float, below: float, rate: float) -> Iterator[Case]:
    """Return the cases common to all conditions over counters; `above` and `below` are bad events a minute, `rate` all of them."""
    whole = stage.usual(rate, rate)
    yield stage.case("above", "fires", Traffic(stage.usual(0, above), whole))
    length = stage.after - stage.events.shape.window - keep_minutes(stage.tuning) - 5
    yield stage.case("recovers", "fires", Traffic(stage.interval(above, length), whole))
    yield stage.case("restarts", "fires", Traffic(restarted(stage.usual(0, above), stage.warm + 3), restarted(whole, stage.warm + 3)))
    yield stage.case("late-born", "fires", Traffic(born(stage.usual(0, above), stage.warm + 1), whole))
    half = Traffic(stage.usual(0, above / 2), stage.usual(rate / 2, rate / 2))
    if "pod" not in stage.events.shape.by:
        yield stage.case("two-replicas", "fires", half, half)
    yield stage.case("no-traffic", "quiet", Traffic(flat(50, stage.minutes), flat(500, stage.minutes)))
    yield stage.case("never-bad", "quiet", Traffic(None, whole))
    if below > 0:
        yield stage.case("below", "quiet", Traffic(stage.usual(0, below), whole))
        low = stage.usual(below, below)
        yield stage.case("reset", "quiet", Traffic(restarted(low, stage.warm + 2), restarted(whole, stage.warm + 2)))
        some, all_of = stage.usual(below * 0.35, below * 0.35), stage.usual(rate / 2, rate / 2)
        first, second = stage.warm, stage.warm + 4
        yield stage.case(
            "rolling-restart",
            "quiet",
            Traffic(gone(some, first), gone(all_of, first)),
            Traffic(gone(some, second), gone(all_of, second)),
            Traffic(stage.beginning(below * 0.35, first), stage.beginning(rate / 2, first)),
            Traffic(stage.beginning(below * 0.35, second), stage.beginning(rate / 2, second)),
        )


def selected(selector: Selector | Failures, labels: Mapping[str, str], values: Sequence[Value] | None) -> list[Series]:
    """Make a series of a selector's metric, unless nothing ever happened."""
    return [] if values is None else [Series(selector.name, labels, values)]
