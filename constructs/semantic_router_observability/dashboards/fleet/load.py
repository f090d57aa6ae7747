"""Who does the work: requests, errors and overhead by replica, and how evenly they are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet import bounds
from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.fleet.replicas import briefly_named, by_replica, per_replica_or_zero, share_of
from semantic_router_observability.dashboards.fleet.state import ERRORS, OVERHEAD, REQUESTS
from semantic_router_observability.dashboards.panels import BLUE, VERMILION, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import RECENT, STEP, series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def requests() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests"],
            title="Requests by replica",
            description=(
                "Requests per second of the seven busiest replicas and the median of all. Normal: a narrow bundle. A replica that answers scrapes "
                "but gets no request is drawn at zero."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        *by_replica(per_replica_or_zero(REQUESTS)),
    )


def request_share() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["request-share"],
            title="Share of requests now",
            description=(
                "Share of each of the 12 busiest replicas in the requests of the last 5 minutes. Even is one over the number of replicas. "
                "The table above has all of them, the idle ones included."
            ),
            unit="percentunit",
            no_value="no requests",
            decimals=1,
        ),
        Query(f"sort_desc(topk(12, {briefly_named(share_of(REQUESTS, RECENT))}))", "{{replica}}"),
    )


def skew() -> Panel:
    rates = per_replica_or_zero(REQUESTS)
    return timeseries(
        About(
            id=PANEL_IDS["skew"],
            title="Load skew",
            description=(
                "Request rate of the busiest and of the idlest replica, over the mean of all. Both are 1 when load is even; the dashed line is 2. "
                "Busiest at the number of replicas and idlest at 0 means that one replica does everything. Gaps are times without requests."
            ),
            unit="none",
            no_value="no requests",
        ),
        Query(f"max({rates}) / (avg({rates}) > 0)", "busiest", VERMILION),
        Query(f"min({rates}) / (avg({rates}) > 0)", "idlest", BLUE),
        bound=bounds.SKEW,
        top=2,
    )


def in_flight() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["in-flight"],
            title="In flight by replica",
            description=(
                "Requests being answered, for the seven replicas that have most, and the median of all. One line far above the others with an "
                "equal request rate is a replica whose answers take longer, or that lost track of requests (they leave the count after 10 minutes)."
            ),
            unit="none",
            no_value="no router up",
            decimals=0,
        ),
        *by_replica(per_replica_or_zero("llm_model_inflight_requests")),
        top=5,
    )


def errors() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["errors"],
            title="Errors by replica",
            description=(
                "Errors per second of the seven replicas that have most, whatever the cause. Errors of backends and clients spread like requests do; "
                "a single replica with errors has a problem of its own. The first error of a kind is invisible in a rate."
            ),
            unit=rate_unit("errors"),
            no_value="no router up",
        ),
        *by_replica(per_replica_or_zero(ERRORS)),
        rare=True,
    )


def routing_overhead() -> Panel:
    buckets = f"rate({series(OVERHEAD, part='_bucket')}[{STEP}])"
    return timeseries(
        About(
            id=PANEL_IDS["routing-overhead"],
            title="Overhead p95 by replica",
            description=(
                "Time a replica adds before it forwards a request, 95th percentile, for the seven slowest and the median of all; the dashed "
                "line is 100 ms by default. One slow replica points at its node: a neighbour that takes the CPU, a limit that throttles, no accelerator."
            ),
            unit="s",
            no_value="no requests",
        ),
        *by_replica(f"(histogram_quantile(0.95, sum by (le, instance, pod) ({buckets})) >= 0)"),
        bound=bounds.ROUTING_OVERHEAD,
    )
