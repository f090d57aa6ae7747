"""Numbers of the panels of "Gateway". Given once and never reused; headings start at 100. Links of alerts lead to 10 to 13."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "gateways-now": 1,
        "requests-now": 2,
        "errors-now": 3,
        "unrouted-now": 4,
        "GatewayBypassesRouter": 10,
        "GatewayRouterCallsFailing": 11,
        "GatewayRouterCallsLate": 12,
        "GatewayErrors": 13,
        "answers": 20,
        "shares": 21,
        "time": 22,
        "in-flight": 23,
        "calls": 30,
        "unanswered": 31,
        "by-router": 32,
        "upstream-answers": 40,
        "upstream-errors": 41,
        "upstream-trouble": 42,
        "hosts": 43,
        "row-alerts": 100,
        "row-clients": 101,
        "row-router": 102,
        "row-upstreams": 103,
    }
)
