"""Which function builds which shipped dashboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from semantic_router_observability.shipped import LOG_PAGES, SHIPPED

from .alerts import alerts
from .cost import cost_and_tokens
from .engines import vllm_engines
from .fleet import router_fleet
from .front_page import llm_router_metrics
from .gateway import gateway
from .gpus import gpus
from .guardrails import guardrails_and_quality
from .kubernetes import router_kubernetes
from .log_store import log_store
from .logs import router_logs
from .nodes import nodes
from .operator import router_operator
from .probes import probes
from .redis import cache_server
from .routing import routing_and_learning
from .slos import slos
from .stack_health import stack_health
from .thanos import thanos
from .traces import traces

if TYPE_CHECKING:
    from collections.abc import Callable

    from grafana_foundation_sdk.models.dashboard import Dashboard


class Entry(NamedTuple):
    """A dashboard and the function that builds it."""

    file_name: str
    """Under `dashboards/` and in the ConfigMap that Grafana reads."""

    build: Callable[[], Dashboard]

    optional: str | None = None
    """What has to be scraped besides the router for the page to show anything."""


_BUILDERS: dict[str, Callable[[], Dashboard]] = {
    "llm-router-dashboard.json": llm_router_metrics,
    "alerts.json": alerts,
    "cost-and-tokens.json": cost_and_tokens,
    "guardrails-and-quality.json": guardrails_and_quality,
    "routing-and-learning.json": routing_and_learning,
    "router-fleet.json": router_fleet,
    "stack-health.json": stack_health,
    "vllm-engines.json": vllm_engines,
    "router-kubernetes.json": router_kubernetes,
    "gateway.json": gateway,
    "slos.json": slos,
    "traces.json": traces,
    "thanos.json": thanos,
    "cache-server.json": cache_server,
    "gpus.json": gpus,
    "log-store.json": log_store,
    "probes.json": probes,
    "nodes.json": nodes,
    "router-operator.json": router_operator,
}

DASHBOARDS: Final = tuple(Entry(entry.file_name, _BUILDERS[entry.file_name], entry.optional) for entry in SHIPPED)
"""Every dashboard about metrics, in the order in which they are listed."""

LOG_DASHBOARDS: Final = tuple(Entry(entry.file_name, partial(router_logs, store), entry.optional) for store, entry in LOG_PAGES.items())
"""The dashboard about the routers' lines, for each store of logs."""
