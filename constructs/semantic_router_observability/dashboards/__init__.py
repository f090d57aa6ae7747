"""Grafana dashboards as typed code.

    >>> from semantic_router_observability.dashboards import llm_router_metrics, render
    >>> text = render(llm_router_metrics())

Every dashboard is a function that returns a model of the Grafana Foundation SDK: change what you like on it, then `render` it.
`python -m semantic_router_observability.dashboards DIRECTORY` writes all of them. The result is the classic dashboard format, which
Grafana 11 to 13 import and provision. Nothing here needs Node.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from semantic_router_observability.dashboards.cost import cost_and_tokens
from semantic_router_observability.dashboards.engines import vllm_engines
from semantic_router_observability.dashboards.fleet import router_fleet
from semantic_router_observability.dashboards.form import raw_queries
from semantic_router_observability.dashboards.front_page import PANEL_IDS, UID, llm_router_metrics
from semantic_router_observability.dashboards.guardrails import guardrails_and_quality
from semantic_router_observability.dashboards.kubernetes import router_kubernetes
from semantic_router_observability.dashboards.rendering import render
from semantic_router_observability.dashboards.routing import routing_and_learning
from semantic_router_observability.dashboards.stack_health import stack_health

if TYPE_CHECKING:
    from collections.abc import Callable

    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = [
    "DASHBOARDS",
    "PANEL_IDS",
    "UID",
    "Entry",
    "cost_and_tokens",
    "guardrails_and_quality",
    "llm_router_metrics",
    "raw_queries",
    "render",
    "router_fleet",
    "router_kubernetes",
    "routing_and_learning",
    "stack_health",
    "vllm_engines",
]


class Entry(NamedTuple):
    """A dashboard that the project ships."""

    file_name: str
    """Under `dashboards/` and in the ConfigMap that Grafana reads."""

    build: Callable[[], Dashboard]

    optional: str | None = None
    """What has to be scraped besides the router for the page to show anything; such a page is shipped only when it is asked for."""


DASHBOARDS: Final = (
    Entry("llm-router-dashboard.json", llm_router_metrics),
    Entry("cost-and-tokens.json", cost_and_tokens),
    Entry("guardrails-and-quality.json", guardrails_and_quality),
    Entry("routing-and-learning.json", routing_and_learning),
    Entry("router-fleet.json", router_fleet),
    Entry("stack-health.json", stack_health),
    Entry("vllm-engines.json", vllm_engines, optional="vllm"),
    Entry("router-kubernetes.json", router_kubernetes, optional="kubernetes"),
)
"""Every dashboard, in the order in which they are listed."""
