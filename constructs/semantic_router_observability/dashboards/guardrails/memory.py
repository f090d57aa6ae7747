"""Agent memory: what is remembered, found again, and how long that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import OUTCOME_COLORS
from semantic_router_observability.dashboards.observations import mean
from semantic_router_observability.dashboards.panels import BLUE, GREEN, GREY, ORANGE, VERMILION, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import hit_share, joined, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

LOOKUPS = "llm_memory_retrieval_total"
EXTRACTION_TIME = "llm_memory_extraction_latency_seconds"
OFF = "no agent memory in use"


def memory_lookups_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory-lookups-by-outcome"],
            title="Memory lookups by outcome",
            description=(
                "Lookups per second, all users together. hit: something was remembered; miss: nothing; error: the store failed, and the "
                "answer is given without memories. The Qdrant backend does not count its lookups here. The router writes the user's id "
                "on these series, so they are not stored unless the scrape guard dropPersonal is turned off."
            ),
            unit="reqps",
            no_value="not stored: they name users",
        ),
        Query(rate(LOOKUPS, by=["status"]), "{{status}}"),
        colors={"hit": GREEN, "miss": GREY, "error": VERMILION},
        stacked=True,
    )


def memories_per_lookup() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memories-per-lookup"],
            title="Memories per lookup",
            description=(
                "Mean number of memories that one lookup returned, by backend, lookups without any included. They are added to the prompt, "
                "so many of them cost tokens; close to zero means that the memory is empty or its threshold too strict."
            ),
            unit="none",
            no_value=OFF,
        ),
        Query(mean("llm_memory_retrieval_results", by=["backend"]), "{{backend}}"),
        interval="5m",
        top=1,
    )


def memory_store_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory-store-time-p95"],
            title="Memory store time p95",
            description=(
                "Duration of calls to the memory store, 95th percentile, by operation: reads delay the answer, writes do not. The Qdrant "
                "backend always reports zero, and its line means nothing."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(quantile(0.95, "llm_memory_retrieval_latency_seconds", by=["operation"]), "{{operation}}"),
        interval="2m",
    )


def memory_writes_by_outcome() -> Panel:
    operations = rate("llm_memory_store_operations_total", by=["operation", "status"])
    return timeseries(
        About(
            id=PANEL_IDS["memory-writes-by-outcome"],
            title="Memory writes by outcome",
            description=(
                "Writes, changes and deletions per second. An error loses a memory silently: the user gets an answer and is not remembered. "
                "The Qdrant backend counts its reads here too and reports successes only."
            ),
            unit=rate_unit("writes"),
            no_value=OFF,
        ),
        Query(joined(operations, "operation", "status"), "{{pair}}"),
        rare=True,
    )


def memory_extraction_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory-extraction-by-outcome"],
            title="Memory extraction by outcome",
            description=(
                "Conversation turns per second that were searched for something to remember. The search asks a language model; errors are "
                "mostly that model's, and nothing is remembered from such a turn."
            ),
            unit=rate_unit("extractions"),
            no_value=OFF,
        ),
        Query(rate("llm_memory_extraction_total", by=["status"]), "{{status}}"),
        colors=OUTCOME_COLORS,
        stacked=True,
        interval="2m",
    )


def memory_extraction_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory-extraction-time"],
            title="Memory extraction time",
            description=(
                "How long the search of one turn for something to remember takes. It runs beside the answer, so it delays no answer, but it "
                "occupies the model it asks. Buckets reach from 0.1 s to 60 s."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(quantile(0.5, EXTRACTION_TIME), "p50", BLUE),
        Query(quantile(0.95, EXTRACTION_TIME), "p95", ORANGE),
        interval="5m",
    )


def facts_per_extraction() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["facts-per-extraction"],
            title="Facts per extraction",
            description=(
                "Mean number of facts that were stored after one turn, turns without any included. A rise fills the store and the prompts "
                "that use it; zero for long means that extraction finds nothing or its model has changed."
            ),
            unit="none",
            no_value=OFF,
        ),
        Query(mean("llm_memory_extraction_facts_count", by=["type"]), "{{type}}"),
        interval="5m",
        top=1,
    )


def front_cache_hit_share() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["front-cache-hit-share"],
            title="Front cache hit share",
            description=(
                "Share of memory lookups that the Redis cache in front of the store answered, by backend. Low with many different users, "
                "whose memories are asked for once; a drop to zero is a cache that is gone."
            ),
            unit="percentunit",
            no_value="no front cache",
            maximum=1,
        ),
        Query(hit_share("llm_memory_cache_hits_total", "llm_memory_cache_misses_total", by=["backend"]), "{{backend}}"),
        interval="5m",
        top=1,
    )


def front_cache_read_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["front-cache-read-time-p95"],
            title="Front cache read time p95",
            description=(
                "Duration of a read from the Redis cache in front of the memory store, hits only, 95th percentile. Normal: a few "
                "milliseconds. When it comes close to the store's own time, the cache is not worth having."
            ),
            unit="s",
            no_value="no front cache",
        ),
        Query(quantile(0.95, "llm_memory_cache_latency_seconds", by=["backend"]), "{{backend}}"),
        interval="5m",
        top=0.01,
    )
