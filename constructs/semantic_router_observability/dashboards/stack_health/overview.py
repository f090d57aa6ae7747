"""The first line: can the numbers on all other pages be trusted at this moment?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.others import in_range, per_second, select, total
from semantic_router_observability.dashboards.panels import GREEN, About, Query, rate_unit, stat
from semantic_router_observability.dashboards.queries import RECENT
from semantic_router_observability.dashboards.stack_health import bounds
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import GRAFANA_UP, JOB, PROMETHEUS, PROMETHEUSES, prometheus_zero
from semantic_router_observability.dashboards.stack_health.storage import ON_DISK, SIZE_LIMIT

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

UP = select("up", JOB)


def targets_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["targets-now"],
            title="Targets",
            description=(
                "Everything Prometheus scrapes, by whether the last scrape worked. A target that is down leaves gaps on the pages about it; "
                "the panel Targets down by job tells whose it is. A target that discovery no longer finds counts on neither side."
            ),
            unit="none",
            no_value="nothing scraped",
        ),
        Query(f"sum({UP})", "up", GREEN),
        Query(f"count({UP}) - sum({UP})", "down"),
        bound=1,
    )


def configuration_now() -> Panel:
    refused = f"count({select('prometheus_config_last_reload_successful', PROMETHEUS)} == 0)"
    return stat(
        About(
            id=PANEL_IDS["configuration-now"],
            title="Config refused",
            description=(
                "Prometheus servers that could not load their present configuration and run on with the one before. Normal: 0. New scrape jobs and "
                "rules are not in effect until it is repaired; the server's log names the line."
            ),
            unit="none",
            no_value="not scraped",
        ),
        Query(prometheus_zero(refused), "refused"),
        bound=1,
    )


def rule_failures_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["rule-failures-now"],
            title="Rule failures",
            description=(
                "Evaluations of rules that failed within the range on screen. Normal: 0. A recording rule that fails leaves gaps on pages that use it; "
                "an alert whose rule fails is silent."
            ),
            unit="short",
            no_value="not scraped",
        ),
        Query(prometheus_zero(in_range("prometheus_rule_evaluation_failures_total", PROMETHEUS)), "failures"),
        bound=1,
    )


def disk_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["disk-now"],
            title="Disk / size limit",
            description=(
                "What Prometheus keeps on disk over its retention size; the fullest server. By default that size is 80 % of the volume, so the volume is full at "
                "125 %. Near 100 % is normal once the oldest blocks are deleted for size. Red from 115 % by default: the log or the head outgrow the reserve."
            ),
            unit="percentunit",
            no_value="no size limit",
            decimals=0,
        ),
        Query(f"max(({ON_DISK}) / ({SIZE_LIMIT} > 0))", "disk"),
        bound=bounds.DISK,
    )


def series_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["series-now"],
            title="Active series",
            description=(
                "Time series that Prometheus holds in memory, those of the last hours that have ended included. Memory follows this number: count on "
                "some 4 to 8 KiB a series. A router brings up to 5,000."
            ),
            unit="short",
            no_value="not scraped",
        ),
        Query(total("prometheus_tsdb_head_series", PROMETHEUS), "series"),
    )


def samples_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["samples-now"],
            title="Samples",
            description=(
                "Samples stored per second, scraped and recorded, mean of the last 5 minutes. Disk follows this number: one to two bytes a "
                "sample, for as long as the retention says. 0 means that nothing is being stored."
            ),
            unit=rate_unit(""),  # the title says what; the tile is narrow
            no_value="not scraped",
        ),
        Query(per_second("prometheus_tsdb_head_samples_appended_total", PROMETHEUS, window=RECENT), "samples"),
    )


def memory_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["memory-now"],
            title="Memory",
            description=(
                "Resident memory of the largest Prometheus at the last scrape. Compare with the container's limit: at the limit it is killed, and "
                "replays its log for minutes before it answers again."
            ),
            unit="bytes",
            no_value="not scraped",
            decimals=1,
        ),
        Query(f"max(process_resident_memory_bytes and on (job, instance) {PROMETHEUSES})", "memory"),
    )


def grafana_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["grafana-now"],
            title="Grafana",
            description=(
                "Grafanas that answered the last scrape, and those that did within the range on screen but do not any more. You are reading this, so "
                "at least one of them works."
            ),
            unit="none",
            no_value="not scraped",
        ),
        Query(f"sum({GRAFANA_UP})", "up", GREEN),
        Query(f"count({GRAFANA_UP}) - sum({GRAFANA_UP})", "down"),
        bound=1,
    )
