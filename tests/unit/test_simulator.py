"""The simulated router behaves like one: its page is valid, its numbers agree with each other, and its truth is true."""

from __future__ import annotations

import math
import re
import time
import urllib.error
import urllib.request
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from semantic_router_observability.router.catalogue import INIT, families, family
from simulator import Distribution, Incident, Model, Restart, Router, RouterDown, Scenario, SimulatedRouter
from simulator.page import CONTENT_TYPE, number
from simulator.parser import ParsedFamily, parse
from simulator.shapes import LogNormal, Points
from simulator.shares import Split

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600.0
SCENARIOS = {
    "normal": Scenario(),
    "quiet": Scenario.silent(),
    "everything": Scenario.everything_on(),
    "memory cache": Scenario(extras=frozenset()),
    "slow trickle": Scenario(rate=0.04),
    "one model": replace(Scenario.everything_on(), models=(Model(name="only"),)),
    "all streamed": replace(Scenario.everything_on(), streaming_share=1.0, users=0, unknown_models=0, unknown_fields=0),
    "incidents": Scenario(incidents=(Incident.all_failing(600, 900), Incident.all_slow(1200, 1800), Incident.no_traffic(2000, 2100))),
    "late model": Scenario(models=(*Scenario().models, Model(name="newcomer", weight=4, appears_at=1000))),
}


@cache
def page(name: str, at: float = HOUR, seed: int = 1) -> dict[str, ParsedFamily]:
    return parse(Router(seed, SCENARIOS[name]).exposition(at))


@pytest.mark.parametrize("at", [0.0, 0.5, 7.0, HOUR, 400 * 86400.0])
@pytest.mark.parametrize("name", SCENARIOS)
def test_page_is_valid_and_fits_the_catalogue(name: str, at: float) -> None:
    for found in page(name, at).values():
        known = family(found.name)
        assert (found.type, found.help) == (known.type, known.meaning)
        for sample, labels in found.samples:
            assert sample in known.series
            have = dict(labels)
            extra = {"histogram": {"le"} if sample.endswith("_bucket") else set(), "summary": set(have) & {"quantile"}}.get(
                known.type, set()
            )
            assert set(have) - extra == set(known.labels)
            if sample.endswith("_bucket"):
                assert have["le"] == "+Inf" or float(have["le"]) in known.buckets


def test_every_family_that_can_appear_does() -> None:
    assert set(page("everything")) | {"llm_cache_entries_total"} == {
        known.name for known in families().values() if known.appears != "never"
    }


def test_families_of_features_that_are_off_are_absent() -> None:
    on = SCENARIOS["normal"].features
    for known in families().values():
        if known.appears == "never" or (known.needs and known.needs not in on):
            assert known.name not in page("normal"), known.name


def test_families_that_nothing_feeds_stay_at_zero() -> None:
    for known in families().values():
        if not known.fed and known.appears != "never":
            assert set(page("everything")[known.name].samples.values()) == {0.0}, known.name


def test_before_any_traffic_there_are_only_zeros_and_stand_ins() -> None:
    quiet = page("quiet")
    for found in quiet.values():
        known = family(found.name)
        if not known.group.startswith("runtime_") and known.group != "scrape_handler":
            assert known.appears in ("start", "placeholder"), found.name
            assert set(found.samples.values()) == {0.0}, found.name
        if known.stand_in == "_init":
            assert all(INIT in dict(labels).values() for _, labels in found.samples), found.name
    assert "llm_model_requests_total" not in quiet
    assert len(quiet["llm_model_selection_total"].samples) == len(family("llm_model_selection_total").label_values["method"])


def test_closed_vocabularies_are_kept() -> None:
    # These take configured names beside the listed ones, or a suffix.
    open_labels = {"category", "top_category", "loser", "strategy"}
    for found in page("everything").values():
        for label, values in family(found.name).label_values.items():
            if label not in open_labels:
                seen = {dict(labels)[label] for _, labels in found.samples}
                assert seen <= {*values, INIT}, (found.name, label)


