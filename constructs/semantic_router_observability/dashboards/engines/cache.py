"""The engines' memory: KV cache and what prompts have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.engines import bounds
from semantic_router_observability.dashboards.engines.ids import PANEL_IDS
from semantic_router_observability.dashboards.engines.scope import NO_ENGINES, SCOPE, cache_usage
from semantic_router_observability.dashboards.others import per_second, ratio
from semantic_router_observability.dashboards.panels import About, Query, bargauge, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def cache() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache"],
            title="KV cache by model",
            description=(
                "Share of the KV cache in use, of the fullest engine of each model; the dashed line is 90 %. Follows running requests and their length. "
                "At 100 % requests are put back or wait."
            ),
            unit="percentunit",
            no_value=NO_ENGINES,
            maximum=1,
        ),
        Query(cache_usage(["model_name"]), "{{model_name}}"),
        bound=bounds.CACHE,
        top=1,
    )


def cache_by_engine() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["cache-by-engine"],
            title="Fullest KV caches now",
            description=(
                "The ten fullest engines at this moment; red from 90 %. One full engine among empty ones of the same model is uneven balancing, "
                "not missing capacity."
            ),
            unit="percentunit",
            no_value=NO_ENGINES,
            decimals=0,
            maximum=1,
        ),
        Query(f"sort_desc(topk(10, {cache_usage(['instance', 'model_name'])}))", "{{instance}} {{model_name}}"),
        bound=bounds.CACHE,
    )


def prefix_hits() -> Panel:
    hits, asked = (per_second(f"vllm:prefix_cache_{part}_total", *SCOPE, by=["model_name"]) for part in ("hits", "queries"))
    return timeseries(
        About(
            id=PANEL_IDS["prefix-hits"],
            title="Prefix cache hits by model",
            description=(
                "Share of prompt tokens that an engine did not have to compute because it had the same beginning before. Long system prompts and "
                "conversations that stay on one engine raise it; a conversation that moves to another model starts from nothing."
            ),
            unit="percentunit",
            no_value="prefix caching is off",
            maximum=1,
        ),
        Query(ratio(hits, asked), "{{model_name}}"),
        top=1,
    )
