"""The Go runtime below the router: for those who suspect the process itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet import bounds
from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.fleet.replicas import BY_REPLICA, by_replica, per_replica
from semantic_router_observability.dashboards.panels import BLUE, GREEN, ORANGE, About, Query, timeseries
from semantic_router_observability.dashboards.queries import STEP, rate, series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

PAUSES = "go_gc_duration_seconds"


def goroutines() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["goroutines"],
            title="Goroutines by replica",
            description=(
                "Goroutines of the seven replicas that have most, and the median of all. Normal: some dozens, plus a few for each request in flight. "
                "A line that climbs while requests in flight do not is a leak."
            ),
            unit="none",
            decimals=0,
        ),
        *by_replica(per_replica("go_goroutines")),
    )


def threads() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["threads"],
            title="Threads",
            description=(
                "Operating system threads of the replica that has most, the mean, and how many threads Go lets run at once (from the CPU limit). "
                "Calls into the native classifiers each occupy a thread, so threads far above the mean mean that classification queues up."
            ),
            unit="none",
            decimals=0,
        ),
        Query(f"max({series('go_threads')})", "most", ORANGE),
        Query(f"avg({series('go_threads')})", "mean", BLUE),
        Query(f"max({series('go_sched_gomaxprocs_threads')})", "run at once", GREEN),
    )


def gc_pause() -> Panel:
    # Prometheus 3 stores the quantile as a float, whatever the page says.
    longest = series(PAUSES, 'quantile=~"1|1[.]0"')
    return timeseries(
        About(
            id=PANEL_IDS["gc-pause"],
            title="Longest GC pause by replica",
            description=(
                "Longest recent stop for garbage collection, seven worst replicas and the median of all. Go reports its own maximum over recent "
                "cycles; maxima, unlike other quantiles, may be compared. Normal: below a few milliseconds."
            ),
            unit="s",
        ),
        *by_replica(f"{BY_REPLICA} ({longest})"),
        top=0.001,
    )


def gc_share() -> Panel:
    share = f"{BY_REPLICA} (rate({series(PAUSES, part='_sum')}[{STEP}]))"
    return timeseries(
        About(
            id=PANEL_IDS["gc-share"],
            title="Time stopped for GC",
            description=(
                "Share of time a replica stands still for garbage collection, seven worst and the median of all. Normal: below 0.1 %. "
                "Rising together with allocations: garbage; rising alone: too little CPU."
            ),
            unit="percentunit",
        ),
        *by_replica(share),
        top=0.001,
    )


def allocations() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["allocations"],
            title="Allocations by replica",
            description=(
                "Bytes of Go memory allocated per second, seven highest replicas and the median of all. Follows requests and the size of their bodies; "
                "a change of level without a change of traffic comes with a new version."
            ),
            unit="Bps",
        ),
        *by_replica(per_replica("go_memstats_alloc_bytes_total")),
    )


def heap_objects() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["heap-objects"],
            title="Heap objects by replica",
            description=(
                "Objects on the Go heap, seven highest replicas and the median of all. Normal: a saw tooth of garbage collection on a level that stays. "
                "In-memory caches raise the level until they are full."
            ),
            unit="short",
        ),
        *by_replica(per_replica("go_memstats_heap_objects")),
    )


def files() -> Panel:
    share = f"({per_replica('process_open_fds')} / {per_replica('process_max_fds')})"
    return timeseries(
        About(
            id=PANEL_IDS["files"],
            title="Open files by replica",
            description=(
                "Open file descriptors over their limit, seven highest replicas and the median of all; the dashed line is 80 %. Connections to "
                "gateways, backends and stores count as files; a steady climb is a connection leak."
            ),
            unit="percentunit",
        ),
        *by_replica(share),
        bound=bounds.FILES,
        top=0.01,
    )


def network() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["network"],
            title="Network",
            description=(
                "Bytes per second received and sent, all replicas together, as seen in each pod's network. Prompts and answers pass through the router, so "
                "both follow traffic; received without sent at start is the download of models."
            ),
            unit="Bps",
        ),
        Query(rate("process_network_receive_bytes_total"), "received", BLUE),
        Query(rate("process_network_transmit_bytes_total"), "sent", ORANGE),
    )
