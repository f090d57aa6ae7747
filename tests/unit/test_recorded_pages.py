"""The catalogue against pages of the real router: names, types, labels, buckets and label values. See `tests/recorded/README.md`."""

from __future__ import annotations

import json

import pytest

from harness.pages import IN_USE, RECORDED, label_values, samples, total
from semantic_router_observability.contract import difference, page
from semantic_router_observability.prometheus.guards import BYTES_PER_SAMPLE
from semantic_router_observability.router.catalogue import families


@pytest.mark.parametrize("name", [*IN_USE, "families"])
def test_names_types_labels_and_buckets_are_the_catalogues(name: str) -> None:
    seen = page.read((RECORDED / f"{name}.prom").read_text(encoding="utf-8"), where=name)
    found = list(difference.differences(seen))
    assert [line for line in found if name in IN_USE or "which is in no list" not in line.text] == []


@pytest.mark.parametrize("name", IN_USE)
def test_values_of_closed_sets_are_the_catalogues(name: str) -> None:
    for family, label, value in label_values(samples(name)):
        known = families()[family]
        if label in known.closed_values:
            allowed = {*known.closed_values[label], *({"_init"} if known.stand_in else ())}
            assert value in allowed, f"{family}: {label}"


@pytest.mark.parametrize("name", IN_USE)
def test_a_page_may_be_several_times_as_long_as_the_routers(name: str) -> None:
    assert (RECORDED / f"{name}.prom").stat().st_size / len(samples(name)) < BYTES_PER_SAMPLE / 4


def test_only_cache_hits_name_their_decision() -> None:
    assert {
        value
        for family, label, value in label_values(samples("cache"))
        if (family, label) == ("llm_cache_plugin_hits_total", "decision_name")
    } == {"coding"}
    assert {
        value
        for family, label, value in label_values(samples("cache"))
        if (family, label) == ("llm_cache_plugin_misses_total", "decision_name")
    } == {"unknown"}
    assert total("cache", "llm_cache_plugin_hits_total") == 1
    assert total("cache", "llm_cache_plugin_misses_total") == 4


def test_which_families_cannot_name_the_decision() -> None:
    nameless = {
        (family, label)
        for name in IN_USE
        for family, label, value in label_values(samples(name))
        if label in {"decision", "decision_name", "category"} and value in {"unknown", ""}
    }
    assert nameless == {
        ("llm_cache_plugin_misses_total", "decision_name"),
        ("llm_plugin_execution_total", "decision_name"),
        ("llm_reasoning_decisions_total", "category"),
    }


def test_a_parse_error_of_a_request_has_no_model_and_one_of_an_answer_has() -> None:
    models = {labels["model"] for _, labels, _ in samples("mixed") if labels.get("reason") == "parse_error" and "model" in labels}
    assert models == {"unknown", "small", "large"}


def test_what_tells_readable_failures_from_unreadable_ones_is_the_number_of_tokens() -> None:
    """`docs/alerts.md` has these numbers, and why alerts make do with the larger of the two counters."""
    sent = {kind: counts["sent"] for kind, counts in json.loads((RECORDED / "mixed.truth.json").read_text(encoding="utf-8")).items()}
    failed = {"large": sent["e503text"], "small": sent["e500"] + sent["bad_answer"]}
    assert sum(failed.values()) == 61
    larger = 0.0
    for model, truth in failed.items():
        unread, status, refused = (
            total("mixed", "llm_request_errors_total", model=model, reason=reason)
            for reason in ("parse_error", "upstream_5xx", "upstream_4xx")
        )
        assert total("mixed", "llm_completion_tokens_per_request_bucket", model=model, le="0") - refused == truth
        assert max(unread, status) <= truth <= unread + status
        larger += max(unread, status)
    assert larger == 50


def test_a_decision_without_conditions_matches_with_confidence_zero() -> None:
    count = total("normal", "llm_decision_confidence_count", decision_name="default")
    assert count > 0
    assert total("normal", "llm_decision_confidence_sum", decision_name="default") == 0
