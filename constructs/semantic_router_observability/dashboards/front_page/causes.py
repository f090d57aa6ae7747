"""Causes of errors, sorted by who can do something about them, and the two totals the page is built on."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.dashboards.queries import STEP, rate

ERRORS: Final = "llm_request_errors_total"
REQUESTS: Final = "llm_model_requests_total"

CLIENT: Final = 'reason=~"parse_error|model_not_found|upstream_4xx"'
"""The request was wrong, named an unknown model, or was refused by the backend (quota, 429, included)."""

BACKEND: Final = 'reason=~"timeout|upstream_5xx"'
"""The model server failed or was too slow."""

ROUTER: Final = 'reason!~"parse_error|model_not_found|upstream_4xx|timeout|upstream_5xx"'
"""Everything else is the router's own, also a cause that a later version of it may add: an unknown error must not go missing."""

NOT_CLIENT: Final = 'reason!~"parse_error|model_not_found|upstream_4xx"'
"""What an operator answers for."""

NAMED_BY_CLIENT: Final = 'reason!="model_not_found"'
"""Left out wherever errors are split by model: there the label holds whatever name a client made up."""


def errors(*matchers: str, window: str = STEP) -> str:
    """Count errors a second, all models together; nothing before the first one."""
    return rate(ERRORS, *matchers, window=window)


def requests(window: str = STEP) -> str:
    """Count requests a second, all models together; nothing before the first one."""
    return rate(REQUESTS, window=window)
