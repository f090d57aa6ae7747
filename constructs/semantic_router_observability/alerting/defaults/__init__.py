"""The shipped alerts, a module for each topic."""

from __future__ import annotations

import functools
from types import MappingProxyType
from typing import TYPE_CHECKING

from .availability import availability
from .cache import cache
from .cost import cost
from .gateway import gateway
from .gpus import gpus
from .guardrails import guardrails
from .latency import latency
from .logs import logs
from .monitoring import alertmanager, grafana, prometheus, watchdog
from .nodes import nodes
from .probes import probes
from .redis import cache_server
from .requests import requests
from .routing import routing
from .thanos import thanos
from .traces import traces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from semantic_router_observability.alerting.definition import Definition
    from semantic_router_observability.alerting.facts import Facts


@functools.cache
def topics(facts: Facts) -> Mapping[str, Sequence[Definition]]:
    """Return the alerts for an installation, by topic: a rule group for each. Shared: do not change it."""
    found: dict[str, Iterable[Definition]] = {
        "availability": availability(facts),
        "requests": requests(),
        "latency": latency(),
        "routing": routing(),
        "cache": cache(),
        "guardrails": guardrails(),
        "cost": cost(),
    }
    if facts.own_stack:
        found |= {
            "prometheus": prometheus(facts),
            "grafana": grafana(),
            "alertmanager": alertmanager() if facts.alertmanager else (),
            "watchdog": watchdog(),
        }
    if "envoy" in facts.optional_dashboards:
        found["gateway"] = gateway()
    if "probes" in facts.optional_dashboards:
        found["probes"] = probes()
    if "traces" in facts.optional_dashboards:
        found["traces"] = traces(facts)
    if "log-store" in facts.optional_dashboards:
        found["logs"] = logs()
    if facts.thanos_sources or facts.object_storage:
        found["thanos"] = thanos(facts)
    if "redis" in facts.optional_dashboards:
        found["cache-server"] = cache_server()
    if "dcgm" in facts.optional_dashboards:
        found["gpus"] = gpus()
    if "nodes" in facts.optional_dashboards:
        found["nodes"] = nodes()
    return MappingProxyType({topic: alerts for topic, definitions in found.items() if (alerts := tuple(definitions))})
