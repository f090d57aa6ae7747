"""Causes of errors, sorted by who can do something about them, and the two totals the page is built on."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from semantic_router_observability.dashboards.panels import BLUE, DEEP_BLUE, GREEN, GREY, ORANGE, PINK, VERMILION, YELLOW
from semantic_router_observability.dashboards.queries import STEP, rate
from semantic_router_observability.router import causes

ERRORS: Final = "llm_request_errors_total"
REQUESTS: Final = "llm_model_requests_total"

CLIENT: Final = f'reason=~"{causes.CLIENT}"'

BACKEND: Final = f'reason=~"{causes.BACKEND}"'

ROUTER: Final = f'reason!~"{causes.CLIENT}|{causes.BACKEND}"'
"""Everything else is the router's own, also a cause that a later version of it may add: an unknown error must not go missing."""

NOT_CLIENT: Final = f'reason!~"{causes.CLIENT}"'
"""What an operator answers for."""

NAMED_BY_CLIENT: Final = f'reason!="{causes.NAMED_BY_CLIENT}"'
"""Excluded wherever errors are split by model: there the label holds any name that a client sends."""

CAUSE_COLORS: Final = MappingProxyType(
    {
        "no errors": GREEN,
        "parse_error": YELLOW,
        "model_not_found": ORANGE,
        "upstream_4xx": GREY,
        "upstream_5xx": VERMILION,
        "timeout": PINK,
        "classification_failed": BLUE,
        "no_model_selected": DEEP_BLUE,
        "serialization_error": GREEN,
    }
)
"""A colour for each cause: eight lines in the order of Grafana's palette would hold two yellows and two greens."""


def errors(*matchers: str, window: str = STEP) -> str:
    """Count errors a second, all models together; nothing before the first one."""
    return rate(ERRORS, *matchers, window=window)


def requests(window: str = STEP) -> str:
    """Count requests a second, all models together; nothing before the first one."""
    return rate(REQUESTS, window=window)
