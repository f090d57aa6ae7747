"""The families of the Go runtime, the process and the scrape handler, plausible for a router with classifier models in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.shares import phase

if TYPE_CHECKING:
    from simulator.page import Page

MIB = 1024.0 * 1024
SCRAPE_INTERVAL = 15
"""Seconds between the scrapes that the scrape handler is taken to have served."""


def fill_runtime(page: Page, *, seed: int, epoch: float, started: float, at: float, requests: int, inflight: int) -> None:
    """Write the families that come with every Go program."""
    uptime = at - started
    now, born = epoch + at, epoch + started
    allocated = 180 * MIB + uptime * 0.3 * MIB + requests * 400_000
    # Garbage collection draws a saw: the heap grows to twice what survived, then falls back.
    cycle = (allocated / (60 * MIB) + phase(seed, "gc")) % 1.0
    cycles = int(allocated / (60 * MIB))
    live = (60 + 60 * cycle) * MIB
    heap_sys, stack, objects = 160 * MIB, 4 * MIB + 8192 * inflight, live / 110
    mallocs = allocated / 110

    def put(name: str, value: float) -> None:
        page.set(name, (), value)

    page.summarize(
        "go_gc_duration_seconds", {0: 3.1e-05, 0.25: 6.4e-05, 0.5: 9.8e-05, 0.75: 0.000164, 1: 0.00121}, cycles * 0.000127, cycles
    )
    put("go_gc_gogc_percent", 100)
    put("go_gc_gomemlimit_bytes", float(2**63 - 1))
    put("go_goroutines", 38 + 4 * inflight)
    page.set("go_info", ("go1.24.1",), 1)
    put("go_memstats_alloc_bytes", round(live))
    put("go_memstats_alloc_bytes_total", round(allocated))
    put("go_memstats_buck_hash_sys_bytes", 1_478_912)
    put("go_memstats_frees_total", round(mallocs - objects) if mallocs > objects else 0)
    put("go_memstats_gc_sys_bytes", 4_905_080)
    put("go_memstats_heap_alloc_bytes", round(live))
    put("go_memstats_heap_idle_bytes", round(heap_sys - live * 1.08))
    put("go_memstats_heap_inuse_bytes", round(live * 1.08))
    put("go_memstats_heap_objects", round(objects))
    put("go_memstats_heap_released_bytes", round(8 * MIB))
    put("go_memstats_heap_sys_bytes", round(heap_sys))
    put("go_memstats_last_gc_time_seconds", round(now - min(uptime, 60 * cycle), 6))
    put("go_memstats_mallocs_total", round(mallocs))
    put("go_memstats_mcache_inuse_bytes", 9664)
    put("go_memstats_mcache_sys_bytes", 15_704)
    put("go_memstats_mspan_inuse_bytes", 1_305_280)
    put("go_memstats_mspan_sys_bytes", 1_697_280)
    put("go_memstats_next_gc_bytes", round(120 * MIB))
    put("go_memstats_other_sys_bytes", 2_330_392)
    put("go_memstats_stack_inuse_bytes", round(stack))
    put("go_memstats_stack_sys_bytes", round(stack))
    put("go_memstats_sys_bytes", round(heap_sys + stack + 12 * MIB))
    put("go_sched_gomaxprocs_threads", 4)
    put("go_threads", 14)

    put("process_cpu_seconds_total", round(9 + 0.012 * uptime + 0.045 * requests, 2))
    put("process_max_fds", 1_048_576)
    put("process_network_receive_bytes_total", round(40 * MIB + 900 * uptime + 6_200 * requests))
    put("process_network_transmit_bytes_total", round(2 * MIB + 2_100 * uptime + 7_900 * requests))
    put("process_open_fds", 19 + 2 * inflight)
    swing = math.sin(math.tau * (at / 1800 + phase(seed, "rss")))
    put("process_resident_memory_bytes", round((2300 + 60 * swing) * MIB + live))
    put("process_start_time_seconds", round(born, 2))
    put("process_virtual_memory_bytes", round(6_400 * MIB))
    put("process_virtual_memory_max_bytes", float(2**64 - 1))

    put("promhttp_metric_handler_requests_in_flight", 1)
    for code in ("200", "500", "503"):
        page.set("promhttp_metric_handler_requests_total", (code,), int(uptime / SCRAPE_INTERVAL) if code == "200" else 0)
