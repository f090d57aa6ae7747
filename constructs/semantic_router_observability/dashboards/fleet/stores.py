"""The response cache as a store: what it holds, how its backend answers, and what is kept out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.fleet.replicas import by_replica, each
from semantic_router_observability.dashboards.panels import About, Query, timeseries
from semantic_router_observability.dashboards.queries import joined, or_none, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def entries() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-entries"],
            title="Cached answers by replica",
            description=(
                "Answers held by caches in the router's own memory, ten fullest replicas and the median of all. Each replica has its own: a "
                "question answered by one is new to the others, so more replicas mean fewer hits. Caches in a database report no entries."
            ),
            unit="short",
            no_value="no cache in memory",
        ),
        *by_replica(lambda at: each("llm_cache_entries_total", at=at)),
    )


def operations() -> Panel:
    calls = rate("llm_cache_operations_total", by=["operation", "status"])
    return timeseries(
        About(
            id=PANEL_IDS["cache-operations"],
            title="Cache backend calls",
            description=(
                "Calls per second into the cache's backend, by what was asked and how it ended. Normal: hits, misses and successes. "
                "Any error is a cache that fails silently: requests go on to a model and cost money."
            ),
            unit="ops",
            no_value="no router up",
        ),
        Query(or_none(joined(calls, "operation", "status"), "pair"), "{{pair}}"),
    )


def operation_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-operation-time"],
            title="Cache backend time p95",
            description=(
                "95th percentile of a call into the cache's backend, by operation. Normal: below 10 ms in memory, a network round trip more for a "
                "database. Writes to Qdrant and evictions from memory are recorded as 0 s, so they look better than they are."
            ),
            unit="s",
            no_value="no cache calls",
        ),
        Query(quantile(0.95, "llm_cache_operation_duration_seconds", by=["operation"]), "{{operation}}"),
        top=0.01,
    )


def lookup_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-lookup-time"],
            title="Cache lookup time p95",
            description=(
                "95th percentile of the response cache's lookups and stores as a request sees them, embedding included. Every request of a cached "
                "decision waits for its lookups, hit or miss, so this is part of the routing overhead."
            ),
            unit="s",
            no_value="no lookups",
        ),
        Query(quantile(0.95, "llm_response_cache_operation_duration_seconds", by=["operation"]), "{{operation}}"),
        top=0.01,
    )


def age() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-age"],
            title="Age of served answers",
            description=(
                "How old cached answers are when they are served, median and 95th percentile by kind of hit. The oldest bucket is a day. "
                "Old answers to questions about current things are a reason to shorten the time they are kept."
            ),
            unit="s",
            no_value="no cache hits",
        ),
        Query(quantile(0.5, "llm_response_cache_entry_age_seconds", by=["hit_kind"]), "{{hit_kind}} p50"),
        Query(quantile(0.95, "llm_response_cache_entry_age_seconds", by=["hit_kind"]), "{{hit_kind}} p95"),
        rare=True,
        top=60,
    )


def not_stored() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-not-stored"],
            title="Answers kept out by reason",
            description=(
                "Answers per second that were not stored on purpose: the client asked so, the backend failed, the decision says drop, or the answer rests on "
                "private context or personal data. pii_detected and memory_context are the guards against leaking between users at work."
            ),
            unit="cps",
            no_value="no router up",
        ),
        Query(or_none(rate("llm_cache_write_skipped_total", by=["reason"]), "reason"), "{{reason}}"),
        rare=True,
    )


def waiters() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-waiters"],
            title="Waits for a twin by outcome",
            description=(
                "Requests per second that waited for an identical one already under way instead of asking a model again. Completed waits save money; "
                "timeouts are requests that waited in vain and then went to a model anyway."
            ),
            unit="cps",
            no_value="no router up",
        ),
        Query(or_none(rate("llm_response_cache_singleflight_waiters_total", by=["outcome"]), "outcome"), "{{outcome}}"),
        rare=True,
    )


def invalidations() -> Panel:
    done = rate("llm_response_cache_invalidations_total", 'dry_run="false"', by=["operation"])
    return timeseries(
        About(
            id=PANEL_IDS["cache-invalidations"],
            title="Invalidations",
            description=(
                "Times per second that an administrator removed cached answers or emptied the cache, dry runs not counted. A drop in the share of hits "
                "right after a flush is expected."
            ),
            unit="cps",
            no_value="no router up",
        ),
        Query(or_none(done, "operation"), "{{operation}}"),
        rare=True,
    )
