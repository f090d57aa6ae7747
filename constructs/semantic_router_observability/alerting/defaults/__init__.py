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
from .operator import router_operator
from .probes import probes
from .redis import cache_server
from .requests import requests
from .routing import routing
from .thanos import thanos
from .traces import traces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
    shown = facts.optional_dashboards
    optional: tuple[tuple[str, bool, Callable[[], Iterable[Definition]]], ...] = (
        ("gateway", "envoy" in shown, gateway),
        ("probes", "probes" in shown, probes),
        ("traces", "traces" in shown, functools.partial(traces, facts)),
        ("logs", "log-store" in shown, logs),
        ("thanos", bool(facts.thanos_sources or facts.object_storage), functools.partial(thanos, facts)),
        ("cache-server", "redis" in shown, cache_server),
        ("gpus", "dcgm" in shown, gpus),
        ("nodes", "nodes" in shown, nodes),
        ("operator", "operator" in shown, router_operator),
    )
    found |= {topic: alerts() for topic, wanted, alerts in optional if wanted}
    return MappingProxyType({topic: alerts for topic, definitions in found.items() if (alerts := tuple(definitions))})
