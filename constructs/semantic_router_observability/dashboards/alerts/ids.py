"""Numbers of the panels of "Alerts": those of each alert, and of what is about all of them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from semantic_router_observability.alerting.numbers import NUMBERS

PANEL_IDS: Final = MappingProxyType(
    {
        **NUMBERS,
        "row-availability": 100,
        "row-requests": 101,
        "row-latency": 102,
        "row-routing": 103,
        "row-cache": 104,
        "row-guardrails": 105,
        "row-cost": 106,
        "row-prometheus": 107,
        "row-grafana": 108,
        "row-alertmanager": 109,
        "firing": 200,
    }
)
