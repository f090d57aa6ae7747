"""What the store takes and drops, how much it holds, and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.facts import LOGS_JOB
from semantic_router_observability.dashboards.log_store.ids import PANEL_IDS
from semantic_router_observability.dashboards.others import highest, in_range, or_zero, per_second, select, total
from semantic_router_observability.dashboards.panels import BLUE, GREEN, VERMILION, About, Query, rate_unit, stat, timeseries
from semantic_router_observability.dashboards.queries import RECENT
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

STORE: Final = (CLUSTER, f'job="{LOGS_JOB}"', 'namespace=~"$namespace"')
UP: Final = select("up", *STORE)
NONE: Final = "no store scraped"
NO_LINES: Final = "no lines stored"
NO_LIMIT: Final = "no limit set"


def stores_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["stores-now"],
            title="Stores",
            description="Log stores that answered the last scrape, and those that did not. While none does, collectors keep lines as long as they can.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"sum({UP})", "up", GREEN),
        Query(f"count({UP}) - sum({UP})", "down"),
        bound=1,
    )


def received_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["received-now"],
            title="Received",
            description=(
                "Lines per second that the store takes, mean of the last 5 minutes. 0 while there is traffic: no collector sends, or a network policy "
                "denies it."
            ),
            unit=rate_unit(""),
            no_value=NONE,
        ),
        Query(or_zero(per_second("vl_rows_ingested_total", *STORE, window=RECENT), UP), "lines"),
    )


def dropped_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["dropped-now"],
            title="Dropped",
            description=(
                "Lines within the range on screen that the store received and dropped: older than the retention, from the future, too long or with too many "
                "fields. Normal: 0. Lines that it refuses because its volume is full are not among them."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(f"{in_range('vl_rows_dropped_total', *STORE)} + {in_range('vl_too_long_lines_skipped_total', *STORE)}", "lines"),
        bound=1,
    )


def oldest_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["oldest-now"],
            title="Oldest line",
            description=(
                "Age of the oldest line. It grows up to the retention. Below it in a store that has been there for longer, days were dropped early, "
                "because the lines need more space than there is."
            ),
            unit="s",
            no_value=NO_LINES,
            decimals=0,
        ),
        Query(f"time() - min({select('vl_storage_log_min_timestamp_seconds', *STORE)})", "age"),
    )


def space() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["space"],
            title="Lines on disk",
            description=(
                "Bytes of compressed lines and of their index, and the most that they may take together. At the limit the oldest days are dropped before "
                "the end of their retention."
            ),
            unit="bytes",
            no_value=NO_LINES,
        ),
        Query(total("vl_data_size_bytes", *STORE), "lines", BLUE),
        Query(total("vl_max_disk_space_usage_bytes", *STORE), "limit", VERMILION),
    )


def free() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["free"],
            title="Free on the volume",
            description=(
                "Bytes that are free on the volume, of all that it holds. Below 10 MB the store takes no lines. With an ephemeral volume it is the disk "
                "of the node."
            ),
            unit="bytes",
            no_value=NONE,
        ),
        Query(total("vl_free_disk_space_bytes", *STORE), "free", BLUE),
        Query(total("vl_total_disk_space_bytes", *STORE), "size"),
    )


def received() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["received"],
            title="Lines by protocol",
            description="Lines per second that the store took, by the protocol that collectors send them by.",
            unit=rate_unit("lines"),
            no_value=NO_LINES,
        ),
        Query(per_second("vl_rows_ingested_total", *STORE, by=["type"]), "{{type}}"),
    )


def dropped() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["dropped"],
            title="Dropped by reason",
            description=(
                "Lines per second that were dropped. too_small_timestamp: older than the retention, mostly a collector that catches up. "
                "too_big_timestamp: a node's clock is ahead."
            ),
            unit=rate_unit("lines"),
            no_value=NONE,
        ),
        Query(per_second("vl_rows_dropped_total", *STORE, by=["reason"]), "{{reason}}"),
        Query(per_second("vl_too_long_lines_skipped_total", *STORE), "too long"),
    )


def queries() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["queries"],
            title="Queries",
            description=(
                "Queries per second, and those that had to wait because too many ran at once. Waiting for minutes means that the store needs more "
                "CPU, or queries a shorter range."
            ),
            unit=rate_unit("reqs"),
            no_value=NONE,
        ),
        Query(per_second("vl_http_requests_total", *STORE, 'path=~"/select/.+"'), "asked", BLUE),
        Query(per_second("vl_concurrent_select_limit_reached_total", *STORE), "waited", VERMILION),
    )


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by pod",
            description="Resident memory of the store. Caches take at most 60 % of the container's limit; a query over many lines needs the rest.",
            unit="bytes",
            no_value=NONE,
        ),
        Query(highest("process_resident_memory_bytes", *STORE, by=["pod"]), "{{pod}}"),
    )
