"""Numbers of the panels of "Cache server". Given once and never reused; headings start at 100. Links of alerts lead to 10, 11 and 12."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "servers-now": 1,
        "memory-now": 2,
        "keys-now": 3,
        "evicted-now": 4,
        "CacheServerDown": 10,
        "CacheServerMemoryFull": 11,
        "CacheServerRejectsConnections": 12,
        "memory": 20,
        "keys": 21,
        "removed": 22,
        "clients": 23,
        "commands": 24,
        "duration": 25,
        "row-alerts": 100,
        "row-use": 101,
    }
)
