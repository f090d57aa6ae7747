"""Cases of `Absence` and `JobsMissing`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .case import Case, Labels, labels_of
from .labels import program, router
from .series import STALE, Series
from .stage import hold_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.absence import Absence, JobsMissing


def absence_cases(shape: Absence, tuning: Tuning) -> Iterator[Case]:
    """Return the cases of a router that is missing."""
    hold = hold_minutes(tuning)
    minutes = 30 + hold
    named = shape.namespaces != ("*",)
    namespace = shape.namespaces[0] if named else "routing"
    there = {other: [Series("up", router(other), [1.0] * (minutes + 1))] for other in ({*shape.namespaces} if named else {namespace})}
    lost = labels_of(namespace=namespace if named else "", job=shape.job)
    others = [series for other, up in there.items() if other != namespace for series in up]
    elsewhere = [Series("up", router("elsewhere"), [1.0] * (minutes + 1))]

    yield Case("never-installed", "fires", tuple(others), _from(0, lost), minutes)
    going = Series("up", router(namespace), [1.0] * 10 + [STALE] + [None] * (minutes - 10))
    if named:
        yield Case("gone", "fires", (going, *others, *elsewhere), _from(10, lost), minutes)
    else:
        yield Case("the-last-gone", "fires", (going,), _from(10, lost), minutes)
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
    yield Case("first-never-there", "fires", tuple(there[1:]), _from(0, labels_of(job=shape.jobs[0])), minutes)
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
