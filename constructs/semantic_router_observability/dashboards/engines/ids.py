"""Numbers of the panels of "vLLM engines". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "engines-now": 1,
        "running-now": 2,
        "waiting-now": 3,
        "cache-now": 4,
        "first-token-now": 5,
        "between-tokens-now": 6,
        "tokens-now": 7,
        "preemptions-now": 8,
        "running": 10,
        "waiting": 11,
        "queue-time": 12,
        "preemptions": 13,
        "cache": 20,
        "cache-by-engine": 21,
        "prefix-hits": 22,
        "first-token": 30,
        "between-tokens": 31,
        "request-time": 32,
        "phases": 33,
        "router-and-engine": 34,
        "prompt-tokens": 40,
        "generated-tokens": 41,
        "finished": 42,
        "engine-load": 43,
        "row-queue": 100,
        "row-cache": 101,
        "row-latency": 102,
        "row-throughput": 103,
    }
)
