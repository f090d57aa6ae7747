"""`Absence`: no target is found where a router is expected. `NothingStored`: Prometheus has no samples to find anything by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .shape import Compared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.errors import Where


STORES: Final = "group(up)"
"""1 while Prometheus stores samples: each scrape of each target, failed ones too, leaves one of `up`."""


class NothingStored(Compared, frozen=True):
    """No sample of any target for five minutes, the time for which Prometheus takes the last one as current."""

    by: tuple[str, ...] = ()
    unit: str = "no samples"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return self.number(tuning)

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return 1 when nothing is stored."""
        return "absent(up)"


class Absence(Compared, frozen=True):
    """No target of a job in one of the namespaces; for `*`, no target anywhere, or none in a namespace that had one within the hour.

    A Prometheus that stores nothing knows of no target, and claims nothing about the router: that is `NothingStored`.
    """

    job: str
    namespaces: tuple[str, ...]
    home: str = ""
    """Namespace that no target anywhere is attributed to; empty: none."""
    sees_others: bool = True
    """Whether the rule sees targets of other programs, by which it knows that samples are stored. One that is limited to the router's
    namespace may see none, and would never fire."""
    by: tuple[str, ...] = ("namespace", "job")
    unit: str = "no target"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return self.number(tuning)

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return 1 for each place without a target."""
        if self.namespaces != ("*",):
            absences = [f'absent(up{{job="{self.job}", namespace="{namespace}"}})' for namespace in self.namespaces]
            return _while_stored(absences) if self.sees_others else "\nor\n".join(absences)
        up = f'up{{job="{self.job}"}}'
        absent = f'label_replace(absent({up}), "namespace", "{self.home}", "", "")' if self.home else f"absent({up})"
        return (
            f"{_while_stored([absent])}\nor\n"
            f"(group by (namespace, job) (last_over_time({up}[1h])) unless group by (namespace, job) ({up}) and on () count({up}))"
        )


class JobsMissing(Compared, frozen=True):
    """No target in a user's scrape job."""

    jobs: tuple[str, ...]
    by: tuple[str, ...] = ("job",)
    unit: str = "no target"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return self.number(tuning)

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return 1 for each job without a target."""
        return _while_stored(f'absent(up{{job="{job}"}})' for job in self.jobs)


def _while_stored(absences: Iterable[str]) -> str:
    """Join conditions that hold for lack of samples, and hold them only while there are samples."""
    first, *others = absences
    joined = "(" + "\nor\n".join((first, *others)) + ")" if others else first
    return f"{joined} and on () {STORES}"
