"""Pages of the programs that stand around the router and are no part of it: see `neighbours`."""

from __future__ import annotations

import math
from typing import Final

from .neighbours import GIB, Lines
from .neighbours import total as grown

RECONCILE_BUCKETS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    *(1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0),
)
"""Bounds of controller-runtime."""


def node_exporter(at: float, *, used: float = 0.6, memory: float = 0.7) -> str:
    """Give the page of the node exporter of a node with two CPUs: `used` is the share of its filesystem, `memory` that of its memory.

    Times of CPUs and pressure grow slowly, so that ten of these seconds may pass in one.
    """
    page = Lines()
    for cpu in ("0", "1"):
        for mode, rate in (("idle", 0.05), ("iowait", 0.01), ("user", 0.03), ("system", 0.01)):
            page.add("node_cpu_seconds_total", rate * grown(1, at), cpu=cpu, mode=mode)
    for device, fstype, mountpoint, share, readonly in (
        ("/dev/sda1", "ext4", "/", used, 0),
        ("tmpfs", "tmpfs", "/run", 0.99, 0),
        ("/dev/loop0", "squashfs", "/snap/core", 1.0, 1),
        ("/dev/sdb", "ext4", "/var/lib/kubelet/pods/a/volumes/b/mount", 0.99, 0),
    ):
        labels = {"device": device, "device_error": "", "fstype": fstype, "mountpoint": mountpoint}
        page.add("node_filesystem_avail_bytes", 100 * GIB * (1 - share), **labels)
        page.add("node_filesystem_size_bytes", 100 * GIB, **labels)
        page.add("node_filesystem_readonly", readonly, **labels)
    page.add("node_memory_MemAvailable_bytes", 64 * GIB * (1 - memory))
    page.add("node_memory_MemTotal_bytes", 64 * GIB)
    for what, rate in (("cpu", 0.02), ("memory", 0.001), ("io", 0.005)):
        page.add(f"node_pressure_{what}_waiting_seconds_total", rate * grown(1, at))
    for device, rate in (("eth0", 2e6), ("lo", 8e6), ("cali0123", 1e6)):
        page.add("node_network_receive_bytes_total", math.floor(grown(rate, at)), device=device)
        page.add("node_network_transmit_bytes_total", math.floor(grown(rate / 2, at)), device=device)
    page.add("node_vmstat_oom_kill", 3)
    return page.text()


def router_operator(at: float, *, failing: float = 0.25) -> str:
    """Give the page of the router's operator beside that of another controller: `failing` is the share of reconciliations that end with an error."""
    page = Lines()
    for controller, count in (("semanticrouter", grown(0.4, at)), ("certificates", grown(40, at))):
        own = {"controller": controller}
        for result, share in (("success", 1 - failing), ("error", failing), ("requeue", 0), ("requeue_after", 0)):
            page.add("controller_runtime_reconcile_total", math.floor(count * share), **own, result=result)
        page.observe("controller_runtime_reconcile_time_seconds", RECONCILE_BUCKETS, count, 0.08, **own)
        page.add("workqueue_depth", 2 if controller == "semanticrouter" else 50, **own, name=controller, priority="0")
        page.add("workqueue_longest_running_processor_seconds", 0.5, **own, name=controller)
    return page.text()
