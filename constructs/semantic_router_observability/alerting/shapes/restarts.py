"""`Restarts`: a process restarted more often than it may, by its start time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.errors import Where, at
from semantic_router_observability.router.target import JOB

from .promql import number
from .shape import Compared

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


class Restarts(Compared, frozen=True):
    """More than `threshold` restarts of one pod within an hour; a rollout creates new pods, which have not restarted."""

    by: tuple[str, ...] = ("namespace", "job", "pod", "instance", "service")
    unit: str = "restarts per hour"

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a negative number."""
        knobs.not_negative(at(where, "threshold"), tuning.threshold)

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - restarts are counted all the same
        """Return the restarts."""
        return f'changes(process_start_time_seconds{{job="{JOB}"}}[1h])'

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return f"{self.number(tuning)} > {number(tuning.threshold)}"
