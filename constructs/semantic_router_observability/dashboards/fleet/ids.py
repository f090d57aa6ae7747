"""Numbers of the panels of "Router fleet". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "replicas-now": 1,
        "restarts-now": 2,
        "youngest-now": 3,
        "skew-now": 4,
        "memory-now": 5,
        "cpu-now": 6,
        "files-now": 7,
        "scrape-now": 8,
        "replicas": 10,
        "requests": 20,
        "request-share": 21,
        "skew": 22,
        "in-flight": 23,
        "errors": 24,
        "routing-overhead": 25,
        "memory": 30,
        "memory-kinds": 31,
        "cpu": 32,
        "uptime": 33,
        "goroutines": 40,
        "threads": 41,
        "gc-pause": 42,
        "gc-share": 43,
        "allocations": 44,
        "heap-objects": 45,
        "files": 46,
        "network": 47,
        "cache-entries": 34,
        "window-p95": 60,
        "window-mean": 61,
        "window-requests": 62,
        "scrape-samples": 80,
        "scrape-time": 81,
        "scrape-new-series": 82,
        "scrape-answers": 83,
        "chosen-outcomes": 90,
        "chosen-causes": 91,
        "chosen-models": 92,
        "chosen-first-token": 93,
        "chosen-completion": 94,
        "chosen-overhead": 95,
        "row-load": 101,
        "row-resources": 102,
        "row-runtime": 103,
        "row-windows": 105,
        "row-scrapes": 107,
        "row-chosen": 108,
    }
)
