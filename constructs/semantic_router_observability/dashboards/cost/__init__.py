"""The dashboard "Cost and tokens": what the models cost, who causes it, what a token costs, and what cache and compression save.

Panels are numbered by row: the first line 1 to 9, the rows 10 to 19, 20 to 29 and so on, headings from 100. Links name these numbers,
so a number is given once and never reused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.cost import cache, compression, overview, savings, spend, tokens
from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import currency_variable, monthly_budget_variable
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.variables import router_variables

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["UID", "cost_and_tokens"]

UID: Final = "semantic-router-cost"


def cost_and_tokens() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Cost and tokens",
        description="What the Semantic Router's models cost, which traffic causes it, and what the response cache and compression save.",
        variables=[*router_variables(decision=False), currency_variable(), monthly_budget_variable()],
        since="now-24h",
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # More than four abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [overview.spent_in_range(), overview.per_day(), overview.per_month()]),
                Line(3, [overview.budget_used(), overview.per_1000_tokens(), overview.saved_per_day()]),
            ]
        ),
        Section(
            title="Spend",
            id=PANEL_IDS["row-spend"],
            lines=[
                Line(8, [spend.cost_per_hour_by_model(), spend.cost_per_hour_by_routing(), spend.month_at_this_pace_and_budget()]),
                Line(7, [spend.spent_in_range_by_model(), spend.conversation_cost_by_domain(), spend.cost_of_1000_tokens_by_model()]),
            ],
        ),
        Section(
            title="Tokens",
            id=PANEL_IDS["row-tokens"],
            lines=[
                Line(8, [tokens.tokens_by_kind(), tokens.tokens_by_model(), tokens.tokens_in_range_by_model()]),
                Line(
                    7,
                    [
                        tokens.prompt_length(),
                        tokens.answer_length(),
                        tokens.tokens_of_a_conversation_turn(),
                        tokens.cost_of_a_conversation_turn(),
                    ],
                ),
            ],
        ),
        Section(
            title="Savings",
            id=PANEL_IDS["row-savings"],
            lines=[
                Line(
                    8,
                    [
                        savings.saved_per_hour(),
                        savings.hit_share_of_the_cache(),
                        savings.cache_hits_by_decision(),
                        savings.prompt_tokens_avoided(),
                    ],
                )
            ],
        ),
        Section(
            title="Response cache",
            id=PANEL_IDS["row-cache"],
            collapsed=True,
            lines=[
                Line(8, [cache.lookups_by_result(), cache.cached_answers_by_backend(), cache.cache_errors_by_operation()]),
                Line(8, [cache.cache_service_time_p95(), cache.cache_backend_time_p95(), cache.age_of_reused_answers()]),
                Line(
                    7,
                    [
                        cache.added_expired_evicted(),
                        cache.answers_not_stored_by_reason(),
                        cache.waits_for_an_identical_request(),
                        cache.invalidations_in_range(),
                    ],
                ),
            ],
        ),
        Section(
            title="Context compression",
            id=PANEL_IDS["row-compression"],
            collapsed=True,
            lines=[
                Line(
                    8,
                    [
                        compression.compression_by_outcome(),
                        compression.tokens_before_and_after(),
                        compression.size_left_after_compression(),
                        compression.saved_per_hour_by_model(),
                    ],
                ),
                Line(
                    7,
                    [
                        compression.verdicts_of_the_quality_guard(),
                        compression.originals_stored_and_fetched(),
                        compression.age_of_fetched_originals(),
                    ],
                ),
            ],
        ),
    ]
