"""Numbers of the panels of "Log store". Given once and never reused; headings start at 100. Links of alerts lead to 10 and 11."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "stores-now": 1,
        "received-now": 2,
        "dropped-now": 3,
        "oldest-now": 4,
        "LogStoreFull": 10,
        "LogStoreRefusesLines": 11,
        "space": 20,
        "free": 21,
        "received": 30,
        "dropped": 31,
        "queries": 32,
        "memory": 33,
        "row-space": 100,
        "row-flow": 101,
    }
)
