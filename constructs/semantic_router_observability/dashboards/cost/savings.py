"""What is not spent: answers from the response cache, and prompt tokens that compression removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import HOUR, saved_by_cache, saved_by_compression
from semantic_router_observability.dashboards.observations import amount
from semantic_router_observability.dashboards.panels import CURRENCY_UNITS, GREEN, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import cache_hit_share, rate
from semantic_router_observability.dashboards.variables import ALL_DECISIONS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def saved_per_hour() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["saved-per-hour"],
            title="Saved per hour",
            description=(
                "Two estimates per hour. Cache: as if each answer it gave had cost as much as the other answers do on average. "
                "Compression: the router's own estimate of prompt tokens avoided, at the model's price. The "
                "cache's line is of all models and decisions: cache hits name no model."
            ),
            unit="short",
            no_value="nothing to save yet",
        ),
        Query(f"{saved_by_cache()} * {HOUR}", "cache {{currency}}"),
        Query(f"{saved_by_compression()} * {HOUR}", "compression {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="5m",
    )


def hit_share_of_the_cache() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-hit-share"],
            title="Cache hit share",
            description=(
                "Lookups of the response cache that found an answer. Depends on how often users repeat themselves; a cache that is "
                "still filling starts at zero. Exact lookups count only when they hit, which flatters the share a little. "
                "Gaps are times without lookups. All decisions together: only hits name theirs, see Cache hits by decision."
            ),
            unit="percentunit",
            no_value="no cache lookups",
            maximum=1,
        ),
        Query(cache_hit_share(), "of lookups", GREEN),
        top=1,
        interval="5m",
    )


def cache_hits_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-hits-by-decision"],
            title="Cache hits by decision",
            description=(
                "Requests per second that the response cache answered, by decision. How many lookups of a decision found nothing is not "
                "known: the router counts misses without the decision."
            ),
            unit="reqps",
            no_value="no cache hits",
        ),
        Query(rate("llm_cache_plugin_hits_total", ALL_DECISIONS, by=["decision_name"]), "{{decision_name}}"),
        interval="5m",
    )


def prompt_tokens_avoided() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["prompt-tokens-avoided"],
            title="Prompt tokens avoided",
            description=(
                "Prompt tokens per second that context compression removed, by strategy, as the router estimates them without the "
                "model's own tokenizer. Compare with the prompt tokens above to see how much it matters."
            ),
            unit=rate_unit("tokens"),
            no_value="no prompt was compressed",
        ),
        Query(amount("llm_context_compression_tokens_saved", by=["strategy"]), "{{strategy}}"),
        interval="5m",
        top=1,
    )