@pytest.mark.parametrize("name", ["everything", "incidents", "late model"])
def test_counters_never_fall(name: str) -> None:
    router = Router(3, SCENARIOS[name])
    before: dict[tuple[str, object], float] = {}
    for at in (1, 2, 3, 10, 30, 599, 600, 601, 650, 899, 900, 905, 1000, 1010, 1200, 1300, 1799, 1800, 1900, 2000, 2050, 2100, 2101, 3000):
        now: dict[tuple[str, object], float] = {}
        for found in parse(router.exposition(at)).values():
            falls = family(found.name).buckets[:1] < (0,)  # negative observations: the sum may fall
            if found.type in ("counter", "histogram", "summary"):
                now |= {
                    key: value
                    for key, value in found.samples.items()
                    if not (falls and key[0].endswith("_sum")) and "quantile" not in dict(key[1])
                }
        assert [key for key, value in before.items() if now.get(key, -1) < value - 1e-9] == []
        before = now


def test_counters_are_born_at_one() -> None:
    router = Router(1, Scenario(rate=0.04))
    families_born = ("llm_model_requests_total", "llm_request_errors_total", "llm_cache_plugin_hits_total", "llm_cache_plugin_misses_total")
    firsts: dict[str, str] = {}
    for at in range(900):
        for line in router.exposition(at).splitlines():
            if line.startswith(families_born):
                series, _, value = line.rpartition(" ")
                firsts.setdefault(series, value)
    assert {series.partition("{")[0] for series in firsts} >= {"llm_model_requests_total", "llm_cache_plugin_misses_total"}
    assert set(firsts.values()) == {"1"}


