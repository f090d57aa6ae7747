"""What of the CPUs, the memory and the filesystems of nodes is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.nodes import OF_THE_NODE, used
from semantic_router_observability.dashboards.nodes.ids import PANEL_IDS
from semantic_router_observability.dashboards.others import highest, per_second, select, total
from semantic_router_observability.dashboards.panels import About, Query, stat, timeseries
from semantic_router_observability.dashboards.queries import STEP
from semantic_router_observability.dashboards.variables import CLUSTER
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.models.dashboard import Panel

EXPORTERS: Final = 'namespace=~"$namespace"'
"""A node with two exporters, each in the namespace of another installation, would count twice."""

CHOSEN: Final = (CLUSTER, EXPORTERS, 'node=~"$node"')
NONE: Final = "no node exporter scraped"

_CPU: Final = "node_cpu_seconds_total"
_BUSY: Final = 'mode!~"idle|iowait"'
_IDLE: Final = 'mode="idle"'
_TOTAL: Final = select("node_memory_MemTotal_bytes", *CHOSEN)
_AVAILABLE: Final = select("node_memory_MemAvailable_bytes", *CHOSEN)


def _busy(by: Sequence[str] = (), window: str = STEP) -> str:
    """Write the share of the CPUs' time in which they worked: a CPU that waits for a disk could do something else."""
    grouped = f" by ({', '.join(by)})" if by else ""
    cpus = f"count{grouped} ({select(_CPU, *CHOSEN, _IDLE)})"
    return f"{per_second(_CPU, *CHOSEN, _BUSY, by=by, window=window)}\n/ {cpus}"


def nodes_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["nodes-now"],
            title="Nodes",
            description="Nodes whose exporter answers. A node that is down, or whose exporter does not answer, is not among them.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"count(count by (node) ({_TOTAL}))", "nodes"),
    )


def cpu_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["cpu-now"],
            title="CPU in use",
            description="Share of the time of all CPUs in which they worked, within the last five minutes. What a hypervisor took counts as work.",
            unit="percentunit",
            no_value=NONE,
            decimals=0,
        ),
        Query(_busy(window="5m"), "busy"),
    )


def memory_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["memory-now"],
            title="Memory in use",
            description=(
                "Share of the memory of all nodes together that programs could not have any more. Files that the kernel keeps in memory and "
                "can drop do not count as used."
            ),
            unit="percentunit",
            no_value=NONE,
            decimals=0,
        ),
        Query(f"1 - sum({_AVAILABLE}) / sum({_TOTAL})", "used"),
    )


def filesystem_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["filesystem-now"],
            title="Fullest filesystem",
            description=(
                "Share that is used of the fullest filesystem of all nodes. By default, the kubelet evicts pods when 85 % of the filesystem of "
                "images, or 90 % of its own, are used."
            ),
            unit="percentunit",
            no_value=NONE,
            decimals=0,
        ),
        Query(f"max({used(*CHOSEN)})", "used"),
        bound=thresholds.NODE_FILESYSTEM,
    )


def cpu() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cpu"],
            title="CPU by node",
            description=(
                "Share of the time of a node's CPUs in which they worked. Near 100 %, pods wait for each other: how long, the panel CPU "
                "pressure shows."
            ),
            unit="percentunit",
            no_value=NONE,
        ),
        Query(_busy(by=["node"]), "{{node}}"),
    )


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory available by node",
            description="Memory that programs can still have, by the kernel's own estimate. Files that it keeps in memory and can drop are in it.",
            unit="bytes",
            no_value=NONE,
        ),
        Query(total("node_memory_MemAvailable_bytes", *CHOSEN, by=["node"]), "{{node}}"),
    )


def filesystems() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["filesystems"],
            title="Space available by filesystem",
            description=(
                "Space that programs other than root's can still fill. Filesystems in memory, images and what is mounted for one pod are left "
                "out; the dashboard Router on Kubernetes shows volumes of pods."
            ),
            unit="bytes",
            no_value=NONE,
        ),
        Query(highest("node_filesystem_avail_bytes", *CHOSEN, *OF_THE_NODE, by=["node", "mountpoint"]), "{{node}} {{mountpoint}}"),
    )


def oom_kills() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["oom"],
            title="OOM kills by node",
            description=(
                "Processes that the kernel killed for want of memory. Those that reached the limit of their container are among them, on a node "
                "with memory to spare. Normal: none."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(f"sum by (node) (increase({select('node_vmstat_oom_kill', *CHOSEN)}[{STEP}]))", "{{node}}"),
        rare=True,
    )
