"""Cases of `Absence`, `JobsMissing`, `NothingStored` and `Always`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.shapes.always import Always

from .case import Case, Labels, labels_of
from .labels import program, router
from .series import STALE, Series
from .stage import hold_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.absence import Absence, JobsMissing, NothingStored


_LOOKBACK: Final = 5
"""Minutes for which Prometheus takes the last sample as current."""


def stored_cases(shape: NothingStored | Always, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a Prometheus that stores nothing, and of the heartbeat that stops then."""
    if isinstance(shape, Always):
        yield Case("stores", "fires", (_own([1.0] * 21),), _from(0, ()), 20)
        yield Case("full", "fires", (_own([1.0] * 10),), _between(0, 8 + _LOOKBACK, ()), 20)
        yield Case("nothing-ever", "quiet", (), _never, 20)
        return
    minutes = 30 + hold_minutes(tuning)
    yield Case("nothing-ever", "fires", (), _from(0, ()), minutes)
    yield Case("full", "fires", (_own([1.0] * 10),), _from(9 + _LOOKBACK, ()), minutes)
    if hold_minutes(tuning):
        again = _own([1.0] * 10 + [None] * _LOOKBACK + [1.0] * (minutes - 9 - _LOOKBACK))
        yield Case("stores-again", "quiet", (again,), _between(9 + _LOOKBACK, 9 + _LOOKBACK, ()), minutes)
    yield Case("stores-failed-scrapes", "quiet", (_own([0.0] * (minutes + 1)),), _never, minutes)


def _own(values: Sequence[float | None]) -> Series:
    """Return what Prometheus stores about its own scrape."""
    return Series("up", program("monitoring", "prometheus"), list(values))


def absence_cases(shape: Absence, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a router that is missing."""
    hold = hold_minutes(tuning)
    minutes = 30 + hold
    named = shape.namespaces != ("*",)
    namespace = shape.namespaces[0] if named else "routing"
    there = {other: [Series("up", router(other), [1.0] * (minutes + 1))] for other in ({*shape.namespaces} if named else {namespace})}
    lost = labels_of(namespace=namespace if named else shape.home, job=shape.job)
    others = [series for other, up in there.items() if other != namespace for series in up]
    elsewhere = [Series("up", router("elsewhere"), [1.0] * (minutes + 1))]

    own = _own([1.0] * (minutes + 1))
    yield Case("never-installed", "fires", (own, *others), _from(0, lost), minutes)
    if shape.sees_others:
        yield Case("nothing-stored", "quiet", (), _never, minutes)
    else:
        yield Case("no-other-target", "fires", tuple(others), _from(0, lost), minutes)
    going = Series("up", router(namespace), [1.0] * 10 + [STALE] + [None] * (minutes - 10))
    if named:
        yield Case("gone", "fires", (going, *others, *elsewhere), _from(10, lost), minutes)
    else:
        yield Case("the-last-gone", "fires", (going, own), _from(10, lost), minutes)
        here = labels_of(namespace=namespace, job=shape.job)
        yield Case("one-of-two-gone", "fires", (going, *elsewhere), _from(10, here), minutes)
    down = Series("up", router(namespace), [0.0] * (minutes + 1))
    yield Case("down-but-there", "quiet", (down, *others), _never, minutes)
    everyone: Sequence[Series] = [series for up in there.values() for series in up]
    yield Case("there", "quiet", (*everyone, *elsewhere), _never, minutes)
    back = Series("up", router(namespace), [1.0] * 10 + [STALE] + [None] * max(0, hold - 2) + [1.0] * (minutes - 9 - max(0, hold - 2)))
    if hold > 1:
        yield Case("back-in-time", "quiet", (back, *others), _between(10, 10 + max(0, hold - 2), lost), minutes)


def missing_job_cases(shape: JobsMissing, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a job without targets."""
    minutes = 30 + hold_minutes(tuning)
    there = [Series("up", program("pool", job), [1.0] * (minutes + 1)) for job in shape.jobs]
    yield Case("there", "quiet", tuple(there), _never, minutes)
    own = _own([1.0] * (minutes + 1))
    yield Case("first-never-there", "fires", (own, *there[1:]), _from(0, labels_of(job=shape.jobs[0])), minutes)
    yield Case("nothing-stored", "quiet", (), _never, minutes)
    down = Series("up", program("pool", shape.jobs[0]), [0.0] * (minutes + 1))
    yield Case("down-but-there", "quiet", (down, *there[1:]), _never, minutes)


def _from(begin: int, labels: Labels) -> _Truth:
    return _Truth(begin, 10**9, labels)


def _between(begin: int, end: int, labels: Labels) -> _Truth:
    return _Truth(begin, end, labels)


@dataclass(frozen=True)
class _Truth:
    begin: int
    end: int
    labels: Labels

    def __call__(self, minute: int) -> Mapping[Labels, float]:
        return {self.labels: 1.0} if self.begin <= minute <= self.end else {}


def _never(_minute: int) -> Mapping[Labels, float]:
    return {}
