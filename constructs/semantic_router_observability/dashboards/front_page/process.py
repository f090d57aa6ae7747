"""The router's process, pod by pod. The filters on model and decision do not apply: a process serves them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import CORES, About, Query, timeseries
from semantic_router_observability.dashboards.queries import gauge, rate, series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory",
            description=(
                "Resident memory of each router, classifier weights included; those live outside the Go heap. Normal: a plateau after the "
                "models are loaded. Compare with the container's limit: steady growth towards it ends in a restart."
            ),
            unit="bytes",
        ),
        Query(gauge("process_resident_memory_bytes", by=["instance"]), "{{instance}}"),
    )


def cpu() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cpu"],
            title="CPU",
            description=(
                "CPU cores each router keeps busy. Classifiers run on the CPU where there is no accelerator; a line that lies flat at the "
                "container's limit is throttled and shows up as routing overhead."
            ),
            unit=CORES,
        ),
        Query(rate("process_cpu_seconds_total", by=["instance"]), "{{instance}}"),
    )


def uptime() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["uptime"],
            title="Uptime",
            description=(
                "Time since each router process started. A saw tooth is a crash loop. A new pod starts a new line, because its address is new."
            ),
            unit="s",
        ),
        Query(f"time() - max by (instance) ({series('process_start_time_seconds')})", "{{instance}}"),
    )
