"""Numbers of the panels of "Nodes". Given once and never reused; headings start at 100. Links of alerts lead to 10 and 11."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "nodes-now": 1,
        "cpu-now": 2,
        "memory-now": 3,
        "filesystem-now": 4,
        "NodeFilesystemFull": 10,
        "NodeMemoryLow": 11,
        "cpu": 20,
        "memory": 21,
        "filesystems": 22,
        "oom": 23,
        "cpu-pressure": 30,
        "memory-pressure": 31,
        "io-pressure": 32,
        "received": 40,
        "sent": 41,
        "row-alerts": 100,
        "row-use": 101,
        "row-pressure": 102,
        "row-network": 103,
    }
)
