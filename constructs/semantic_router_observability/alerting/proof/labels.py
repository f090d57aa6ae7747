"""Labels that scraping gives to the series of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.router.target import JOB

if TYPE_CHECKING:
    from collections.abc import Mapping


def router(namespace: str, replica: int = 0) -> Mapping[str, str]:
    """Labels of a router's series."""
    return {
        "namespace": namespace,
        "job": JOB,
        "pod": f"{namespace}-{replica}",
        "instance": f"{namespace}-{replica}:9190",
        "service": "semantic-router-metrics",
    }


def program(namespace: str, job: str, replica: int = 0) -> Mapping[str, str]:
    """Labels of the series of another program."""
    return {"namespace": namespace, "job": job, "pod": f"{namespace}-{replica}", "instance": f"{namespace}-{replica}:80"}
