"""`Absence`: nobody is found where a router is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting.proof.case import Case, Labels, labels_of
from semantic_router_observability.alerting.proof.series import STALE, Series

from .events import hold_minutes
from .shape import program, router

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Absence:
    """No target of a job, in any of the named namespaces; without names, none at all, or none where there was one within the hour."""

    job: str
    namespaces: tuple[str, ...]
    by: tuple[str, ...] = ("namespace", "job")
    unit: str = "no target"
    alone: bool = True
    """Its cases cannot share a Prometheus: one would be what another misses."""

    def check(self, where: str, tuning: Tuning) -> None:
        """Nothing here can be wrong."""

    def expression(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return the condition."""
        if self.namespaces != ("*",):
            return "\nor\n".join(f'absent(up{{job="{self.job}", namespace="{namespace}"}})' for namespace in self.namespaces)
        up = f'up{{job="{self.job}"}}'
        return (
            f"absent({up})\nor\n"
            f"(group by (namespace, job) (last_over_time({up}[1h])) unless group by (namespace, job) ({up}) and on () count({up}))"
        )

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        hold = hold_minutes(tuning)
        minutes = 30 + hold
        named = self.namespaces != ("*",)
        namespace = self.namespaces[0] if named else "routing"
        there = {other: [Series("up", router(other), [1.0] * (minutes + 1))] for other in ({*self.namespaces} if named else {namespace})}
        lost = labels_of(namespace=namespace if named else "", job=self.job)
        others = [series for other, up in there.items() if other != namespace for series in up]
        elsewhere = [Series("up", router("elsewhere"), [1.0] * (minutes + 1))]

        yield Case("never-installed", "fires", tuple(others), _from(0, lost), minutes)
        going = Series("up", router(namespace), [1.0] * 10 + [STALE] + [None] * (minutes - 10))
        if named:
            yield Case("gone", "fires", (going, *others, *elsewhere), _from(10, lost), minutes)
        else:
            yield Case("the-last-gone", "fires", (going,), _from(10, lost), minutes)
            here = labels_of(namespace=namespace, job=self.job)
            yield Case("one-of-two-gone", "fires", (going, *elsewhere), _from(10, here), minutes)
        down = Series("up", router(namespace), [0.0] * (minutes + 1))
        yield Case("down-but-there", "quiet", (down, *others), _never, minutes)
        everybody: Sequence[Series] = [series for up in there.values() for series in up]
        yield Case("there", "quiet", (*everybody, *elsewhere), _never, minutes)
        back = Series("up", router(namespace), [1.0] * 10 + [STALE] + [None] * max(0, hold - 2) + [1.0] * (minutes - 9 - max(0, hold - 2)))
        if hold > 1:
            yield Case("back-in-time", "quiet", (back, *others), _between(10, 10 + max(0, hold - 2), lost), minutes)


@dataclass(frozen=True)
class JobsMissing:
    """No target at all in a job that somebody asked for."""

    jobs: tuple[str, ...]
    by: tuple[str, ...] = ("job",)
    unit: str = "no target"
    alone: bool = True

    def check(self, where: str, tuning: Tuning) -> None:
        """Nothing here can be wrong."""

    def expression(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return the condition."""
        return "\nor\n".join(f'absent(up{{job="{job}"}})' for job in self.jobs)

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        minutes = 30 + hold_minutes(tuning)
        there = [Series("up", program("pool", job), [1.0] * (minutes + 1)) for job in self.jobs]
        yield Case("there", "quiet", tuple(there), _never, minutes)
        yield Case("first-never-there", "fires", tuple(there[1:]), _from(0, labels_of(job=self.jobs[0])), minutes)
        down = Series("up", program("pool", self.jobs[0]), [0.0] * (minutes + 1))
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
