"""Numbers of the panels of "Stack health". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "targets-now": 1,
        "configuration-now": 2,
        "rule-failures-now": 3,
        "disk-now": 4,
        "series-now": 5,
        "samples-now": 6,
        "memory-now": 7,
        "grafana-now": 8,
        "targets-down": 10,
        "scrape-time": 11,
        "scrape-samples": 12,
        "scrape-refused": 13,
        "scrape-interval": 14,
        "discovery": 15,
        "disk": 20,
        "series": 21,
        "churn": 22,
        "samples": 23,
        "oldest": 24,
        "storage-failures": 25,
        "rule-time": 30,
        "rule-failures": 31,
        "rule-samples": 32,
        "queries": 40,
        "slow-queries": 41,
        "query-samples": 42,
        "query-slots": 43,
        "grafana-requests": 50,
        "grafana-time": 51,
        "source-requests": 52,
        "source-time": 53,
        "memory": 60,
        "cpu": 61,
        "uptime": 62,
        "remote-lag": 70,
        "remote-pending": 71,
        "remote-lost": 72,
        "remote-shards": 73,
        "row-scrapes": 100,
        "row-storage": 101,
        "row-rules": 102,
        "row-queries": 103,
        "row-grafana": 104,
        "row-process": 105,
        "row-remote": 106,
    }
)
