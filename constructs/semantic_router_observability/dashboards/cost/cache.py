"""The response cache from the inside, for those who tune it: what it holds, how fast it answers, what it refuses to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.observations import observed, zero_while
from semantic_router_observability.dashboards.panels import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    About,
    Query,
    bargauge,
    rate_unit,
    timeseries,
)
from semantic_router_observability.dashboards.queries import gauge, increase, or_none, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

SERVICE = "llm_response_cache_operation_duration_seconds"
CALLS = "llm_cache_operations_total"
AGE = "llm_response_cache_entry_age_seconds"
OFF = "no cache in use"


def lookups_by_result() -> Panel:
    lookups = 'operation=~"lookup_exact|lookup_semantic"'
    return timeseries(
        About(
            id=PANEL_IDS["lookups-by-result"],
            title="Lookups by result",
            description=(
                "Lookups per second: the same words again (exact), the same meaning (semantic), nothing found (miss). A request that "
                "misses asks twice, for the words and then for the meaning, so misses count up to twice."
            ),
            unit="reqps",
            no_value=OFF,
        ),
        Query(observed(SERVICE, lookups, by=["hit_kind"]), "{{hit_kind}}"),
        colors={"exact": GREEN, "semantic": BLUE, "miss": GREY},
        stacked=True,
    )


def cached_answers_by_backend() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cached-answers-by-backend"],
            title="Cached answers by backend",
            description=(
                "Entries that local cache backends hold, all replicas added up; each replica has its own. Normal: a plateau at the "
                "configured size or at what expires. Falls to nothing when a router restarts. Remote backends do not report."
            ),
            unit="short",
            no_value="no local cache",
        ),
        Query(gauge("llm_cache_entries_total", by=["backend"]), "{{backend}}"),
        top=10,
    )


def cache_errors_by_operation() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-errors-by-operation"],
            title="Cache errors by operation",
            description=(
                "Calls to the cache backend that failed, per second. Normal: zero. A failing cache costs money and time but no answers: "
                "requests go on to the model. canceled means that the client went away first."
            ),
            unit=rate_unit("errors"),
            no_value=OFF,
        ),
        Query(zero_while(rate(CALLS, 'status="error"'), rate(CALLS)), "error", VERMILION),
        Query(zero_while(rate(CALLS, 'status="canceled"'), rate(CALLS)), "canceled", GREY),
        rare=True,
    )


def cache_service_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-service-time-p95"],
            title="Cache service time p95",
            description=(
                "What the router waits for the cache, by operation, 95th percentile. Every request with a cache pays for the lookups, so "
                "they belong in the low milliseconds; the smallest bucket is 5 ms, below it values are guesses."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(quantile(0.95, SERVICE, by=["operation"]), "{{operation}}"),
        interval="2m",
    )


def cache_backend_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-backend-time-p95"],
            title="Cache backend time p95",
            description=(
                "Duration of the calls to the cache's store, by operation, 95th percentile. Slower than the service time's trend means the "
                "network or the store. Some backends report a constant zero for writes and evictions; those lines mean nothing."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(quantile(0.95, "llm_cache_operation_duration_seconds", by=["operation"]), "{{operation}}"),
        interval="2m",
    )


def age_of_reused_answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["age-of-reused-answers"],
            title="Age of reused answers",
            description=(
                "How old the answers were that the cache gave again. A p95 near the configured time to live means that a longer one would "
                "find more; old answers are also the ones that may have become wrong. Ends at one day."
            ),
            unit="s",
            no_value="no cache hits",
        ),
        Query(quantile(0.5, AGE), "p50", BLUE),
        Query(quantile(0.95, AGE), "p95", ORANGE),
        interval="5m",
        top=60,
    )


def added_expired_evicted() -> Panel:
    done = 'operation=~"add_entry|cleanup_expired|evict", status="success"'
    return timeseries(
        About(
            id=PANEL_IDS["added-expired-evicted"],
            title="Added, expired, evicted",
            description=(
                "Entries per second that went into the cache, ran out of time, or had to make room. Many evictions mean that the cache is "
                "too small for its workload. Only the in-memory backend reports expiry and eviction."
            ),
            unit=rate_unit("entries"),
            no_value=OFF,
        ),
        Query(rate(CALLS, done, by=["operation"]), "{{operation}}"),
        colors={"add_entry": GREEN, "cleanup_expired": BLUE, "evict": ORANGE},
    )


def answers_not_stored_by_reason() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["answers-not-stored-by-reason"],
            title="Answers not stored by reason",
            description=(
                "Answers per second that were kept out of the cache on purpose: the client asked for it, the backend failed, or the answer "
                "holds retrieved text, memories or personal data. pii_detected here is the guard at work."
            ),
            unit=rate_unit("answers"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_cache_write_skipped_total", by=["reason"]), "reason", "all stored"), "{{reason}}"),
        rare=True,
    )


def waits_for_an_identical_request() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["waits-for-an-identical-request"],
            title="Waits for an identical request",
            description=(
                "Requests per second that waited for the answer to the same question instead of asking the model again, by how the wait "
                "ended. completed is money saved; timeout cost the user time for nothing."
            ),
            unit=rate_unit("waits"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_response_cache_singleflight_waiters_total", by=["outcome"]), "outcome", "no waits"), "{{outcome}}"),
        colors={"completed": GREEN, "timeout": VERMILION, "canceled": GREY},
        rare=True,
    )


def invalidations_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["invalidations-in-range"],
            title="Invalidations in range",
            description=(
                "How often an administrator removed entries (invalidate) or emptied the cache (flush) within the range on screen; dry run "
                "true only counted what it would remove. Explains a sudden drop of the hit share."
            ),
            unit="short",
            no_value="none in range",
        ),
        Query(
            f"sort_desc({increase('llm_response_cache_invalidations_total', by=['operation', 'dry_run'])} > 0)",
            "{{operation}}, dry run {{dry_run}}",
        ),
    )
