"""Grafana dashboards as typed code.

    >>> from semantic_router_observability.dashboards import llm_router_metrics, render
    >>> text = render(llm_router_metrics())

Every dashboard is a function that returns a model of the Grafana Foundation SDK: change what you like on it, then `render` it.
`python -m semantic_router_observability.dashboards DIRECTORY` writes all of them. The result is the classic dashboard format, which
Grafana 11 to 13 import and provision. Nothing here needs Node.js.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cost import cost_and_tokens
    from .engines import vllm_engines
    from .fleet import router_fleet
    from .front_page import PANEL_IDS, UID, llm_router_metrics
    from .guardrails import guardrails_and_quality
    from .kubernetes import router_kubernetes
    from .recording import raw_queries
    from .registry import DASHBOARDS, Entry
    from .rendering import render
    from .routing import routing_and_learning
    from .slos import slos
    from .stack_health import stack_health

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
    "slos",
    "stack_health",
    "vllm_engines",
]

_HOMES = {
    "DASHBOARDS": "registry",
    "Entry": "registry",
    "PANEL_IDS": "front_page",
    "UID": "front_page",
    "cost_and_tokens": "cost",
    "guardrails_and_quality": "guardrails",
    "llm_router_metrics": "front_page",
    "raw_queries": "recording",
    "render": "rendering",
    "router_fleet": "fleet",
    "router_kubernetes": "kubernetes",
    "routing_and_learning": "routing",
    "slos": "slos",
    "stack_health": "stack_health",
    "vllm_engines": "engines",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use: a chart that ships the rendered pages needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with warnings.catch_warnings():
        # Said by the SDK while it is imported. The classic format is the one that every Grafana from 11 on can import and provision.
        warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
