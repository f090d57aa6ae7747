"""Queries with a line for each replica, and how a fleet of any size stays readable.

A replica is named by its pod, or by its address where there is none (outside Kubernetes). A picture with 200 lines says nothing, so lines
over time show the seven replicas that were highest at any time on screen (`@ end()`, so that membership does not change from point to point),
up to seven that no longer answer at its end, and the median of all: who is out of step, with what, and who is gone.
"""

from __future__ import annotations

from typing import Final

from semantic_router_observability.dashboards.panels import GREY, Query
from semantic_router_observability.dashboards.queries import RANGE, STEP, UP, series
from semantic_router_observability.dashboards.variables import SCRAPE_MATCHERS
from semantic_router_observability.router import catalogue

Expression = str

SHOWN: Final = 7
"""Lines of a picture, the median not counted: as many as have room in a legend."""

BY_REPLICA: Final = "sum by (instance, pod)"

GONE: Final = f"topk({SHOWN}, last_over_time({UP}[{RANGE}] @ end()) unless {UP} @ end() == 1)"
"""Replicas that no longer answer at the end of the range: they keep their history."""

SERVING: Final = f"{BY_REPLICA} ({UP} == 1)"
"""1 for each replica that answers."""


def per_replica(name: str, *matchers: str, window: str = STEP) -> Expression:
    """Give a family's value for each replica: a counter as a rate, a gauge added up over its other labels."""
    if catalogue.family(name).type == "counter":
        return f"{BY_REPLICA} (rate({series(name, *matchers)}[{window}]))"
    return f"{BY_REPLICA} ({series(name, *matchers)})"


def per_replica_or_zero(name: str, *matchers: str, window: str = STEP) -> Expression:
    """Count a replica that answers but has not counted anything yet as 0: in a fleet, the idle ones are the news."""
    return f"({per_replica(name, *matchers, window=window)} or 0 * {BY_REPLICA} ({UP} == 1))"


def share_of(name: str, window: str = STEP) -> Expression:
    """Divide each replica's rate by that of all; nothing while there is none."""
    return f"{per_replica_or_zero(name, window=window)} / on () group_left () (sum({per_replica(name, window=window)}) > 0)"


def scraped(name: str) -> Expression:
    """Give what Prometheus noted about its scrape of each replica."""
    return f"{BY_REPLICA} ({scrape_series(name)})"


def scrape_series(name: str) -> Expression:
    """Select one of the samples that Prometheus itself adds to each scrape, such as `scrape_duration_seconds`."""
    return f"{name}{{{', '.join(SCRAPE_MATCHERS)}}}"


def named(expression: Expression) -> Expression:
    """Add the label `replica`: the pod, or else the address."""
    address = f'label_replace({expression}, "replica", "$1", "instance", "(.+)")'
    return f'label_replace({address}, "replica", "$1", "pod", "(.+)")'


def briefly_named(expression: Expression) -> Expression:
    """Add the label `replica` without the Deployment's name, which all pods share: seven full names do not fit below a picture."""
    return f'label_replace({named(expression)}, "replica", "$1", "pod", ".+-(.+-.....)")'


def by_replica(expression: Expression) -> tuple[Query, Query]:
    """Draw the replicas that were highest at any time on screen, those that no longer answer at its end, and the median of all."""
    highest = f"topk({SHOWN}, max_over_time(({expression})[{RANGE}:$__interval] @ end()))"
    shown = f"{expression}\nand on (instance) ({highest} or {GONE})"
    return Query(briefly_named(shown), "{{replica}}"), Query(f"quantile(0.5, {expression})", "median", GREY)
