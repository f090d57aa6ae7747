"""The cases of an alert, made from the numbers in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.shapes.absence import Absence, JobsMissing, NothingStored
from semantic_router_observability.alerting.shapes.always import Always
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.restarts import Restarts
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.alerting.shapes.slow import Slow
from semantic_router_observability.alerting.shapes.surge import Surge
from semantic_router_observability.alerting.shapes.volume import Volume

from .absence import absence_cases, missing_job_cases, stored_cases
from .count import CountEvents, count_cases
from .examples import EXAMPLES, Example
from .gauges import GAUGES
from .level import LevelCases
from .restarts import restart_cases
from .share import ShareEvents, share_cases
from .slow import SlowEvents, slow_cases
from .surge import SurgeEvents, surge_cases
from .volume import volume_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.alerting.definition import Definition

    from .case import Case

ALONE: Final = (Absence, JobsMissing, NothingStored, Always, Volume)
"""Shapes whose cases cannot share a Prometheus: one would provide what another misses."""


def cases(alert: Definition) -> Iterator[Case]:
    """Return series and the minutes at which the alert fires on them, and must not.

    Raises:
        TypeError: no cases are known for the alert's shape.

    """
    shape, numbers = alert.shape, alert.tuning
    example = EXAMPLES.get(alert.name, Example())
    match shape:
        case Share():
            found = share_cases(ShareEvents(shape, example), numbers)
        case Slow():
            found = slow_cases(SlowEvents(shape, example), numbers)
        case Count():
            found = count_cases(CountEvents(shape, example), numbers)
        case Surge():
            found = surge_cases(SurgeEvents(shape, example), numbers)
        case Level():
            gauge = GAUGES[alert.name]
            found = volume_cases(shape, gauge, numbers) if isinstance(shape, Volume) else LevelCases(shape, gauge).cases(numbers)
        case Restarts():
            found = restart_cases(numbers)
        case Absence():
            found = absence_cases(shape, numbers)
        case JobsMissing():
            found = missing_job_cases(shape, numbers)
        case NothingStored() | Always():
            found = stored_cases(shape, numbers)
        case _:
            raise TypeError(f"alert {alert.name}: no cases are known for {type(shape).__name__}; add them to alerting/proof/cases.py")
    return found
