"""Numbers of the panels of "Traces". Given once and never reused; headings start at 100. Links of alerts lead to 10 to 13."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "gateways-now": 1,
        "received-now": 2,
        "lost-now": 3,
        "queue-now": 4,
        "TraceGatewayRefusesSpans": 10,
        "TraceGatewayQueueFull": 11,
        "TraceGatewayDeliveryFailing": 12,
        "TraceStoreFilling": 13,
        "received": 20,
        "sent": 21,
        "queue": 22,
        "memory": 23,
        "row-lost": 100,
        "row-flow": 101,
    }
)
