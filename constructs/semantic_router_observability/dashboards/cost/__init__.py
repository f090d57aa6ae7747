"""The dashboard "Cost and tokens": what the models cost, who causes it, what a token costs, and what cache and compression save.

Panels are numbered by row: the first line 1 to 9, the rows 10 to 19, 20 to 29 and so on, headings from 100. Links name these numbers,
so a number is given once and never reused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.cost import cache, compression, overview, savings, spend, tokens
from semantic_router_observability.dashboards.cost.money import currency_variable, monthly_budget_variable
from semantic_router_observability.dashboards.page import page
from semantic_router_observability.dashboards.variables import router_variables

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["UID", "cost_and_tokens"]

UID: Final = "semantic-router-cost"


def cost_and_tokens() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return page(
        uid=UID,
        title="Cost and tokens",
        description="What the Semantic Router's models cost, which traffic causes it, and what the response cache and compression save.",
        variables=[*router_variables(), currency_variable(), monthly_budget_variable()],
        since="now-24h",
        sections=[overview.section(), spend.section(), tokens.section(), savings.section(), cache.section(), compression.section()],
    )
