"""Numbers of the panels of "Router on Kubernetes". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "ready-now": 1,
        "restarts-now": 2,
        "waiting-now": 3,
        "killed-now": 4,
        "memory-now": 5,
        "cpu-now": 6,
        "throttled-now": 7,
        "volume-now": 8,
        "pods": 10,
        "states": 20,
        "restarts": 21,
        "reasons": 22,
        "memory": 30,
        "memory-share": 31,
        "cpu": 32,
        "throttled": 33,
        "volumes": 40,
        "inodes": 41,
        "network": 42,
        "row-state": 100,
        "row-resources": 101,
        "row-volumes": 102,
    }
)
