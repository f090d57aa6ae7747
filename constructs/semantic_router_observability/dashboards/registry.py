"""Which function builds which shipped dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from .cost import cost_and_tokens
from .engines import vllm_engines
from .fleet import router_fleet
from .front_page import llm_router_metrics
from .guardrails import guardrails_and_quality
from .kubernetes import router_kubernetes
from .routing import routing_and_learning
from .shipped import SHIPPED
from .slos import slos
from .stack_health import stack_health

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
    "cost-and-tokens.json": cost_and_tokens,
    "guardrails-and-quality.json": guardrails_and_quality,
    "routing-and-learning.json": routing_and_learning,
    "router-fleet.json": router_fleet,
    "stack-health.json": stack_health,
    "vllm-engines.json": vllm_engines,
    "router-kubernetes.json": router_kubernetes,
    "slos.json": slos,
}

DASHBOARDS: Final = tuple(Entry(entry.file_name, _BUILDERS[entry.file_name], entry.optional) for entry in SHIPPED)
"""Every dashboard, in the order in which they are listed."""
