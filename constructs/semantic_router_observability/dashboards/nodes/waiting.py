"""How long pods of a node wait for its CPUs, memory and disks, and what it receives and sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.nodes.ids import PANEL_IDS
from semantic_router_observability.dashboards.nodes.use import CHOSEN, NONE
from semantic_router_observability.dashboards.others import per_second
from semantic_router_observability.dashboards.panels import About, Query, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

NO_PRESSURE: Final = "no node exporter scraped, or a kernel that does not count pressure"

DEVICES: Final = 'device!~"lo|veth.*|cali.*|cni.*|cilium.*|lxc.*|flannel.*|vxlan.*|geneve.*|docker.*|br-.+|virbr.*|kube-.+|nodelocaldns|dummy.*|ifb.*|tun.*|tap.*"'
"""Devices that lead out of the node. What pods of one node send to each other, and what a tunnel sends again, would count twice."""

_KERNEL: Final = "It needs a kernel that counts pressure (PSI): Linux 4.20, where it is not turned off (`psi=1`)."


def _pressure(panel: str, title: str, what: str, description: str) -> Panel:
    return timeseries(
        About(id=PANEL_IDS[panel], title=title, description=f"{description} {_KERNEL}", unit="percentunit", no_value=NO_PRESSURE),
        Query(per_second(f"node_pressure_{what}_waiting_seconds_total", *CHOSEN, by=["node"]), "{{node}}"),
    )


def cpu_pressure() -> Panel:
    return _pressure(
        "cpu-pressure",
        "CPU pressure",
        "cpu",
        "Share of the time in which at least one process could have worked and waited for a CPU. Limits of containers are no part of it.",
    )


def memory_pressure() -> Panel:
    return _pressure(
        "memory-pressure",
        "Memory pressure",
        "memory",
        "Share of the time in which at least one process waited for memory. Normal: near 0 %. A few percent slow down everything on the node.",
    )


def io_pressure() -> Panel:
    return _pressure(
        "io-pressure",
        "IO pressure",
        "io",
        "Share of the time in which at least one process waited for a disk. High where models are loaded; if it stays, a disk is too slow.",
    )


def _traffic(panel: str, title: str, what: str, description: str) -> Panel:
    return timeseries(
        About(id=PANEL_IDS[panel], title=title, description=description, unit="Bps", no_value=NONE),
        Query(per_second(f"node_network_{what}_bytes_total", *CHOSEN, DEVICES, by=["node"]), "{{node}}"),
    )


def received() -> Panel:
    return _traffic(
        "received",
        "Received by node",
        "receive",
        "Bytes per second that a node receives from others, such as models that are downloaded. Virtual devices are left out.",
    )


def sent() -> Panel:
    return _traffic(
        "sent",
        "Sent by node",
        "transmit",
        "Bytes per second that a node sends to others, those to clients included. Virtual devices are left out.",
    )
