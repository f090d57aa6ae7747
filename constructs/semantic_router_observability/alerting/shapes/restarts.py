"""`Restarts`: a process restarted more often than it may, by its start time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.errors import Where, at
from semantic_router_observability.router.target import JOB

from .promql import number

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Restarts:
    """More than `threshold` restarts of one pod within an hour; a rollout creates new pods, which have not restarted."""

    by: tuple[str, ...] = ("namespace", "job", "pod", "instance", "service")
    unit: str = "restarts per hour"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a negative number."""
        knobs.not_negative(at(where, "threshold"), tuning.threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return f'changes(process_start_time_seconds{{job="{JOB}"}}[1h]) > {number(tuning.threshold)}'
