"""Retrieval (RAG): does it answer, how fast, and does it find anything that fits."""

from __future__ import annotations

from semantic_router_observability.dashboards.guardrails.outcomes import OUTCOME_COLORS
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.observations import share
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, timeseries
from semantic_router_observability.dashboards.queries import quantile, rate, series, share_of_two

ATTEMPTS = "rag_retrieval_attempts_total"
TIME = "rag_retrieval_latency_seconds"
SIZE = "rag_context_length_chars"
OFF = "no retrieval in use"


def section() -> Section:
    return Section(
        title="Retrieval (RAG)",
        id=103,
        collapsed=True,
        lines=[
            Line(
                8,
                [
                    timeseries(
                        About(
                            id=40,
                            title="Retrievals by outcome",
                            description=(
                                "Retrievals per second. error: the backend failed or was too slow; config_error: the decision's plugin is set up "
                                "wrongly, which no waiting cures. Whether the request then fails is a setting of the plugin."
                            ),
                            unit="reqps",
                            no_value=OFF,
                        ),
                        Query(rate(ATTEMPTS, by=["status"]), "{{status}}"),
                        colors=OUTCOME_COLORS,
                        stacked=True,
                    ),
                    timeseries(
                        About(
                            id=41,
                            title="Failed retrievals by decision",
                            description=(
                                "Share of retrievals that failed, by decision. One decision alone points at its settings, all together at the "
                                "backend. With little traffic a single failure is a large share."
                            ),
                            unit="percentunit",
                            no_value=OFF,
                            maximum=1,
                        ),
                        Query(
                            share(rate(ATTEMPTS, 'status!="success"', by=["decision"]), rate(ATTEMPTS, by=["decision"])),
                            "{{decision}}",
                        ),
                        interval="10m",
                    ),
                    timeseries(
                        About(
                            id=42,
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
                    ),
                ],
            ),
            Line(
                7,
                [
                    timeseries(
                        About(
                            id=43,
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
                            share_of_two(rate("rag_cache_hits_total", by=["backend"]), rate("rag_cache_misses_total", by=["backend"])),
                            "{{backend}}",
                        ),
                        interval="5m",
                        top=1,
                    ),
                    timeseries(
                        About(
                            id=44,
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
                    ),
                    timeseries(
                        About(
                            id=45,
                            title="Similarity of last retrieval",
                            description=(
                                "How well the last retrieved text fitted its question, by decision, mean over replicas. A snapshot of single "
                                "requests, not an average of all: read the level over hours, not the single point."
                            ),
                            unit="percentunit",
                            no_value=OFF,
                            maximum=1,
                        ),
                        Query(f"avg by (decision) ({series('rag_similarity_score')})", "{{decision}}"),
                        top=1,
                    ),
                ],
            ),
        ],
    )
