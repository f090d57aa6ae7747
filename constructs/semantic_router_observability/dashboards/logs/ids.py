"""Numbers of the panels of "Router logs". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "panics": 1,
        "configuration": 2,
        "credentials": 3,
        "failed-steps": 4,
        "degraded": 5,
        "limited": 6,
        "levels": 20,
        "failures": 21,
        "decisions": 22,
        "problems": 30,
        "requests": 31,
        "lines": 32,
        "row-problems": 100,
        "row-requests": 101,
        "row-lines": 102,
    }
)
