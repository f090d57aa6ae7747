"""Numbers of the panels of "Router operator". Given once and never reused; headings start at 100. The link of the alert leads to 10."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "done-now": 1,
        "failed-now": 2,
        "duration-now": 3,
        "queue-now": 4,
        "RouterOperatorFails": 10,
        "results": 20,
        "errors": 21,
        "duration": 22,
        "queue": 23,
        "longest": 24,
        "row-alerts": 100,
        "row-work": 101,
    }
)
