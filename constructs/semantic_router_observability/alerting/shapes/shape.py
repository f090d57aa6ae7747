"""What all kinds of condition have in common: they write their expression, and the cases that prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from semantic_router_observability.router.target import JOB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.proof.case import Case


class Shape(Protocol):
    """A kind of condition."""

    @property
    def unit(self) -> str:
        """What the threshold counts, for the table of alerts."""
        ...

    def check(self, where: str, tuning: Tuning) -> None:
        """Refuse numbers that cannot work."""
        ...

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        ...

    def cases(self, tuning: Tuning) -> Iterator[Case]:
        """Return what proves it."""
        ...


def router(namespace: str, replica: int = 0) -> Mapping[str, str]:
    """Labels that scraping gives to a router's series."""
    return {
        "namespace": namespace,
        "job": JOB,
        "pod": f"{namespace}-{replica}",
        "instance": f"{namespace}-{replica}:9190",
        "service": "semantic-router-metrics",
    }


def program(namespace: str, job: str, replica: int = 0) -> Mapping[str, str]:
    """Labels of the series of a program beside the router."""
    return {"namespace": namespace, "job": job, "pod": f"{namespace}-{replica}", "instance": f"{namespace}-{replica}:80"}
