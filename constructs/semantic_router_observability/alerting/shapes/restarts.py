"""`Restarts`: a process began anew more often than it should, seen by its start time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.proof.case import Case, Labels
from semantic_router_observability.alerting.proof.series import STALE, Series
from semantic_router_observability.router.target import JOB

from .events import hold_minutes, keep_minutes
from .promql import number
from .shape import router

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.proof.case import Intent
    from semantic_router_observability.alerting.proof.series import Value

_WINDOW = 60
_START = 1_800_000_000.0


@dataclass(frozen=True)
class Restarts:
    """More than `threshold` restarts of one pod within an hour; a rollout makes new pods, which have not restarted."""

    by: tuple[str, ...] = ("namespace", "job", "pod", "instance", "service")
    unit: str = "restarts an hour"

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse a negative number."""
        knobs.not_negative(f"{where}: threshold", tuning.threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return f'changes(process_start_time_seconds{{job="{JOB}"}}[1h]) > {number(tuning.threshold)}'

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        allowed = math.floor(tuning.threshold)
        length = 2 * _WINDOW + hold_minutes(tuning) + keep_minutes(tuning) + 12
        apart = max(1, (_WINDOW // 2) // (allowed + 1))
        often = [10 + apart * number for number in range(allowed + 1)]
        yield self._case("too-often", "fires", tuning, _starting(often, length))
        yield self._case("as-often-as-it-may", "quiet", tuning, _starting(often[:allowed], length))
        yield self._case("never", "quiet", tuning, _starting([], length))
        ending: list[Value] = [*_starting([], 20), STALE, *[None] * (length - 21)]
        beginning: list[Value] = [*[None] * 18, *[_START + 999] * (length - 17)]
        yield self._case("rolling-restart", "quiet", tuning, ending, beginning)

    def _case(self, name: str, intent: Intent, tuning: Tuning, *replicas: Sequence[Value]) -> Case:
        series = tuple(Series("process_start_time_seconds", router(name, number), values) for number, values in enumerate(replicas))

        def truth(minute: int) -> Mapping[Labels, float]:
            found: dict[Labels, float] = {}
            for each in series:
                seen = [value for index in range(max(0, minute - _WINDOW + 1), minute + 1) if (value := each.at(index)) is not None]
                changes = sum(before != after for before, after in pairwise(seen))
                if changes > tuning.threshold:
                    found[tuple(sorted(each.labels.items()))] = float(changes)
            return found

        return Case(name, intent, series, truth, len(replicas[0]) - 1)


def _starting(minutes: Sequence[int], length: int) -> list[Value]:
    """Start times of a process that begins anew at these minutes."""
    return [_START + 60 * max([0, *(begun for begun in minutes if begun <= minute)]) for minute in range(length)]
