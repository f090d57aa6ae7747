"""`Absence`: no target is found where a router is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.errors import Where


@dataclass(frozen=True)
class Absence:
    """No target of a job in one of the namespaces; for `*`, no target anywhere, or none in a namespace that had one within the hour."""

    job: str
    namespaces: tuple[str, ...]
    by: tuple[str, ...] = ("namespace", "job")
    unit: str = "no target"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def expression(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return the condition."""
        if self.namespaces != ("*",):
            return "\nor\n".join(f'absent(up{{job="{self.job}", namespace="{namespace}"}})' for namespace in self.namespaces)
        up = f'up{{job="{self.job}"}}'
        return (
            f"absent({up})\nor\n"
            f"(group by (namespace, job) (last_over_time({up}[1h])) unless group by (namespace, job) ({up}) and on () count({up}))"
        )


@dataclass(frozen=True)
class JobsMissing:
    """No target in a user's scrape job."""

    jobs: tuple[str, ...]
    by: tuple[str, ...] = ("job",)
    unit: str = "no target"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def expression(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return the condition."""
        return "\nor\n".join(f'absent(up{{job="{job}"}})' for job in self.jobs)
