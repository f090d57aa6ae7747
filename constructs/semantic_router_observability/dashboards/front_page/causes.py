"""Causes of errors, sorted by who can do something about them, and the two totals the page is built on."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from semantic_router_observability.dashboards.panels import BLUE, DEEP_BLUE, GREEN, GREY, ORANGE, PINK, VERMILION, YELLOW
from semantic_router_observability.dashboards.queries import STEP, failures, rate
from semantic_router_observability.router import causes

REQUESTS: Final = "llm_model_requests_total"

NAMED_BY_CLIENT: Final = f'reason!="{causes.NAMED_BY_CLIENT}"'
"""Excluded wherever errors are split by model: there the label holds any name that a client sends."""

CAUSE_COLORS: Final = MappingProxyType(
    {
        "no errors": GREEN,
        "request unreadable": YELLOW,
        "answer unusable": DEEP_BLUE,
        "model_not_found": ORANGE,
        "upstream_4xx": GREY,
        "upstream_5xx": VERMILION,
        "timeout": PINK,
        "classification_failed": BLUE,
        "no_model_selected": GREEN,
        "serialization_error": GREEN,
    }
)
"""A colour for each cause: eight lines in the order of Grafana's palette would hold two yellows and two greens."""


def errors(*owners: str, window: str = STEP) -> str:
    """Count failed requests a second, each once, all models together; nothing before the first one."""
    return f"sum({failures(*owners, window=window)})"


def requests(window: str = STEP) -> str:
    """Count requests a second, all models together; nothing before the first one."""
    return rate(REQUESTS, window=window)
