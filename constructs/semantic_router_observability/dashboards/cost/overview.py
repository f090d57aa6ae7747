"""The first line: what the range on screen cost, what a month costs at that pace, and what was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import (
    DAY,
    MONTH,
    NO_COST,
    of_budget,
    per_second,
    priced_tokens,
    saved,
    spent,
)
from semantic_router_observability.dashboards.panels import CURRENCY_UNITS, About, Query, stat
from semantic_router_observability.dashboards.queries import RANGE

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def spent_in_range() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["spent-in-range"],
            title="Spent in range",
            description=(
                "Money the models cost within the range on screen, by the prices in the router's configuration, one number a "
                "currency. Models without a price are not in here; answers from the cache cost nothing. The first "
                "answer of each model after a restart is missed, so this is slightly low. It is not an invoice."
            ),
            unit="short",
            no_value=NO_COST,
            decimals=2,
        ),
        Query(spent(), "{{currency}}"),
        by_unit=CURRENCY_UNITS,
    )


def per_day() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["per-day"],
            title="Per day",
            description=(
                "What a day costs if it goes on like the mean of the range on screen. Choose a range that holds whole days (or "
                "weeks) before you plan with it: a busy hour makes an expensive day."
            ),
            unit="short",
            no_value=NO_COST,
            decimals=2,
        ),
        Query(f"{per_second(window=RANGE)} * {DAY}", "{{currency}}"),
        by_unit=CURRENCY_UNITS,
    )


def per_month() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["per-month"],
            title="Per month",
            description=(
                "What an average month (30.4 days) costs if it goes on like the mean of the range on screen. It looks at the "
                "present pace only: what was spent since the first of the month is not added."
            ),
            unit="short",
            no_value=NO_COST,
            decimals=2,
        ),
        Query(f"{per_second(window=RANGE)} * {MONTH}", "{{currency}}"),
        by_unit=CURRENCY_UNITS,
    )


def budget_used() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["budget-used"],
            title="Budget used",
            description=(
                "The month at this pace as a share of the monthly budget typed in above; red from 100 % on. The budget is one "
                "number: with several currencies, choose the one it is meant in. Filters narrow the cost but "
                "not the budget, which makes it a budget for what is selected."
            ),
            unit="percentunit",
            no_value="no budget or cost",
            decimals=0,
        ),
        Query(of_budget(f"{per_second(window=RANGE)} * {MONTH}"), "{{currency}}"),
        bound=1,
    )


def per_1000_tokens() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["per-1000-tokens"],
            title="Per 1000 tokens",
            description=(
                "What a thousand tokens cost, prompt and completion together, mean of the range on screen. Tokens replayed from the "
                "cache count as tokens that cost nothing, so a good cache lowers this. Only models with a price."
            ),
            unit="short",
            no_value=NO_COST,
            decimals=5,
        ),
        Query(f"1000 * {spent()}\n/ on (currency) ({priced_tokens()} > 0)", "{{currency}}"),
        by_unit=CURRENCY_UNITS,
    )


def saved_per_day() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["saved-per-day"],
            title="Saved per day",
            description=(
                "Two estimates, added up, at the mean pace of the range on screen. Cache: as if each answer it gave had cost as much as the "
                "others do on average. Compression: the router's own estimate of prompt tokens avoided, at the "
                "model's price. The row Savings shows them apart. For all models and decisions: cache hits name no model."
            ),
            unit="short",
            no_value="nothing to save yet",
            decimals=2,
        ),
        Query(f"({saved(RANGE)}) * {DAY}", "{{currency}}"),
        by_unit=CURRENCY_UNITS,
    )
