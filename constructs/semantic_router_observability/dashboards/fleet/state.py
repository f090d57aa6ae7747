"""The first lines: is every replica there, is one of them out of step, and a table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet import bounds
from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.fleet.replicas import (
    BY_REPLICA,
    named,
    per_replica,
    per_replica_or_zero,
    scrape_series,
    share_of,
)
from semantic_router_observability.dashboards.panels import CORES, About, Column, Query, rate_unit, stat, table
from semantic_router_observability.dashboards.queries import RANGE, RECENT, UP, quantile, series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

REQUESTS = "llm_model_requests_total"
ERRORS = "llm_request_errors_total"
OVERHEAD = "llm_model_routing_latency_seconds"
STARTED = "process_start_time_seconds"


def replicas_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["replicas-now"],
            title="Replicas",
            description=(
                "Router pods that answered the last scrape, and those that should have. Normal: none down. Up says that the metrics port "
                "is open, which happens before the models are loaded; a pod that was deleted counts on neither side."
            ),
            unit="none",
            no_value="none found",
        ),
        Query(f"sum({UP})", "up"),
        Query(f"count({UP}) - sum({UP})", "down"),
        bound=1,
        least={"up": 1},
    )


def restarts_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["restarts-now"],
            title="Restarts",
            description=(
                "Restarts of router containers within the range on screen, all replicas together. Everything a router keeps in memory "
                "(cached answers, learned ratings, counters) begins anew with each. A replaced pod is not a restart: it has a new address."
            ),
            unit="none",
            no_value="no data",
        ),
        Query(f"sum(changes({series(STARTED)}[{RANGE}]))", "restarts"),
        bound=1,
    )


def youngest_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["youngest-now"],
            title="Youngest",
            description=(
                "Age of the router process that started last. Minutes in a fleet without a deployment or scaling means that a pod is being "
                "replaced or restarted; its cache is cold and it may still be loading models."
            ),
            unit="s",
            no_value="none found",
            decimals=1,
        ),
        Query(f"time() - max({series(STARTED)})", "youngest"),
    )


def skew_now() -> Panel:
    rates = per_replica_or_zero(REQUESTS, window=RECENT)
    return stat(
        About(
            id=PANEL_IDS["skew-now"],
            title="Load skew",
            description=(
                "Request rate of the busiest replica over the mean of all, last 5 minutes. 1 is perfectly even; red from 2. Envoy keeps one "
                "long-lived gRPC connection to a router, so new replicas can stay idle until the balancing is per request."
            ),
            unit="none",
            no_value="no requests",
            decimals=2,
        ),
        Query(f"max({rates}) / (avg({rates}) > 0)", "skew"),
        bound=bounds.SKEW,
    )


def memory_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["memory-now"],
            title="Top memory",
            description=(
                "Resident memory of the largest router process at the last scrape, classifier weights included. The container's limit is not "
                "known to Prometheus without kube-state-metrics; compare with the limit in the Deployment."
            ),
            unit="bytes",
            decimals=2,
        ),
        Query(f"max({series('process_resident_memory_bytes')})", "memory"),
    )


def cpu_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["cpu-now"],
            title="Top CPU",
            description=(
                "CPU cores that the busiest router process used, mean of the last 5 minutes. A value at the container's limit means "
                "throttling, which shows up as routing overhead."
            ),
            unit=CORES,
            decimals=2,
        ),
        Query(f"max({per_replica('process_cpu_seconds_total', window=RECENT)})", "cpu"),
    )


def files_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["files-now"],
            title="Open files",
            description=(
                "Open file descriptors over their limit, for the router process that has the largest share; connections count as files. "
                "Normal: far below 10 %. Red from 80 %: at 100 % it can accept no connection any more."
            ),
            unit="percentunit",
            decimals=2,
        ),
        Query(f"max({per_replica('process_open_fds')} / {per_replica('process_max_fds')})", "share"),
        bound=bounds.FILES,
    )


def scrape_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["scrape-now"],
            title="Slowest scrape",
            description=(
                "How long the slowest router took to answer the last scrape. Normal: tens of milliseconds. Red from 5 s: at 10 s, Prometheus's "
                "default limit, the scrape fails and the router counts as down although it serves."
            ),
            unit="s",
            no_value="none found",
            decimals=1,
        ),
        Query(f"max({scrape_series('scrape_duration_seconds')})", "slowest"),
        bound=bounds.SCRAPE_TIME,
    )


def replicas() -> Panel:
    def cell(expression: str) -> str:
        return f"sum by (replica) ({named(expression)})"

    rates = per_replica_or_zero(REQUESTS, window=RECENT)
    return table(
        About(
            id=PANEL_IDS["replicas"],
            title="All replicas",
            description=(
                "One line a replica, those that do not answer first, as of the end of the range; rates are means of the last 5 minutes, overhead is their 95th percentile. Click a heading to "
                "sort. Look for the line that differs: all replicas run the same configuration, so one that is slower, larger or idle has "
                "a problem of its own (node, network, connection balancing). Requests that name a concrete model count, too."
            ),
            unit="short",
            no_value="no replicas found",
        ),
        Column("Replica", label="replica", width=280),
        Column("Up", cell(f"{BY_REPLICA} ({UP})"), decimals=0, least=1),
        Column("Uptime", cell(f"time() - {per_replica(STARTED)}"), unit="s", decimals=1),
        Column("Restarts", cell(f"{BY_REPLICA} (changes({series(STARTED)}[{RANGE}]))"), decimals=0, bound=1),
        Column("Requests", cell(rates), unit="reqps", decimals=2),
        Column("Share", cell(share_of(REQUESTS, RECENT)), unit="percentunit", decimals=1),
        Column("Errors", cell(per_replica_or_zero(ERRORS, window=RECENT)), unit=rate_unit("errors"), decimals=2, width=120),
        Column("In flight", cell(per_replica_or_zero("llm_model_inflight_requests")), decimals=0),
        Column(
            "Overhead",
            cell(quantile(0.95, OVERHEAD, by=["instance", "pod"], window=RECENT)),
            unit="s",
            decimals=1,
            bound=bounds.ROUTING_OVERHEAD,
        ),
        Column("CPU", cell(per_replica("process_cpu_seconds_total", window=RECENT)), unit=CORES, decimals=2),
        Column("Memory", cell(per_replica("process_resident_memory_bytes")), unit="bytes", decimals=2),
        Column("Goroutines", cell(per_replica("go_goroutines")), decimals=0),
        first="Up",
    )
