"""Numbers of the panels of "GPUs". Given once and never reused; headings start at 100. Links of alerts lead to 10 and 11."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "gpus-now": 1,
        "busy-now": 2,
        "memory-now": 3,
        "power-now": 4,
        "GpuFault": 10,
        "GpuTooHot": 11,
        "busy": 20,
        "memory": 21,
        "tokens": 22,
        "energy": 23,
        "power": 30,
        "clock": 31,
        "row-alerts": 100,
        "row-engines": 101,
        "row-gpus": 102,
    }
)
