"""The time series database: disk, series, and what goes wrong with either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import highest, per_second, total
from semantic_router_observability.dashboards.panels import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    VERMILION,
    YELLOW,
    About,
    Query,
    rate_unit,
    timeseries,
)
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import PROMETHEUS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

DAYS: Final = "suffix:days"
"""Grafana's own units turn a fortnight into 2.14 weeks."""

SERVER: Final = ("job", "instance")

BLOCKS: Final = total("prometheus_tsdb_storage_blocks_bytes", PROMETHEUS, by=SERVER)
LOG: Final = total("prometheus_tsdb_wal_storage_size_bytes", PROMETHEUS, by=SERVER)
HEAD: Final = total("prometheus_tsdb_head_chunks_storage_size_bytes", PROMETHEUS, by=SERVER)

ON_DISK: Final = f"{BLOCKS} + {LOG} + {HEAD}"
"""Bytes of each server, but for what a compaction in progress needs."""

SIZE_LIMIT: Final = total("prometheus_tsdb_retention_limit_bytes", PROMETHEUS, by=SERVER)
"""Bytes the blocks may take; 0: no limit."""


def disk() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["disk"],
            title="Disk, fullest server",
            description=(
                "Bytes on disk: finished blocks, the write-ahead log, the head's chunks, their sum, and the retention size, above which "
                "the oldest blocks are deleted. The volume itself is not visible here; the retention size is 80 % of it unless set otherwise. "
                "The log shrinks every two hours; if it does not, compaction fails."
            ),
            unit="bytes",
            no_value="not scraped",
        ),
        Query(f"max({ON_DISK})", "all", BLUE),
        Query(f"max({BLOCKS})", "blocks", GREEN),
        Query(f"max({LOG})", "log", ORANGE),
        Query(f"max({HEAD})", "head", GREY),
        Query(f"min({SIZE_LIMIT} > 0)", "retention size", VERMILION),
    )


def series() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["series"],
            title="Active series",
            description=(
                "Series that each Prometheus holds in memory. Normal: level, with a step for new pods; those that ended stay for two to three hours. "
                "A steady climb is a label without bound: see Samples per scrape by job for the cause."
            ),
            unit="short",
            no_value="not scraped",
        ),
        Query(total("prometheus_tsdb_head_series", PROMETHEUS, by=SERVER), "{{instance}}"),
        top=1000,
    )


def churn() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["churn"],
            title="Series created and removed",
            description=(
                "Series per second that began, and that were dropped from memory because they ended. Normal: close to 0, peaks at deployments and "
                "every two hours. What begins constantly costs memory as if all of it were alive."
            ),
            unit=rate_unit("series"),
            no_value="not scraped",
        ),
        Query(per_second("prometheus_tsdb_head_series_created_total", PROMETHEUS), "created", ORANGE),
        Query(per_second("prometheus_tsdb_head_series_removed_total", PROMETHEUS), "removed", BLUE),
        top=1,
    )


def samples() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["samples"],
            title="Samples stored",
            description=(
                "Samples per second that each Prometheus stores. Normal: flat, series over the scrape interval. A dip means that scrapes fail; "
                "a gap means that Prometheus itself was away."
            ),
            unit=rate_unit("samples"),
            no_value="not scraped",
        ),
        Query(per_second("prometheus_tsdb_head_samples_appended_total", PROMETHEUS, by=SERVER), "{{instance}}"),
        top=10,
    )


def oldest() -> Panel:
    lowest = f"min(prometheus_tsdb_lowest_timestamp_seconds{{{PROMETHEUS}}})"
    return timeseries(
        About(
            id=PANEL_IDS["oldest"],
            title="Age of the oldest data",
            description=(
                "How far back data reaches, and how far it should. Below the wanted time on a server that is old enough, the size limit deletes first: "
                "grow the volume or keep less. Only whole blocks are deleted, so the age may exceed the wanted time by a tenth."
            ),
            unit=DAYS,
            no_value="not scraped",
            decimals=1,
        ),
        Query(f"(time() - {lowest}) / 86400", "oldest", BLUE),
        Query(f"({highest('prometheus_tsdb_retention_limit_seconds', PROMETHEUS)} > 0) / 86400", "wanted", GREY),
    )


def failures() -> Panel:
    def failed(name: str) -> str:
        return per_second(f"prometheus_tsdb_{name}_total", PROMETHEUS)

    return timeseries(
        About(
            id=PANEL_IDS["storage-failures"],
            title="Storage failures",
            description=(
                "Failures per second of the database: compactions, damaged log, writes to the log, checkpoints, loading of blocks. Normal: 0, always. "
                "The usual cause is a full volume, the next one a volume that is shared or on NFS."
            ),
            unit=rate_unit("failures"),
            no_value="not scraped",
        ),
        Query(failed("compactions_failed"), "compaction", VERMILION),
        Query(failed("wal_corruptions"), "damaged log", PINK),
        Query(failed("wal_writes_failed"), "log write", ORANGE),
        Query(failed("checkpoint_creations_failed"), "checkpoint", YELLOW),
        Query(failed("reloads_failures"), "block loading", BLUE),
        rare=True,
    )
