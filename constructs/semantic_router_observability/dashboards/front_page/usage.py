"""What requests use: tokens, money, and what the cache saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import GREEN, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import cache_hit_share, or_none, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def prompt_tokens() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["prompt-tokens"],
            title="Prompt tokens by model",
            description=(
                "Tokens per second that models were given to read, as reported by their servers. Answers from the cache add the tokens of "
                "the original answer, so this is more than the backends really processed."
            ),
            unit=rate_unit("tokens"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_model_prompt_tokens_total", by=["model"]), "model"), "{{model}}"),
        stacked=True,
        top=1,
    )


def generated_tokens() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["generated-tokens"],
            title="Generated tokens by model",
            description=(
                "Tokens per second that models wrote, as reported by their servers, replayed cache answers included. A drop with a steady "
                "request rate means shorter answers, more errors, or servers that stopped to report usage."
            ),
            unit=rate_unit("tokens"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_model_completion_tokens_total", by=["model"]), "model"), "{{model}}"),
        stacked=True,
        top=1,
    )


def cost() -> Panel:
    per_hour = rate("llm_model_cost_total", by=["model", "currency"])
    return timeseries(
        About(
            id=PANEL_IDS["cost"],
            title="Cost per hour by model",
            description=(
                "Spending at the present rate, per hour, from the prices in the router's configuration. Models without a price are missing; "
                "answers from the cache cost nothing. Currencies are never added up: each line names its own."
            ),
            unit="short",
            no_value="no priced answers yet",
        ),
        Query(f"{per_hour} * 3600", "{{model}} {{currency}}/h"),
        by_unit={"/ USD/": "currencyUSD", "/ EUR/": "currencyEUR", "/ GBP/": "currencyGBP", "/ CNY/": "currencyCNY"},
    )


def cache_hits() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-hits"],
            title="Cache hit share",
            description=(
                "Lookups of the response cache that found an answer. The dashed line is 5 % by default, below which lookups are not worth their time; a cache that is still filling, or a workload "
                "without repetition, lies below it. Exact lookups count only when they hit, which flatters the share a little. "
                "Gaps are times without lookups. All decisions together: only hits name theirs."
            ),
            unit="percentunit",
            no_value="no cache lookups",
            maximum=1,
        ),
        Query(cache_hit_share(), "of lookups", GREEN),
        bound=bounds.CACHE_HITS,
        top=1,
        rare=True,
    )
