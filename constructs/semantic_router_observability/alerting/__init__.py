"""Alerts: typed rules, a default set for the router and its monitoring, and the proof that each fires when it should.

    >>> from semantic_router_observability.alerting import Alerts, Knobs
    >>> tuned = Alerts(rules={"SemanticRouterErrors": Knobs(threshold=0.02)})

What each alert means and starts from: `docs/alerts.md`, which is generated. The proof: `sro alerts
test`.
"""

from __future__ import annotations

from .knobs import Knobs
from .links import Panel
from .options import Alerts
from .rule import AlertRule
from .slo import Availability, Latency, Ratio, Slo

__all__ = ["AlertRule", "Alerts", "Availability", "Knobs", "Latency", "Panel", "Ratio", "Slo"]
