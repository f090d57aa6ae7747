"""Everything the router records is on some page, or on a list here that says why not."""

from __future__ import annotations

import re

import promql_parser as promql
import pytest

from harness.boards import panels, queries
from semantic_router_observability.dashboards import DASHBOARDS
from semantic_router_observability.router.catalogue import Family, families

NOT_SHOWN = {
    **dict.fromkeys(
        (
            "go_memstats_buck_hash_sys_bytes",
            "go_memstats_gc_sys_bytes",
            "go_memstats_mcache_inuse_bytes",
            "go_memstats_mcache_sys_bytes",
            "go_memstats_mspan_inuse_bytes",
            "go_memstats_mspan_sys_bytes",
            "go_memstats_other_sys_bytes",
        ),
        "book-keeping of the Go runtime, a few MiB; part of 'Go, kept' in Memory by kind",
    ),
    **dict.fromkeys(
        (
            "go_memstats_alloc_bytes",
            "go_memstats_heap_alloc_bytes",
            "go_memstats_heap_idle_bytes",
            "go_memstats_heap_sys_bytes",
            "go_memstats_stack_sys_bytes",
        ),
        "another cut through the same memory that Memory by kind shows",
    ),
    **dict.fromkeys(
        ("go_memstats_frees_total", "go_memstats_mallocs_total"), "their difference is Heap objects; bytes are in Allocations by replica"
    ),
    **dict.fromkeys(
        ("go_gc_gogc_percent", "go_gc_gomemlimit_bytes", "go_info"), "a setting or a version: it does not change while the process runs"
    ),
    **dict.fromkeys(
        ("go_memstats_last_gc_time_seconds", "go_memstats_next_gc_bytes"),
        "when collection happens; what it costs is in Longest GC pause and Time stopped for GC",
    ),
    **dict.fromkeys(
        ("process_virtual_memory_bytes", "process_virtual_memory_max_bytes"),
        "address space, mostly never touched: a large number that means nothing, and no limit",
    ),
    "promhttp_metric_handler_requests_in_flight": "sees itself: 1 in every scrape",
    "llm_decision_evaluation_total": "Matches per evaluation divides by the count of llm_decision_evaluation_latency_seconds, the same runs",
    "llm_model_selection_history": "counts what llm_model_selection_total counts, with fewer labels",
    "llm_model_error_rate_windowed": "always 0: its one writer reports success",
    "llm_model_utilization_percentage": "assumes a capacity of 100 requests a second, whatever the model",
    "llm_model_queue_depth_estimated": "a guess that streaming drags to 0; requests in flight are counted",
    "llm_model_tokens_windowed_total": "freezes while idle; the token counters say it for any window",
    "llm_model_latency_p50_windowed_seconds": "of one replica, like the 95th percentile on the fleet page, which says more",
    "llm_model_latency_p99_windowed_seconds": "of one replica, like the 95th percentile on the fleet page; too few answers for a 99th",
}

FED = [family for family in families().values() if family.fed]


def asked(file_name: str) -> set[str]:
    """Names of the samples a page asks for."""
    names: set[str] = set()
    for number in panels(file_name):
        for expression in queries(file_name, number):
            promql.parse(expression)
            names |= set(re.findall(r"\b([a-z_][\w:]*)\{", expression))
    return names


ASKED = set().union(*(asked(entry.file_name) for entry in DASHBOARDS if not entry.optional))


@pytest.mark.parametrize("family", FED, ids=lambda family: family.name)
def test_family_is_on_a_page_or_its_absence_has_a_reason(family: Family) -> None:
    shown = bool(ASKED & set(family.series))
    assert shown != (family.name in NOT_SHOWN), "either show it or say why not, not both"


def test_the_list_names_only_what_the_router_records() -> None:
    assert NOT_SHOWN.keys() <= {family.name for family in FED}


def test_no_page_asks_for_what_the_router_never_records() -> None:
    never = {sample for family in families().values() if not family.fed for sample in family.series}
    assert not ASKED & never
