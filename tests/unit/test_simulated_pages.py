"""Pages of the simulator against those of the real router: what a label holds, and what stands where there is nothing to say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from harness.pages import IN_USE, label_values, read, samples
from semantic_router_observability.contract import difference, page
from simulator import Incident, Router, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.pages import Sample

PAGES = [Router(seed=1, scenario=scenario).exposition(3600.0) for scenario in (Scenario(rate=20), Scenario.everything_on(rate=20))]

NAMELESS = {"", "unknown"}
"""What the router writes where it does not know."""

ALWAYS_MATCHED = {("llm_signal_extraction_total", "signal_name")}
"""Here the simulated signals all match: they are of types that count an evaluation only then."""

BY_PLUGIN = {("llm_plugin_execution_total", "decision_name")}
"""The recorded plugins (memory, fast_response) never name the decision; others, which the simulator has too, do."""


def by_label(pages: Iterable[Iterable[Sample]]) -> dict[tuple[str, str], set[str]]:
    """Values by family and label."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for lines in pages:
        for family, label, value in label_values(lines):
            found[family, label].add(value)
    return found


REAL, SIMULATED = by_label(map(samples, IN_USE)), by_label(map(read, PAGES))


def test_the_same_labels_lack_a_name() -> None:
    both = REAL.keys() & SIMULATED.keys()
    assert len(both) > 80
    only_real = {where: REAL[where] & NAMELESS for where in both if not REAL[where] & NAMELESS <= SIMULATED[where]}
    assert only_real.keys() <= ALWAYS_MATCHED


def test_a_label_that_never_has_a_name_has_none_here() -> None:
    never = {where for where, values in REAL.items() if values <= NAMELESS and where in SIMULATED} - BY_PLUGIN
    assert ("llm_cache_plugin_misses_total", "decision_name") in never
    assert ("llm_reasoning_decisions_total", "category") in never
    assert {where: SIMULATED[where] for where in never if not SIMULATED[where] <= NAMELESS} == {}


def test_values_are_ones_that_the_router_writes() -> None:
    for text in PAGES:
        assert [line for line in difference.differences(page.read(text, where="simulator")) if "in no list" in line.text] == []


def test_memory_counts_while_it_is_off() -> None:
    off = [labels for name, labels, value in read(PAGES[0]) if name == "llm_plugin_execution_total" and labels["plugin_type"] == "memory"]
    assert off == [{"plugin_type": "memory", "decision_name": "unknown", "status": "disabled"}]


def test_a_decision_without_conditions_matches_with_confidence_zero() -> None:
    sums = {labels["decision_name"]: value for name, labels, value in read(PAGES[0]) if name == "llm_decision_confidence_sum"}
    assert sums["general"] == 0
    assert min(value for decision, value in sums.items() if decision != "general") > 0


def failing(reason: str) -> Sequence[Sample]:
    """A page after an hour in which a third of the answers of each model failed, in one way."""
    incident = Incident(start=0, end=7200, error_share=0.3, reason=reason)  # type: ignore[arg-type]
    return tuple(read(Router(seed=2, scenario=Scenario(incidents=(incident,))).exposition(3600.0)))


SAME = {
    **{name: samples(name) for name in ("normal", "mixed", "cache")},
    "simulated": tuple(read(PAGES[0])),
    **{f"simulated {reason}": failing(reason) for reason in ("upstream_4xx", "upstream_5xx", "plain_5xx", "unusable", "timeout")},
}
"""Pages of both, on which the same counts have to agree with each other."""


@pytest.mark.parametrize("page_of", SAME.values(), ids=SAME)
def test_families_agree_as_on_the_real_page(page_of: Sequence[Sample]) -> None:
    def total(name: str, **labels: str) -> float:
        return sum(value for found, has, value in page_of if found == name and labels.items() <= has.items())

    models = {labels["model"] for name, labels, _ in page_of if name == "llm_model_completion_latency_seconds_count"}
    assert models
    for model in models:
        observed, begun, paced = (total(f"llm_model_{kind}_seconds_count", model=model) for kind in ("completion_latency", "ttft", "tpot"))
        empty = total("llm_completion_tokens_per_request_bucket", model=model, le="0")
        refused, failed, unread = (
            total("llm_request_errors_total", model=model, reason=reason) for reason in ("upstream_4xx", "upstream_5xx", "parse_error")
        )
        # A failure that has a status is observed as an answer without tokens, and has no time per token.
        assert begun - paced == empty
        assert refused + max(failed, unread) <= empty <= refused + failed + unread
        assert observed >= begun, "the cache's answers have no first token"
        for kind in ("prompt", "completion"):
            assert total(f"llm_{kind}_tokens_per_request_count", model=model) == observed
            assert total(f"llm_{kind}_tokens_per_request_sum", model=model) == total(f"llm_model_{kind}_tokens_total", model=model)
        routed = total("llm_routing_reason_codes_total", model=model)
        assert routed >= begun
        assert total("llm_routing_reason_codes_total", model=model, reason_code="auto_routing") == total(
            "llm_model_routing_modifications_total", target_model=model
        )
    hits = total("llm_cache_plugin_hits_total")
    routed = total("llm_routing_reason_codes_total")
    assert total("llm_model_completion_latency_seconds_count") - total("llm_model_ttft_seconds_count") == hits
    assert total("llm_model_routing_latency_seconds_count") == routed


def test_a_failure_is_counted_as_the_router_counts_it() -> None:
    """The real page has 30 answers 503 in plain text of `large`; `small` had 20 in JSON, and 11 that were no answers."""
    real = {(labels["model"], labels["reason"]): value for name, labels, value in samples("mixed") if name == "llm_request_errors_total"}
    assert (real["large", "upstream_5xx"], real["large", "parse_error"]) == (30, 30)
    assert (real["small", "upstream_5xx"], real["small", "parse_error"]) == (20, 11)
    for reason, counted in {
        "plain_5xx": {"upstream_5xx", "parse_error"},
        "upstream_5xx": {"upstream_5xx"},
        "unusable": {"parse_error"},
        "timeout": {"timeout"},
    }.items():
        errors = {
            (labels["model"], labels["reason"]): value
            for name, labels, value in SAME[f"simulated {reason}"]
            if name == "llm_request_errors_total" and labels["model"] == "qwen3-8b"
        }
        assert {found for _, found in errors} == counted
        assert len(set(errors.values())) == 1


@pytest.mark.parametrize("family", ["llm_model_completion_latency_seconds", "llm_model_ttft_seconds"])
def test_failures_are_as_quick_as_recorded(family: str) -> None:
    """All 30 failures of `large` took at most 0.25 s, a third of them at most 0.1 s."""

    def upto(page_of: Sequence[Sample], model: str, bound: str) -> float:
        return sum(value for name, has, value in page_of if name == f"{family}_bucket" and has["model"] == model and has["le"] == bound)

    assert upto(samples("mixed"), "large", "0.25") == 30
    failing_page, well = SAME["simulated plain_5xx"], SAME["simulated timeout"]
    failed = sum(
        value
        for name, has, value in failing_page
        if name == "llm_request_errors_total" and has == {"model": "gpt-oss-120b", "reason": "parse_error"}
    )
    assert failed > 100
    quick, quicker = (upto(failing_page, "gpt-oss-120b", bound) - upto(well, "gpt-oss-120b", bound) for bound in ("0.25", "0.1"))
    assert quick == pytest.approx(failed, rel=0.1)
    assert quicker == pytest.approx(failed * upto(samples("mixed"), "large", "0.1") / 30, rel=0.35)
