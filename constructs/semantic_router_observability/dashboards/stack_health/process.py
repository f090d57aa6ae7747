"""The processes of Prometheus and Grafana."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.panels import CORES, About, Query, timeseries
from semantic_router_observability.dashboards.queries import STEP
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import PROGRAMS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory",
            description=(
                "Resident memory of Prometheus and Grafana. Prometheus follows the number of series and swings with its two-hour blocks; "
                "wide queries add peaks. Grafana stays at a few hundred MiB."
            ),
            unit="bytes",
            no_value="not scraped",
        ),
        Query(f"process_resident_memory_bytes {PROGRAMS}", "{{job}} {{instance}}"),
    )


def cpu() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cpu"],
            title="CPU",
            description=(
                "CPU cores that Prometheus and Grafana use. Peaks every two hours are compaction. Flat at the container's limit: scrapes and rules come late."
            ),
            unit=CORES,
            no_value="not scraped",
        ),
        Query(f"rate(process_cpu_seconds_total[{STEP}]) {PROGRAMS}", "{{job}} {{instance}}"),
    )


def uptime() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["uptime"],
            title="Uptime",
            description=(
                "Time since Prometheus and Grafana started. A saw tooth is a crash loop; for Prometheus, look at memory and at the disk first."
            ),
            unit="s",
            no_value="not scraped",
        ),
        Query(f"time() - process_start_time_seconds {PROGRAMS}", "{{job}} {{instance}}"),
    )
