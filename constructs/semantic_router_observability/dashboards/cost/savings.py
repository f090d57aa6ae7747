"""What is not spent: answers from the response cache, and prompt tokens that compression removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import HOUR, saved_by_cache, saved_by_compression
from semantic_router_observability.dashboards.observations import amount
from semantic_router_observability.dashboards.panels import CURRENCY_UNITS, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import hit_share

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def saved_per_hour() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["saved-per-hour"],
            title="Saved per hour",
            description=(
                "Two estimates per hour. Cache: as if each answer it gave had cost as much as the other answers do on average. "
                "Compression: the router's own estimate of prompt tokens avoided, at the model's price. Cache hits "
                "are split by decision and cost by model, so filter by neither or distrust it."
            ),
            unit="short",
            no_value="nothing to save yet",
        ),
        Query(f"{saved_by_cache()} * {HOUR}", "cache {{currency}}"),
        Query(f"{saved_by_compression()} * {HOUR}", "compression {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="5m",
    )


def cache_hit_share_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-hit-share-by-decision"],
            title="Cache hit share by decision",
            description=(
                "Lookups of the response cache that found an answer. Depends on how often users repeat themselves; a cache that is "
                "still filling starts at zero. Exact lookups count only when they hit, which flatters the share a little. "
                "Gaps are times without lookups."
            ),
            unit="percentunit",
            no_value="no cache lookups",
            maximum=1,
        ),
        Query(hit_share("llm_cache_plugin_hits_total", "llm_cache_plugin_misses_total", "decision_name"), "{{decision_name}}"),
        top=1,
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
