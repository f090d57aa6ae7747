"""Parts of the router that a deployment may leave out: plugins, compression, RAG, agent memory, images, tools, the batch API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.events import DECISION, MODEL, Event, Feed, count, observe
from simulator.shapes import ZERO, LogNormal, Points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario import Scenario

PLUGIN = ("plugin_type", "decision_name", "status")


def extra_events(scenario: Scenario) -> Iterator[Event]:
    """Yield all events of these parts of the router."""
    yield from _plugins()
    yield from _compression(scenario)
    yield from _retrieval()
    yield from _memory(scenario)
    yield Event(
        key="tools",
        source="routed",
        per=0.2,
        needs="tools",
        fields=("strategy",),
        rows={("default",): 20, ("weighted",): 5, ("default-fallback",): 1},
        feeds=(observe("vsr_tools_retrieval_duration_seconds", LogNormal(0.006, 0.7)),),
    )
    yield Event(
        key="translation",
        source="forwarded",
        per=0.03,
        needs="translation",
        fields=("from", "to", "severity", "reason"),
        rows={
            ("anthropic", "openai", "lossy", "top_k_drop_on_openai_backend"): 3,
            ("anthropic", "openai", "info", "cache_fields_absent"): 5,
            ("openai", "anthropic", "lossy", "dropped"): 1,
        },
        feeds=(count("llm_translation_lossy_total"),),
    )
    yield Event(
        key="image",
        source="forwarded",
        per=0.01,
        needs="image_generation",
        fields=("backend", "status"),
        rows={("vllm_omni", "success"): 40, ("vllm_omni", "error"): 1},
        feeds=(count("image_gen_requests_total"), observe("image_gen_latency_seconds", LogNormal(9, 0.5))),
    )
    yield from _batches()


def _plugins() -> Iterator[Event]:
    yield Event(
        key="hallucination",
        source="ok",
        per=0.3,
        needs="hallucination_check",
        fields=PLUGIN,
        rows={
            ("hallucination", DECISION, "not_detected"): 90,
            ("hallucination", DECISION, "detected"): 6,
            ("hallucination", DECISION, "detected_nli"): 2,
        },
        feeds=(
            count("llm_plugin_execution_total"),
            observe("llm_plugin_execution_latency_seconds", LogNormal(0.12, 0.5)),
            observe("llm_hallucination_detection_latency_seconds", LogNormal(0.12, 0.5)),
        ),
    )
    yield Event(
        key="plugin error",
        source="ok",
        per=0.001,
        needs="hallucination_check",
        fields=("plugin_type", "error_reason"),
        rows={("hallucination", "detection_error"): 3, ("response_jailbreak", "detection_error"): 1},
        feeds=(count("llm_plugin_execution_errors_total"),),
    )
    yield Event(
        key="unverified",
        source="ok",
        per=0.02,
        needs="hallucination_check",
        feeds=(count("llm_unverified_factual_responses_total"),),
    )
    yield Event(
        key="response jailbreak",
        source="ok",
        per=0.2,
        needs="hallucination_check",
        fields=PLUGIN,
        rows={("response_jailbreak", DECISION, "not_detected"): 200, ("response_jailbreak", DECISION, "detected"): 1},
        feeds=(count("llm_plugin_execution_total"), observe("llm_plugin_execution_latency_seconds", LogNormal(0.03, 0.5))),
    )


def _compression(scenario: Scenario) -> Iterator[Event]:
    fields = ("decision", "strategy", "target", "quality", "fallback", "format", "token_counter_source", "model", "currency")

    def plan(status: str, quality: str) -> tuple[str, ...]:
        plugin = ("context_compression", "unknown", status)
        return (*plugin, "unknown", "extractive", "mixed", quality, "none", "json", "model_heuristic", MODEL, "USD")

    yield Event(
        key="compression",
        source="routed",
        per=0.25,
        needs="compression",
        fields=(*PLUGIN, *fields),
        rows={
            plan("applied", "budget_met"): 5,
            plan("below_trigger", "not_applied"): 12,
            plan("no_targets", "not_applied"): 4,
        },
        feeds=(
            count("llm_context_compression_applied_total"),
            count("llm_plugin_execution_total"),
            observe("llm_plugin_execution_latency_seconds", LogNormal(0.02, 0.6)),
            count("llm_context_compression_quality_guard_total"),
            observe("llm_context_compression_tokens_before", LogNormal(3000, 0.8), status="applied"),
            observe("llm_context_compression_tokens_after", LogNormal(1200, 0.7), status="applied"),
            observe("llm_context_compression_tokens_saved", LogNormal(1700, 0.8), status="applied"),
            observe("llm_context_compression_ratio", Points(((0.25, 2), (0.38, 4), (0.55, 3), (0.75, 1))), status="applied"),
            *(
                (Feed(family="llm_context_compression_cost_saved_total", times=0.0008, only={"status": "applied"}),)
                if "prices" in scenario.features
                else ()
            ),
        ),
    )
    yield Event(
        key="recovery",
        source="routed",
        per=0.02,
        needs="compression",
        fields=("status",),
        rows={("stored",): 8, ("retrieved",): 2},
        feeds=(
            count("llm_context_compression_recovery_total"),
            observe("llm_context_compression_recovery_age_seconds", LogNormal(60, 1.0), status="retrieved"),
            observe("llm_context_compression_recovery_ttl_remaining_seconds", LogNormal(900, 0.5), status="retrieved"),
        ),
    )


def _retrieval() -> Iterator[Event]:
    fields = ("backend", "decision", "status")
    yield Event(
        key="rag",
        source="routed",
        per=0.2,
        needs="rag",
        fields=fields,
        rows={("milvus", "unknown", "success"): 97, ("milvus", "unknown", "error"): 3},
        feeds=(
            count("rag_retrieval_attempts_total"),
            observe("rag_retrieval_latency_seconds", LogNormal(0.04, 0.7), status="success"),
            observe("rag_context_length_chars", LogNormal(3200, 0.6), status="success"),
            Feed(family="rag_similarity_score", level=(0.74, 0.12, 300), only={"status": "success"}),
        ),
    )
    yield Event(
        key="rag error",
        source="routed",
        per=0.006,
        needs="rag",
        fields=PLUGIN,
        rows={("rag", "unknown", "injection_error"): 1},
        feeds=(count("llm_plugin_execution_total"), observe("llm_plugin_execution_latency_seconds", ZERO)),
    )
    for result, per in (("hits", 0.06), ("misses", 0.14)):
        yield Event(
            key=f"rag cache {result}",
            source="routed",
            per=per,
            needs="rag_cache",
            fields=("backend",),
            rows={("milvus",): 1},
            feeds=(count(f"rag_cache_{result}_total"),),
        )


def _memory(scenario: Scenario) -> Iterator[Event]:
    users = {f"user-{i:04d}": 1 / (i + 1) for i in range(scenario.users)} or {"unknown": 1.0}
    yield Event(
        key="memory",
        source="routed",
        per=0.3,
        needs="memory",
        fields=("backend", "operation", "status", "user_id"),
        rows={
            ("milvus", "retrieve", status, user): weight * share
            for user, weight in users.items()
            for status, share in (("hit", 0.6), ("miss", 0.39), ("error", 0.01))
        },
        feeds=(
            count("llm_memory_retrieval_total"),
            observe("llm_memory_retrieval_latency_seconds", LogNormal(0.02, 0.7)),
            observe("llm_memory_retrieval_results", Points(((1, 3), (2, 3), (3, 2), (5, 1))), status="hit"),
            observe("llm_memory_retrieval_results", Points(((0, 1),)), status="miss"),
        ),
    )
    if "memory" not in scenario.extras:
        # The real router counts every routed request so while memory is not configured.
        yield Event(
            key="memory plugin, disabled",
            source="routed",
            fields=PLUGIN,
            rows={("memory", "unknown", "disabled"): 1},
            feeds=(count("llm_plugin_execution_total"), observe("llm_plugin_execution_latency_seconds", ZERO)),
        )
    yield Event(
        key="memory plugin",
        source="routed",
        per=0.3,
        needs="memory",
        fields=PLUGIN,
        rows={("memory", "unknown", "used"): 6, ("memory", "unknown", "missing"): 4},
        feeds=(count("llm_plugin_execution_total"), observe("llm_plugin_execution_latency_seconds", ZERO)),
    )
    for result, per in (("hits", 0.1), ("misses", 0.2)):
        timed = (observe("llm_memory_cache_latency_seconds", LogNormal(0.002, 0.5)),) if result == "hits" else ()
        yield Event(
            key=f"memory cache {result}",
            source="routed",
            per=per,
            needs="memory",
            fields=("backend",),
            rows={("milvus",): 1},
            feeds=(count(f"llm_memory_cache_{result}_total"), *timed),
        )
    yield Event(
        key="extraction",
        source="ok",
        per=0.1,
        needs="memory",
        fields=("status", "type"),
        rows={("success", "episodic"): 49, ("error", "episodic"): 1},
        feeds=(
            count("llm_memory_extraction_total"),
            observe("llm_memory_extraction_latency_seconds", LogNormal(1.8, 0.6)),
            observe("llm_memory_extraction_facts_count", Points(((0, 3), (1, 4), (2, 2), (4, 1))), status="success"),
        ),
    )
    yield Event(
        key="memory write",
        source="ok",
        per=0.12,
        needs="memory",
        fields=("backend", "operation", "status"),
        rows={("milvus", "store", "success"): 90, ("milvus", "update", "success"): 9, ("milvus", "store", "error"): 1},
        feeds=(
            count("llm_memory_store_operations_total"),
            observe("llm_memory_retrieval_latency_seconds", LogNormal(0.03, 0.6)),
        ),
    )


def _batches() -> Iterator[Event]:
    fields = ("processing_type", "batch_size_range", "error_type")
    yield Event(
        key="batch",
        source="arrivals",
        per=0.02,
        needs="batch_metrics",
        fields=fields,
        rows={("unified", "2-5", ""): 60, ("unified", "6-10", ""): 38},
        feeds=(
            count("batch_classification_requests_total"),
            Feed(family="batch_classification_texts_total", times=4, only={"batch_size_range": "2-5"}),
            Feed(family="batch_classification_texts_total", times=8, only={"batch_size_range": "6-10"}),
            observe("batch_classification_duration_seconds", LogNormal(0.06, 0.5)),
        ),
    )
    yield Event(
        key="batch error",
        source="arrivals",
        per=0.0005,
        needs="batch_metrics",
        fields=fields,
        rows={("unified", "", "invalid_json"): 2, ("unified", "", "classification_failed"): 1},
        feeds=(count("batch_classification_errors_total"), count("batch_classification_requests_total")),
    )