def test_same_seed_same_bytes_and_another_seed_differs() -> None:
    first, again, other = (Router(seed, Scenario()).exposition(1234.5) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    router = Router(7, Scenario())
    router.exposition(99_999)
    assert router.exposition(1234.5) == first, "asking for a later moment changed an earlier one"


@pytest.mark.parametrize("name", ["normal", "everything", "slow trickle", "one model", "incidents"])
def test_truth_is_what_the_page_says(name: str) -> None:
    truth, found = Router(1, SCENARIOS[name]).truth(HOUR), page(name)

    def by(metric: str, *labels: str) -> dict[object, float]:
        if metric not in found:
            return {}
        values = {tuple(dict(have)[label] for label in labels): value for (_, have), value in found[metric].samples.items()}
        return {key[0] if len(labels) == 1 else key: value for key, value in values.items()}

    assert by("llm_model_requests_total", "model") == truth.requests
    assert by("llm_request_errors_total", "model", "reason") == truth.errors
    assert by("llm_model_inflight_requests", "model") == truth.inflight
    assert by("llm_model_prompt_tokens_total", "model") == truth.prompt_tokens
    assert by("llm_model_completion_tokens_total", "model") == truth.completion_tokens
    assert by("llm_model_cost_total", "model", "currency") == truth.cost
    assert by("llm_cache_plugin_hits_total", "decision_name") == truth.cache_hits
    assert by("llm_cache_plugin_misses_total", "decision_name") == {"unknown": sum(truth.cache_misses.values())}
    for metric, spreads in (
        ("llm_model_completion_latency_seconds", truth.completion_latency),
        ("llm_model_ttft_seconds", truth.ttft),
        ("llm_model_tpot_seconds", truth.tpot),
    ):
        for model, spread in spreads.items():
            if spread.count:
                assert found[metric].value("_count", model=model) == spread.count
                assert found[metric].value("_sum", model=model) == spread.sum
                for bound in family(metric).buckets:
                    above = found[metric].value("_bucket", model=model, le=number(bound)) / spread.count
                    assert above == pytest.approx(1 - spread.share_above(bound))


@pytest.mark.parametrize("name", ["normal", "everything", "memory cache", "slow trickle", "incidents", "late model"])
@pytest.mark.parametrize("at", [250.0, HOUR])
def test_families_agree_with_each_other(name: str, at: float) -> None:
    found, truth = page(name, at), Router(1, SCENARIOS[name]).truth(at)

    def total(metric: str, suffix: str = "", **labels: str) -> float:
        return found[metric].total(suffix, **labels) if metric in found else 0.0

    hits = total("llm_cache_plugin_hits_total")
    auto = total("llm_decision_evaluation_total")
    routed = total("llm_routing_reason_codes_total", reason_code="auto_routing")
    named = total("llm_routing_reason_codes_total", reason_code="model_specified")
    completions = total("llm_model_completion_latency_seconds", "_count")
    # Every routed request is evaluated and selected once, and either answered by the cache or forwarded.
    assert total("llm_decision_evaluation_latency_seconds", "_count") == auto
    assert total("llm_model_selection_total") == total("llm_model_selection_duration_seconds", "_count") == auto
    assert total("llm_classification_confidence", "_count") == total("llm_signal_match_total", signal_type="domain") == auto
    assert total("llm_model_routing_modifications_total") == routed == auto - hits
    assert total("llm_model_routing_latency_seconds", "_count") == auto - hits + named
    # Whatever was not routed is `unknown`.
    broken = total("llm_request_errors_total", reason="parse_error", model="unknown")
    broken += total("llm_request_errors_total", reason="model_not_found")
    assert total("llm_model_requests_total", model="unknown") == named + broken
    assert truth.total_requests == auto + named + broken
    # Forwarded requests are in flight, failed, or complete; named ones are not tracked while in flight.
    late = total("llm_request_errors_total", reason="timeout")
    open_named = (auto - hits + named) - late - (completions - hits) - total("llm_model_inflight_requests")
    assert 0 <= open_named <= named
    rejected = sum(total("llm_request_errors_total", reason=reason) for reason in ("upstream_4xx", "upstream_5xx"))
    assert sum(truth.completions.values()) == completions - rejected
    # First tokens exist for what backends answered, times per token for what they did not fail; lengths for all answers.
    assert total("llm_model_ttft_seconds", "_count") == completions - hits
    assert total("llm_model_tpot_seconds", "_count") == completions - hits - rejected
    for kind in ("prompt", "completion"):
        assert total(f"llm_{kind}_tokens_per_request", "_count") == completions
        assert total(f"llm_{kind}_tokens_per_request", "_sum") == total(f"llm_model_{kind}_tokens_total")
    assert total("llm_model_tokens_total") == total("llm_model_prompt_tokens_total") + total("llm_model_completion_tokens_total")
    lookups = total("llm_response_cache_operation_duration_seconds", "_count", operation="lookup_semantic", status="miss")
    assert lookups == total("llm_cache_plugin_misses_total")
    assert total("llm_session_turn_cost", "_count") == total("llm_session_turn_prompt_tokens", "_count")


def test_extras_agree_with_each_other() -> None:
    found = page("everything")
    for counter, timer, labels in (
        ("rag_retrieval_attempts_total", "rag_retrieval_latency_seconds", {"status": "success"}),
        ("image_gen_requests_total", "image_gen_latency_seconds", {}),
        ("llm_memory_extraction_total", "llm_memory_extraction_latency_seconds", {}),
        ("llm_memory_cache_hits_total", "llm_memory_cache_latency_seconds", {}),
        ("llm_plugin_execution_total", "llm_plugin_execution_latency_seconds", {}),
        ("llm_cache_operations_total", "llm_cache_operation_duration_seconds", {}),
        ("llm_context_compression_recovery_total", "llm_context_compression_recovery_age_seconds", {"status": "retrieved"}),
        ("llm_context_compression_applied_total", "llm_context_compression_tokens_saved", {"status": "applied"}),
    ):
        assert found[counter].total(**labels) == found[timer].total("_count") > 0, counter


def test_rate_errors_and_hits_are_as_the_scenario_asks() -> None:
    scenario = Scenario(rate=20, cache_hit_share=0.3, models=(Model(name="m", error_share=0.05),))
    truth = Router(1, scenario).truth(24 * HOUR)
    assert truth.total_requests / (24 * HOUR) == pytest.approx(20, rel=0.001)
    hits, misses = sum(truth.cache_hits.values()), sum(truth.cache_misses.values())
    assert hits / (hits + misses) == pytest.approx(0.3, rel=0.001)
    failed = sum(n for (_, reason), n in truth.errors.items() if reason in ("upstream_4xx", "upstream_5xx", "timeout"))
    assert failed / (failed + sum(truth.completions.values()) - hits) == pytest.approx(0.05, rel=0.001)
    low, high = truth.ttft["m"].quantile_range(0.25)
    assert low < 0.2 <= high


def test_the_largest_model_needs_longer_than_the_last_bucket() -> None:
    truth = Router(1, Scenario()).truth(HOUR)
    slow = truth.completion_latency["gpt-oss-120b"]
    assert slow.share_above(10) > 0.2
    assert slow.share_above(30) > 0
    assert truth.completion_latency["qwen3-8b"].share_above(10) < 0.01


def test_all_failing() -> None:
    scenario = Scenario(incidents=(Incident.all_failing(600, 1200, reason="timeout"),))
    before, during = (Router(1, scenario).truth(at) for at in (700, 1200))
    # From 100 s into the incident everything that ends has begun in it, but for cache hits.
    answered = sum(during.completions.values()) - sum(before.completions.values())
    hits = sum(during.cache_hits.values()) - sum(before.cache_hits.values())
    timeouts = sum(n - before.errors.get(key, 0) for key, n in during.errors.items() if key[1] == "timeout")
    assert answered == hits > 0
    assert timeouts > 1000


def test_one_model_failing_leaves_the_others_alone() -> None:
    scenario = Scenario(incidents=(Incident(start=0, end=HOUR, model="qwen3-8b", error_share=0.5, reason="upstream_4xx"),))
    errors = Router(1, scenario).truth(HOUR).errors
    assert errors["qwen3-8b", "upstream_4xx"] > 1000
    assert ("qwen3-8b", "upstream_5xx") not in errors
    assert sum(n for (model, _), n in errors.items() if model == "llama-3.3-70b") < 50


def test_all_slow() -> None:
    scenario = Scenario(incidents=(Incident.all_slow(600, 1800, factor=20),))
    router = Router(1, scenario)
    before, during = router.truth(600), router.truth(1800)
    for model in ("qwen3-8b", "llama-3.3-70b"):
        forwarded = during.ttft[model] - before.ttft[model]
        assert forwarded.share_above(0.5) > 0.9
        assert (during.completion_latency[model] - before.completion_latency[model]).share_above(10) > 0.4
    assert sum(during.inflight.values()) > 5 * sum(before.inflight.values())


def test_no_traffic() -> None:
    router = Router(1, Scenario(incidents=(Incident.no_traffic(600, 1200),)))
    assert router.truth(600).requests == router.truth(1199).requests
    assert router.truth(1000).inflight == {}
    assert router.truth(1300).total_requests > router.truth(1200).total_requests


def test_overlapping_incidents_multiply() -> None:
    busy = Incident(start=0, end=HOUR, traffic=2.0)
    once, twice = (Router(1, Scenario(incidents=incidents)).truth(HOUR).total_requests for incidents in ((busy,), (busy, busy)))
    assert twice == pytest.approx(2 * once, rel=0.001)


def test_restart_starts_from_zero() -> None:
    router = Router(1, Scenario(restarts=(Restart(at=1000, down=20),), epoch=5000))
    before, after = parse(router.exposition(999.9)), parse(router.exposition(1021))
    assert router.truth(999.9).total_requests > 4000
    assert router.truth(1021).total_requests < 20
    assert before["process_start_time_seconds"].value() == 5000
    assert after["process_start_time_seconds"].value() == 6020
    assert not router.up(1000)
    assert not router.up(1019.9)
    assert router.up(1020)
    with pytest.raises(RouterDown):
        router.exposition(1010)


def test_while_loading_it_answers_but_serves_nothing() -> None:
    router = Router(1, Scenario(loading=60, restarts=(Restart(at=500, down=0),)))
    assert "llm_model_requests_total" not in parse(router.exposition(60))
    assert "llm_model_requests_total" in parse(router.exposition(70))
    assert "llm_model_requests_total" not in parse(router.exposition(560))


def test_a_model_that_appears_later() -> None:
    router = Router(1, SCENARIOS["late model"])
    assert "newcomer" not in router.truth(1000).requests
    assert router.truth(1005).requests["newcomer"] > 0
    added = {model: n - router.truth(1000).requests[model] for model, n in router.truth(2000).requests.items() if model != "newcomer"}
    assert router.truth(2000).requests["newcomer"] == pytest.approx(added["qwen3-8b"] * 4 / 5, rel=0.02)


def test_windows_have_the_peculiarities_of_the_router() -> None:
    router = Router(1, Scenario.everything_on(incidents=(Incident.no_traffic(1000, 2000), Incident.all_failing(2000, 3000))))
    busy, idle = parse(router.exposition(1000)), parse(router.exposition(1900))
    model = {"model": "qwen3-8b", "time_window": "5m"}
    assert busy["llm_model_requests_windowed_total"].value(**model) > 100
    assert idle["llm_model_requests_windowed_total"].value(**model) == 0
    assert idle["llm_model_latency_windowed_seconds"].value(**model) == 0
    assert idle["llm_model_latency_p95_windowed_seconds"].value(**model) > 0
    failing = parse(router.exposition(2900))
    assert set(failing["llm_model_error_rate_windowed"].samples.values()) == {0.0}
    assert max(page("everything", 400 * 86400.0)["llm_model_requests_windowed_total"].samples.values()) == 10_000


def test_labels_that_clients_choose_are_as_many_as_the_scenario_says() -> None:
    found = parse(Router(1, Scenario.everything_on(users=40, unknown_models=30, unknown_fields=20)).exposition(24 * HOUR))

    def values(name: str, label: str, **only: str) -> int:
        return len({dict(labels)[label] for _, labels in found[name].samples if only.items() <= labels})

    assert values("llm_memory_retrieval_total", "user_id") == 40
    assert values("llm_request_errors_total", "model", reason="model_not_found") == 30
    assert values("sr_request_params_unknown_field_stripped_total", "field") == 20


@pytest.mark.parametrize("name", ["normal", "everything", "incidents"])
def test_a_page_costs_the_same_however_late(name: str) -> None:
    """A page three years after the start in less than twice the processor time of one after an hour: nothing is replayed."""
    early, late = (_seconds_a_page(name, at) for at in (HOUR, 3 * 365 * 86400.0))
    assert late < 2 * early


def _seconds_a_page(name: str, at: float) -> float:
    router = Router(1, SCENARIOS[name])
    router.exposition(at)
    spent = []
    for i in range(8):
        start = time.process_time()
        router.exposition(at + i)
        spent.append(time.process_time() - start)
    return min(spent)


def test_splits_add_up_and_never_fall() -> None:
    for start in (0.0, 0.3, 0.999):
        split = Split([5, 0, 0.001, 3, 1e-9, 2, 0], start)
        before = split.of(0)
        assert before == [0] * 7
        for events in range(1, 3000):
            now = split.of(events)
            assert sum(now) == events
            assert sum(now) - sum(before) == 1
            assert all(a >= b for a, b in zip(now, before, strict=True))
            assert now[1] == now[6] == 0
            before = now
        assert before[0] / 3000 == pytest.approx(0.5, abs=0.001)


def test_shapes_place_means_inside_their_bins() -> None:
    bounds = (0.5, 1.0, 2.0, 8.0)
    for shape in (LogNormal(1.5, 0.7), LogNormal(1.5, 0.0), Points(((0.5, 1), (1.5, 2), (9, 1)))):
        bins = shape.bins(bounds)
        assert math.fsum(share for share, _ in bins) == pytest.approx(1)
        for (share, mean), low, high in zip(bins, (0, *bounds), (*bounds, math.inf), strict=True):
            assert share == 0 or low <= mean <= high
    spread = LogNormal(1.5, 0.7)
    assert math.fsum(share * mean for share, mean in spread.bins(bounds)) == pytest.approx(spread.mean)


def test_quantile_range() -> None:
    spread = Distribution((1.0, 2.0), (1, 2, 1), 6.0)
    assert [spread.quantile_range(q) for q in (0.25, 0.5, 0.75, 1)] == [(0, 1), (1, 2), (1, 2), (2, math.inf)]
    assert spread.share_above(2.0) == 0.25
    assert math.isnan(Distribution((1.0,), (0, 0), 0.0).quantile_range(0.5)[0])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1.0, "1"),
        (999_999, "999999"),
        (1_000_000, "1e+06"),
        (1_234_567, "1.234567e+06"),
        (-32, "-32"),
        (0.1, "0.1"),
        (0.0001, "0.0001"),
        (6.4e-05, "6.4e-05"),
        (1_767_225_600.25, "1.76722560025e+09"),
        (float(2**63 - 1), "9.223372036854776e+18"),
        (1e100, "1e+100"),
        (999_999.5, "999999.5"),
    ],
)
def test_numbers_are_written_as_go_writes_them(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ("# HELP a b\n# TYPE a counter\na 1", "no newline"),
        ("# HELP a b\n# TYPE a counter\na 1\na 2\n", "sample twice"),
        ("# HELP a b\n# TYPE a counter\nb 1\n", "another family"),
        ("# HELP a b\n# TYPE a counter\na one\n", "not a number"),
        ("# HELP a b\n# TYPE a counter\na -1\n", "negative"),
        ('# HELP a b\n# TYPE a gauge\na{x="1"y="2"} 1\n', "bad labels"),
        ('# HELP a b\n# TYPE a gauge\na{x="1",x="2"} 1\n', "bad labels"),
        ("# HELP a b\n# TYPE a gauge\n\n", "not a sample"),
        ("# HELP a b\n# TYPE a gauge\n", "without type or samples"),
        ("# TYPE a gauge\na 1\n", "misplaced"),
        ("# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n# TYPE a gauge\na 1\n", "family twice"),
        ('# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n', "do not accumulate"),
        ('# HELP a b\n# TYPE a histogram\na_bucket{le="+Inf"} 1\na_sum 1\na_count 2\n', "count does not fit"),
    ],
)
def test_the_parser_is_strict(broken: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        parse(broken)


def test_the_parser_reads_escapes() -> None:
    found = parse('# HELP a b\n# TYPE a gauge\na{x="q\\"b\\\\n\\n"} 1.5e-05\n')
    assert found["a"].value(x='q"b\\n\n') == 1.5e-05


def scrape(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


def test_served_page_is_the_computed_one() -> None:
    scenario = replace(SCENARIOS["late model"], restarts=(Restart(at=9000, down=1),), features=frozenset({"windowed_metrics"}))
    with SimulatedRouter(scenario=scenario, seed=5, speed=0, start_offset=HOUR, prefix=["env", "PROOF=1"]) as replica:
        assert scrape(replica.url) == (Router(5, scenario).exposition(HOUR), CONTENT_TYPE)
        with pytest.raises(urllib.error.HTTPError) as refused:
            scrape(replica.url.replace("/metrics", "/"))
        refused.value.close()
        assert refused.value.code == 404
        url = replica.url
    with pytest.raises(urllib.error.URLError):
        scrape(url)
    replica.stop()


def test_time_passes_at_the_speed_asked_for() -> None:
    with SimulatedRouter(speed=1000, start_offset=0) as replica:
        first = parse(scrape(replica.url)[0])["process_cpu_seconds_total"].value()
        time.sleep(0.3)
        # 300 simulated seconds of at least 0.012 CPU seconds each.
        assert parse(scrape(replica.url)[0])["process_cpu_seconds_total"].value() >= first + 3.6


def test_a_replica_that_is_down_hangs_up() -> None:
    with (
        SimulatedRouter(scenario=Scenario(restarts=(Restart(at=10, down=1e9),)), speed=0, start_offset=20) as replica,
        pytest.raises(ConnectionError),
    ):
        scrape(replica.url)


def test_a_replica_that_cannot_start_says_why() -> None:
    with (
        SimulatedRouter() as replica,
        pytest.raises(RuntimeError, match=r"did not start: cannot listen on 127\.0\.0\.1:\d+: Address already in use"),
    ):
        SimulatedRouter(port=replica.port).start()


@pytest.mark.cluster
@pytest.mark.parametrize("name", SCENARIOS)
def test_promtool_reads_the_page(name: str) -> None:
    import subprocess

    from harness.programs import program

    text = Router(1, SCENARIOS[name]).exposition(HOUR)
    done = subprocess.run([program("promtool"), "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    # Code 1 is a page that cannot be read, 3 a matter of taste. The router's own names are not ours to change.
    assert done.returncode in (0, 3), done.stderr
    assert re.sub(r'\S+ (non-)?counter metrics should( not)? have "_total" suffix\n', "", done.stderr).strip() == ""


@pytest.mark.cluster
def test_prometheus_reads_what_the_truth_says(tmp_path: Path) -> None:
    from harness.programs import program
    from simulator.prometheus import Prometheus

    with (
        SimulatedRouter(speed=0, start_offset=HOUR) as replica,
        Prometheus(program("prometheus"), tmp_path, targets=[f"{replica.address}:{replica.port}"]) as prometheus,
    ):
        truth = Router(1, Scenario()).truth(HOUR)
        prometheus.wait_for('up{job="semantic-router"} == 1')
        assert prometheus.value("sum(llm_model_requests_total)") == truth.total_requests
        assert prometheus.value("sum(llm_request_errors_total)") == truth.total_errors
        assert prometheus.value("sum(llm_model_cost_total)") == pytest.approx(sum(truth.cost.values()))
        for model, spread in truth.ttft.items():
            low, high = spread.quantile_range(0.95)
            query = f'histogram_quantile(0.95, sum by (le) (llm_model_ttft_seconds_bucket{{model="{model}"}}))'
            assert min(low, 10) <= prometheus.value(query) <= min(high, 10), model
        # The page has as many samples as our own reader finds.
        samples = sum(len(found.samples) for found in parse(scrape(replica.url)[0]).values())
        assert prometheus.value("scrape_samples_scraped") == samples
