"""What happens to an answer besides being forwarded: the response cache, sessions, and the policy for request parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.events import DECISION, DOMAIN, MODEL, OTHER_MODEL, Event, Feed, count, observe
from simulator.shapes import ZERO, LogNormal, Points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.events import Source
    from simulator.scenario import Scenario

LOOKUP_FIELDS = ("decision_name", "plugin_type", "backend", "operation", "protocol", "hit_kind", "source", "status")


def answer_events(scenario: Scenario) -> Iterator[Event]:
    """Yield all events of this part of the router."""
    backend = "hybrid" if "remote_cache" in scenario.extras else "memory"
    yield from _cache(backend)
    yield from _sessions(scenario)
    yield from _parameters(scenario)


def _cache(backend: str) -> Iterator[Event]:
    def served(operation: str, protocol: str, kind: str) -> tuple[str, ...]:
        return (DECISION, "response_cache", backend, operation, protocol, kind, "l1", "hit")

    yield Event(
        key="cache hit",
        source="hits",
        fields=LOOKUP_FIELDS,
        rows={
            served("lookup_exact", "openai:body", "exact"): 3,
            served("lookup_exact", "openai:stream", "exact"): 2,
            served("lookup_semantic", "openai:body", "semantic"): 3,
            served("lookup_semantic", "openai:stream", "semantic"): 2,
        },
        feeds=(
            count("llm_cache_plugin_hits_total"),
            observe("llm_response_cache_operation_duration_seconds", LogNormal(0.004, 0.6)),
            observe("llm_response_cache_entry_age_seconds", LogNormal(240, 1.4)),
        ),
    )
    # A miss asks twice: for the same words, then for the same meaning. Only the second question counts as the plugin's miss.
    yield Event(
        key="cache miss",
        source="misses",
        fields=LOOKUP_FIELDS,
        rows={
            ("unknown", "response_cache", backend, "lookup_semantic", "openai:body", "miss", "unknown", "miss"): 1,
            ("unknown", "response_cache", backend, "lookup_semantic", "openai:stream", "miss", "unknown", "miss"): 1,
        },
        feeds=(
            count("llm_cache_plugin_misses_total"),
            observe("llm_response_cache_operation_duration_seconds", LogNormal(0.007, 0.6)),
        ),
    )
    yield Event(
        key="cache exact miss",
        source="misses",
        fields=LOOKUP_FIELDS,
        rows={("", "", backend, "lookup_exact", "openai:body", "miss", "unknown", "miss"): 1},
        feeds=(observe("llm_response_cache_operation_duration_seconds", LogNormal(0.001, 0.5)),),
    )
    yield Event(
        key="cache store",
        source="misses",
        per=0.95,
        fields=LOOKUP_FIELDS,
        rows={("", "", backend, "store_semantic", "openai:body", "unknown", "unknown", "success"): 1},
        feeds=(observe("llm_response_cache_operation_duration_seconds", LogNormal(0.003, 0.6)),),
    )
    yield Event(
        key="cache skip",
        source="misses",
        per=0.04,
        fields=("reason",),
        rows={("request_no_store",): 3, ("upstream_non_2xx",): 2, ("pii_detected",): 1},
        feeds=(count("llm_cache_write_skipped_total"),),
    )
    yield from _cache_backend(backend)


def _cache_backend(backend: str) -> Iterator[Event]:
    fields = ("backend", "operation", "status")
    sources: tuple[tuple[Source, str], ...] = (("hits", "hit"), ("misses", "miss"))
    for source, status in sources:
        yield Event(
            key=f"backend {status}",
            source=source,
            fields=fields,
            rows={(backend, "find_similar", status): 1},
            feeds=(count("llm_cache_operations_total"), observe("llm_cache_operation_duration_seconds", LogNormal(0.003, 0.7))),
        )
    yield Event(
        key="cache store",
        source="misses",
        per=0.95,
        fields=fields,
        rows={(backend, "add_entry", "success"): 1},
        feeds=(
            count("llm_cache_operations_total"),
            observe("llm_cache_operation_duration_seconds", LogNormal(0.002, 0.6)),
            Feed(family="llm_cache_entries_total", most=1000),
        ),
    )
    if backend == "memory":
        yield Event(
            key="cache upkeep",
            source="misses",
            per=0.1,
            fields=fields,
            rows={(backend, "cleanup_expired", "success"): 1, (backend, "evict", "success"): 3},
            feeds=(
                count("llm_cache_operations_total"),
                observe("llm_cache_operation_duration_seconds", ZERO, operation="evict"),
                observe("llm_cache_operation_duration_seconds", LogNormal(0.004, 0.5), operation="cleanup_expired"),
            ),
        )
    yield Event(
        key="twin",
        source="misses",
        per=0.01,
        fields=("backend", "outcome"),
        rows={(backend, "completed"): 30, (backend, "timeout"): 1},
        feeds=(count("llm_response_cache_singleflight_waiters_total"),),
    )
    yield Event(
        key="invalidation",
        source="misses",
        per=0.0005,
        fields=("backend", "operation", "dry_run"),
        rows={(backend, "invalidate", "false"): 3, (backend, "invalidate", "true"): 1, (backend, "flush", "false"): 1},
        feeds=(count("llm_response_cache_invalidations_total"),),
    )


def _sessions(scenario: Scenario) -> Iterator[Event]:
    turn: dict[tuple[str, ...], float] = {(MODEL, DOMAIN, "USD"): 1}
    fields = ("model", "domain", "currency")
    yield Event(
        key="turn",
        source="ok",
        per=0.4,
        needs="session_identity",
        fields=fields,
        rows=turn,
        feeds=(
            observe("llm_session_turn_prompt_tokens", LogNormal(600, 0.9)),
            observe("llm_session_turn_completion_tokens", LogNormal(240, 0.8)),
        ),
    )
    if "session_identity" in scenario.features:
        # The same turns, priced: the same key makes it the same events.
        yield Event(
            key="turn",
            source="ok",
            per=0.4,
            needs="prices",
            fields=fields,
            rows=turn,
            feeds=(observe("llm_session_turn_cost", LogNormal(0.0006, 1.0)),),
        )
    if len(scenario.models) > 1:
        yield Event(
            key="transition",
            source="ok",
            per=0.04,
            needs="session_identity",
            fields=("from_model", "to_model", "model"),
            rows={(MODEL, OTHER_MODEL, OTHER_MODEL): 1},
            feeds=(
                count("llm_session_model_transitions_total"),
                observe("llm_cache_warmth_estimate", Points(((0.05, 5), (0.25, 3), (0.55, 2), (0.95, 1)))),
            ),
        )


def _parameters(scenario: Scenario) -> Iterator[Event]:
    def policy(key: str, per: float, rows: dict[tuple[str, ...], float], *fields: str, family: str) -> Event:
        return Event(key=key, source="routed", per=per, needs="request_params_policy", fields=fields, rows=rows, feeds=(count(family),))

    yield policy(
        "blocked",
        0.01,
        {(DECISION, "logit_bias"): 2, (DECISION, "seed"): 1},
        "decision",
        "param",
        family="sr_request_params_blocked_total",
    )
    yield policy("capped n", 0.004, {(DECISION,): 1}, "decision", family="sr_request_params_max_n_capped_total")
    yield policy("capped tokens", 0.02, {(DECISION,): 1}, "decision", family="sr_request_params_max_tokens_capped_total")
    if scenario.unknown_fields:
        yield policy(
            "stripped",
            0.015,
            {(DECISION, f"x_client_field_{i}"): 1 / (i + 1) for i in range(scenario.unknown_fields)},
            "decision",
            "field",
            family="sr_request_params_unknown_field_stripped_total",
        )
