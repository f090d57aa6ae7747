"""Cases of `Restarts`."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from .case import Case, Labels
from .labels import router
from .series import STALE, Series
from .stage import hold_minutes, keep_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning

    from .case import Intent
    from .series import Value

_WINDOW = 60
_START = 1_800_000_000.0


def restart_cases(tuning: Tuning) -> Iterator[Case]:
    """Return the cases of restarts."""
    allowed = math.floor(tuning.threshold)
    length = 2 * _WINDOW + hold_minutes(tuning) + keep_minutes(tuning) + 12
    apart = max(1, (_WINDOW // 2) // (allowed + 1))
    often = [10 + apart * number for number in range(allowed + 1)]
    yield _case("too-often", "fires", tuning, _starting(often, length))
    yield _case("as-often-as-it-may", "quiet", tuning, _starting(often[:allowed], length))
    yield _case("never", "quiet", tuning, _starting([], length))
    ending: list[Value] = [*_starting([], 20), STALE, *[None] * (length - 21)]
    beginning: list[Value] = [*[None] * 18, *[_START + 999] * (length - 17)]
    yield _case("rolling-restart", "quiet", tuning, ending, beginning)


def _case(name: str, intent: Intent, tuning: Tuning, *replicas: Sequence[Value]) -> Case:
    series = tuple(Series("process_start_time_seconds", router(name, number), values) for number, values in enumerate(replicas))

    def truth(minute: int) -> Mapping[Labels, float]:
        found: dict[Labels, float] = {}
        for start in series:
            seen = [value for index in range(max(0, minute - _WINDOW + 1), minute + 1) if (value := start.at(index)) is not None]
            changes = sum(before != after for before, after in pairwise(seen))
            if changes > tuning.threshold:
                found[tuple(sorted(start.labels.items()))] = float(changes)
        return found

    return Case(name, intent, series, truth, len(replicas[0]) - 1)


def _starting(minutes: Sequence[int], length: int) -> list[Value]:
    """Start times of a process that begins anew at these minutes."""
    return [_START + 60 * max([0, *(begun for begun in minutes if begun <= minute)]) for minute in range(length)]
