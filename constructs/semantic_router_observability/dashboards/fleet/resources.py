"""What each router process uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.fleet.replicas import BY_REPLICA, GONE, SERVING, briefly_named, by_replica, per_replica
from semantic_router_observability.dashboards.panels import BLUE, CORES, GREEN, GREY, ORANGE, PINK, About, Query, timeseries
from semantic_router_observability.dashboards.queries import gauge, series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

STARTED = "process_start_time_seconds"


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by replica",
            description=(
                "Resident memory of the seven largest router processes and the median of all. Normal: a plateau once models are loaded, the same "
                "for every replica. One that grows away from the others caches more, or leaks."
            ),
            unit="bytes",
        ),
        *by_replica(per_replica("process_resident_memory_bytes")),
    )


def memory_kinds() -> Panel:
    go_holds = f"({gauge('go_memstats_sys_bytes')} - {gauge('go_memstats_heap_released_bytes')})"
    used = f"{gauge('go_memstats_heap_inuse_bytes')} + {gauge('go_memstats_stack_inuse_bytes')}"
    return timeseries(
        About(
            id=PANEL_IDS["memory-kinds"],
            title="Memory by kind",
            description=(
                "Memory of all replicas together, by who holds it: Go heap in use, goroutine stacks, what Go keeps for later or for itself, and the "
                "rest, which is native: classifier weights and their working memory. Only the native part growing is a matter for the inference "
                "library, not for Go's garbage collector. An estimate: Go counts reserved memory, the system resident memory."
            ),
            unit="bytes",
        ),
        Query(f"clamp_min({gauge('process_resident_memory_bytes')} - {go_holds}, 0)", "native", BLUE),
        Query(gauge("go_memstats_heap_inuse_bytes"), "Go heap", GREEN),
        Query(gauge("go_memstats_stack_inuse_bytes"), "Go stacks", ORANGE),
        Query(f"clamp_min({go_holds} - ({used}), 0)", "Go, kept", GREY),
        stacked=True,
    )


def cpu() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cpu"],
            title="CPU by replica",
            description=(
                "CPU cores that the seven busiest router processes use, and the median of all. Classifiers run on the CPU where there is no "
                "accelerator, so CPU follows requests; a flat top is a limit."
            ),
            unit=CORES,
        ),
        *by_replica(per_replica("process_cpu_seconds_total")),
    )


def uptime() -> Panel:
    youngest = f"{BY_REPLICA} ({series(STARTED)}) and on (instance) (topk(7, {BY_REPLICA} ({series(STARTED)} @ end())) or {GONE})"
    return timeseries(
        About(
            id=PANEL_IDS["uptime"],
            title="Uptime of the youngest",
            description=(
                "Time since start of the seven replicas that started last, and of the oldest that still serves. A saw tooth is a crash loop. A new pod is a "
                "new line, because its address is new."
            ),
            unit="s",
        ),
        Query(f"time() - {briefly_named(f'({youngest})')}", "{{replica}}"),
        Query(f"time() - min({BY_REPLICA} ({series(STARTED)}) and on (instance, pod) {SERVING})", "oldest", PINK),
    )


def cache_entries() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-entries"],
            title="Cached answers by replica",
            description=(
                "Answers held by caches in the router's own memory, for the fullest replicas and the median of all. Each replica has its own: a "
                "question answered by one is new to the others, so more replicas mean fewer hits. Caches in a database report no entries."
            ),
            unit="short",
            no_value="no cache in memory",
        ),
        *by_replica(per_replica("llm_cache_entries_total")),
    )
