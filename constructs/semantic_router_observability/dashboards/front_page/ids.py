"""Numbers of the panels of "LLM Router Metrics". Alerts, runbooks and the Router Dashboard link to `?viewPanel=<number>`.

A number is given once and never reused: a retired panel keeps its line here, commented out. Headings start at 100.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "router-targets": 1,
        "request-rate-now": 2,
        "error-share-now": 3,
        "in-flight-now": 4,
        "first-token-now": 5,
        "slow-answers-now": 6,
        "routing-overhead-now": 7,
        "restarts": 8,
        "firing": 9,
        "requests-by-outcome": 10,
        "errors-by-cause": 11,
        "error-share": 12,
        "in-flight": 13,
        "errors-by-model": 14,
        "first-token": 20,
        "completion": 21,
        "slow-answers": 22,
        "first-token-by-model": 23,
        "time-per-token": 24,
        "routing-overhead": 25,
        "requests-by-model": 30,
        "routing-changes": 31,
        "session-switches": 32,
        "decisions": 33,
        "prompt-categories": 34,
        "selected-models": 35,
        "prompt-tokens": 40,
        "generated-tokens": 41,
        "cost": 42,
        "cache-hits": 43,
        "memory": 50,
        "cpu": 51,
        "uptime": 52,
        "row-traffic": 100,
        "row-latency": 101,
        "row-routing": 102,
        "row-usage": 103,
        "row-process": 104,
    }
)
