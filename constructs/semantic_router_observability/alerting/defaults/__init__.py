"""The shipped alerts, a module for each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .availability import availability
from .cache import cache
from .cost import cost
from .guardrails import guardrails
from .latency import latency
from .monitoring import alertmanager, grafana, prometheus, watchdog
from .requests import requests
from .routing import routing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.alerting.definition import Definition
    from semantic_router_observability.alerting.facts import Facts


def topics(facts: Facts) -> Mapping[str, Sequence[Definition]]:
    """Return the alerts for an installation, by topic: a rule group for each."""
    found = {
        "availability": availability(facts),
        "requests": requests(),
        "latency": latency(),
        "routing": routing(),
        "cache": cache(),
        "guardrails": guardrails(),
        "cost": cost(),
        "prometheus": prometheus(facts),
        "grafana": grafana(),
        "alertmanager": alertmanager() if facts.alertmanager else (),
        "watchdog": watchdog(),
    }
    return {topic: alerts for topic, definitions in found.items() if (alerts := tuple(definitions))}
