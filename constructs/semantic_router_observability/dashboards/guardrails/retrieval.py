"""Retrieval (RAG): does it answer, how fast, and does it find anything that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import OUTCOME_COLORS
from semantic_router_observability.dashboards.observations import share
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, timeseries
from semantic_router_observability.dashboards.queries import hit_share, quantile, rate, series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

ATTEMPTS = "rag_retrieval_attempts_total"
TIME = "rag_retrieval_latency_seconds"
SIZE = "rag_context_length_chars"
OFF = "no retrieval in use"


def retrievals_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["retrievals-by-outcome"],
            title="Retrievals by outcome",
            description=(
                "Retrievals per second. error: the backend failed or was too slow; config_error: the decision's plugin is set up "
                "wrongly, which waiting does not fix. Whether the request then fails is a setting of the plugin."
            ),
            unit="reqps",
            no_value=OFF,
        ),
        Query(rate(ATTEMPTS, by=["status"]), "{{status}}"),
        colors=OUTCOME_COLORS,
        stacked=True,
    )


def failed_retrievals_by_backend() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["failed-retrievals-by-backend"],
            title="Failed retrievals by backend",
            description=(
                "Share of retrievals that failed, by backend. With little traffic a single failure is a large share. The router retrieves before "
                "it names the decision, so no metric says for which decision: the log event of the failure does."
            ),
            unit="percentunit",
            no_value=OFF,
            maximum=1,
        ),
        Query(
            share(rate(ATTEMPTS, 'status!="success"', by=["backend"]), rate(ATTEMPTS, by=["backend"])),
            "{{backend}}",
        ),
        interval="10m",
    )


def retrieval_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["retrieval-time"],
            title="Retrieval time",
            description=(
                "Duration of one retrieval, all backends together. It delays the first token of every request it serves. The "
                "largest bucket is 5 s: a line that lies flat there means that long or longer."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(quantile(0.5, TIME), "p50", BLUE),
        Query(quantile(0.95, TIME), "p95", ORANGE),
        interval="2m",
    )


def retrieval_cache_hit_share() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["retrieval-cache-hit-share"],
            title="Retrieval cache hit share",
            description=(
                "Share of retrievals that the result cache answered, by backend. Only plugins that cache their results report it. "
                "0 means that every lookup went to the backend; gaps are times without lookups."
            ),
            unit="percentunit",
            no_value="no result cache",
            maximum=1,
        ),
        Query(
            hit_share("rag_cache_hits_total", "rag_cache_misses_total", by=["backend"]),
            "{{backend}}",
        ),
        interval="5m",
        top=1,
    )


def retrieved_text() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["retrieved-text"],
            title="Retrieved text",
            description=(
                "Size of the text a retrieval returned, in bytes. It is added to the prompt, so it costs tokens and time: about four "
                "bytes a token in English. Ends at 20000 bytes; near zero, the search finds nothing worth inserting."
            ),
            unit="bytes",
            no_value=OFF,
        ),
        Query(quantile(0.5, SIZE), "p50", BLUE),
        Query(quantile(0.95, SIZE), "p95", ORANGE),
        interval="5m",
        top=1000,
    )


def similarity_of_last_retrieval() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["similarity-of-last-retrieval"],
            title="Similarity of last retrieval",
            description=(
                "How well the last retrieved text fitted its question, by backend, mean over replicas. A snapshot of single "
                "requests, not an average of all: read the level over hours, not the single point."
            ),
            unit="percentunit",
            no_value=OFF,
            maximum=1,
        ),
        Query(f"avg by (backend) ({series('rag_similarity_score')})", "{{backend}}"),
        top=1,
    )
