"""The cases of an alert, made from the numbers in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.shapes.absence import Absence, JobsMissing
from semantic_router_observability.alerting.shapes.always import Always
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.restarts import Restarts
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.alerting.shapes.slow import Slow
from semantic_router_observability.alerting.shapes.surge import Surge

from .absence import absence_cases, missing_job_cases
from .case import Case
from .count import CountEvents, count_cases
from .examples import EXAMPLES, Example
from .gauges import GAUGES
from .level import LevelCases
from .restarts import restart_cases
from .share import ShareEvents, share_cases
from .slow import SlowEvents
from .surge import SurgeEvents, surge_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.alerting.definition import Definition

ALONE: Final = (Absence, JobsMissing, Always)
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
            found = share_cases(SlowEvents(shape, example), numbers)
        case Count():
            found = count_cases(CountEvents(shape, example), numbers)
        case Surge():
            found = surge_cases(SurgeEvents(shape, example), numbers)
        case Level():
            found = LevelCases(shape, GAUGES[alert.name]).cases(numbers)
        case Restarts():
            found = restart_cases(numbers)
        case Absence():
            found = absence_cases(shape, numbers)
        case JobsMissing():
            found = missing_job_cases(shape, numbers)
        case Always():
            found = iter((Case("always", "fires", (), lambda _: {(): 1.0}, 10),))
        case _:
            raise TypeError(f"alert {alert.name}: no cases are known for {type(shape).__name__}; add them to alerting/proof/cases.py")
    return found
