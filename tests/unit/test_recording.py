"""The recording rules: what they are called, what they hold, and that dashboards answer alike on them and on raw series."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import cdk8s
import pytest
import yaml

import semantic_router_observability as sro
from harness import boards
from harness.programs import program
from harness.recorded import concrete, cost, recorded
from semantic_router_observability.__main__ import main
from semantic_router_observability.contract import Contract
from semantic_router_observability.dashboards import queries, raw_queries
from semantic_router_observability.dashboards.panels import Query
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.prometheus.rules import RuleFile
from semantic_router_observability.rules import FILE_NAME, router_groups
from simulator import Model, Restart, Router, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.history import History

GROUPS = [group.body() for group in router_groups()]
RULES = {rule["record"]: rule["expr"] for group in GROUPS for rule in group["rules"]}
LATE = 1800
"""Second at which a model appears."""

RESTARTS = (700.0, 2500.0, 3500.0)
"""Seconds of restarts of one router; the last one minutes before the end."""

MODELS = (
    Model(name="early", weight=2),
    Model(name="late", weight=2, appears_at=LATE),
)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour of two replicas that use every part of the router."""
    yield from remembered(tmp_path_factory, [Router(seed=n, scenario=Scenario.everything_on(rate=20)) for n in (1, 2)])


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour in which a model appears and one of two replicas restarts."""
    restarts = tuple(Restart(at=at, down=60) for at in RESTARTS)
    scenarios = [Scenario(rate=20, models=MODELS, wave=0), Scenario(rate=20, models=MODELS, wave=0, restarts=restarts)]
    yield from remembered(tmp_path_factory, [Router(seed=n, scenario=scenario) for n, scenario in enumerate(scenarios)])


def remembered(directory: pytest.TempPathFactory, routers: list[Router]) -> Iterator[History]:
    with recorded(directory.mktemp("history"), routers, prometheus=program("prometheus"), promtool=program("promtool")) as history:
        yield history


def answers(history: History, expression: str, *, window: str = "5m", **chosen: str) -> dict[str, float]:
    """Ask at the end of the history; labels as text lead to values."""
    rows = history.query(concrete(expression, range_="1h", window=window, **chosen))
    return {json.dumps(row["metric"], sort_keys=True): float(row["value"][1]) for row in rows}


def both(build: Callable[[], str]) -> tuple[str, str]:
    with raw_queries():
        raw = build()
    return build(), raw


def page(*, recorded: bool) -> dict[str, str]:
    """Queries of the front page by panel and place."""
    return {
        f"{panel['title']} {target['refId']} {panel['type']}": target["expr"]
        for panel in boards.panels("llm-router-dashboard.json", recorded=recorded).values()
        for target in panel["targets"]
    }


RECORDED, RAW = page(recorded=True), page(recorded=False)

COUNTS = {key for key, expression in RECORDED.items() if "[$__range:1m]" in expression}
"""Counts of everything on screen: made of overlapping windows of five minutes, so close and not equal."""


# --- the rules


def test_prometheus_accepts_the_rules() -> None:
    text = yaml.safe_dump({"groups": GROUPS})
    done = subprocess.run([program("promtool"), "check", "rules", "/dev/stdin"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


def test_rules_keep_the_contract() -> None:
    findings, _ = Contract.everything().extend(strict=True).recording(GROUPS, where="rules")
    assert [str(finding.error()) for finding in findings] == []


@pytest.mark.parametrize("record", RULES)
def test_names_say_level_metric_and_operation(record: str) -> None:
    level, metric, operation = record.split(":")
    for grouped in re.findall(r"\bby \(([^)]*)\)", RULES[record]):
        named = grouped.split(", ")
        assert level.startswith("namespace_job")
        assert level == "_".join(named) or (metric == "llm_request_errors" and "model" not in named)
        assert not {"instance", "pod", "service"} & set(named)
    assert metric in RULES[record]
    assert re.fullmatch(r"rate5m|observed_rate5m|sum|count|changes2m", operation)
    assert operation != "rate5m" or f"{metric}" in RULES[record].replace("_total", "")


def test_one_record_one_rule() -> None:
    assert len(RULES) == sum(len(group["rules"]) for group in GROUPS)
    assert len({group["name"] for group in GROUPS}) == len(GROUPS)


@pytest.mark.parametrize("record", RULES)
def test_every_rule_records_something(busy: History, record: str) -> None:
    held = busy.query(record)
    assert held
    expected = busy.query(RULES[record])
    assert {tuple(sorted(row["metric"].items())) for row in expected} == {
        tuple(sorted((key, value) for key, value in row["metric"].items() if key != "__name__")) for row in held
    }


def test_names_that_clients_made_up_are_not_told_apart(busy: History) -> None:
    raw = busy.values('count by (reason) (llm_request_errors_total{reason="model_not_found"})', "reason")
    assert raw["model_not_found"] > 2
    (row,) = busy.query('namespace_job_model_reason:llm_request_errors:rate5m{reason="model_not_found"}')
    assert "model" not in row["metric"]


def test_what_is_recorded_does_not_grow_with_pods(busy: History) -> None:
    """Each replica alone would record as much as all together, but for labels that only one of them has seen."""
    for record, expression in RULES.items():
        together = len(busy.query(expression))
        alone = max(len(busy.query(_of_one(expression, number))) for number in (1, 2))
        assert together <= 1.5 * alone, record


def _of_one(expression: str, number: int) -> str:
    """Restrict the selectors of a rule to one replica."""
    replica = f'instance="10.0.0.{number}:9190"'
    return re.sub(
        r"\b((?:llm|process)_\w+|up)(?![\w(:])(\{[^}]*\})?",
        lambda found: f"{found[1]}{{{', '.join(filter(None, [(found[2] or '')[1:-1], replica]))}}}",
        expression,
    )


# --- dashboards on the rules


@pytest.mark.parametrize("key", RECORDED)
def test_both_forms_answer_alike(busy: History, key: str) -> None:
    """Over the same five minutes."""
    held, raw = answers(busy, RECORDED[key]), answers(busy, RAW[key])
    if "topk" in RAW[key]:
        # Which of equal ones is the last in a list of the most frequent is chance.
        held, raw = (dict(zip("0123456789", sorted(values.values(), reverse=True), strict=False)) for values in (held, raw))
    assert held.keys() == raw.keys()
    for labels, value in raw.items():
        # Rules are evaluated up to 30 s before the moment asked for; requests in flight come and go in that time.
        near: dict[str, Any] = {"rel": 0.12, "abs": 3} if key in COUNTS else {"abs": 15} if "flight" in key else {"rel": 0.05, "abs": 0.005}
        assert held[labels] == pytest.approx(value, **near)


@pytest.mark.parametrize("chosen", [{"model": "qwen3-8b"}, {"decision": "math"}, {"namespace": "elsewhere"}, {"job": "other"}], ids=str)
def test_filters_still_filter(busy: History, chosen: dict[str, str]) -> None:
    compared = 0
    for key in RECORDED.keys() - COUNTS:
        held, raw = answers(busy, RECORDED[key], **chosen), answers(busy, RAW[key], **chosen)
        # names that clients made up have no model in the recorded errors, and go with All only
        if "model_not_found" in RAW[key] or "llm_request_errors" not in RAW[key]:
            assert held == pytest.approx(raw, rel=0.05, abs=8 if "flight" in key else 0.01)
            compared += 1
    assert compared > 15


def test_recorded_queries_touch_few_samples(busy: History) -> None:
    """With two replicas at 30 s; the factor grows with replicas and with scrapes. `make bench` measures 5, 20 and 100."""
    url, touched = busy.prometheus.url, {"recorded": 0, "raw": 0}
    for name, form in (("recorded", RECORDED), ("raw", RAW)):
        for key, expression in form.items():
            span = 3000 if key.endswith("timeseries") else 0
            touched[name] += cost(url, concrete(expression, range_="1h"), at=busy.now, span=span).samples
    assert touched["raw"] > 3 * touched["recorded"]


@pytest.mark.parametrize("key", RECORDED)
def test_with_rules_the_front_page_reads_no_series_of_single_pods(key: str) -> None:
    """So that it costs the same at any number of pods: `make bench` shows how much."""
    assert re.findall(r"(?<![\w:])llm_\w+", RECORDED[key]) == []


# --- known truths


def test_a_model_that_appeared_late_is_counted_for_its_time_only(changing: History) -> None:
    expression = queries.increase("llm_routing_reason_codes_total", by=["model"])
    counted = changing.values(concrete(expression, range_="1h"), "model")
    steady = changing.routers[0]
    end = steady.truth(changing.last)
    # What the cache answers has no reason for a route.
    truth = end.handled["late"] * (1 - sum(end.cache_hits.values()) / sum(end.handled.values()))
    assert truth > 1000
    (alone,) = answers(changing, 'sum(llm_routing_reason_codes_total{model="late", instance="10.0.0.1:9190"})').values()
    assert alone == pytest.approx(truth, rel=0.15)
    assert counted["late"] == pytest.approx(2 * alone, rel=0.12)
    assert 1.5 < counted["early"] / counted["late"] < 4


def test_the_rate_of_now_is_the_true_one(changing: History) -> None:
    (held,) = answers(changing, queries.rate("llm_model_requests_total", window=queries.RECENT)).values()
    router = changing.routers[0]
    true = (router.truth(changing.last).total_requests - router.truth(changing.last - 300).total_requests) / 300
    assert held == pytest.approx(2 * true, rel=0.25)  # the other one has just restarted


@pytest.mark.parametrize(("ago", "expected"), [(0, 3), (600, 2), (1300, 1), (2400, 1)])
def test_restarts_are_counted_at_once_and_completely(changing: History, ago: int, expected: int) -> None:
    expression = concrete(queries.restarts(), range_="1h")
    (row,) = changing.prometheus.query(expression, at=changing.now - ago)
    assert float(row["value"][1]) == expected


def test_a_count_over_a_long_window_is_the_mean_rate_times_its_length(busy: History) -> None:
    build = lambda: queries.rate("llm_model_requests_total", window=queries.RANGE)  # noqa: E731
    held, raw = both(build)
    assert answers(busy, held)["{}"] == pytest.approx(answers(busy, raw)["{}"], rel=0.08)


# --- queries


def test_a_question_the_recorded_series_cannot_answer_is_asked_of_the_raw_ones() -> None:
    assert ":rate5m" in queries.rate("llm_model_requests_total")
    assert ":rate5m" not in queries.rate("llm_model_requests_total", by=["instance"])
    assert ":rate5m" not in queries.rate("llm_model_requests_total", 'pod="a"')
    assert ":rate5m" not in queries.rate("llm_model_requests_total", window="7m")
    assert ":rate5m" not in queries.rate("llm_memory_extraction_total")
    assert ":sum" not in queries.gauge("llm_model_inflight_requests", by=["pod"])
    with raw_queries():
        assert ":" not in queries.rate("llm_model_requests_total").replace("[:]", "")
        with raw_queries(raw=False):
            assert ":rate5m" in queries.rate("llm_model_requests_total")
    assert isinstance(Query(queries.zero(), "zero").expr, str)


# --- the switch


def stack(**arguments: Any) -> dict[str, Any]:
    chart = cdk8s.Chart(cdk8s.App(), "switch", namespace="monitoring")
    prometheus = sro.PrometheusStack(chart, "prometheus", **arguments)
    sro.GrafanaStack(chart, "grafana", sources=[prometheus])
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in cdk8s.Testing.synth(chart)}


def test_rules_are_shipped_and_dashboards_use_them() -> None:
    objects = stack()
    shipped = yaml.safe_load(objects["ConfigMap/prometheus-rules"]["data"][f"{FILE_NAME}.yaml"])
    assert shipped["groups"] == GROUPS
    assert ":rate5m" in str(objects["ConfigMap/grafana-dashboard-llm-router"]["data"])


def test_without_rules_dashboards_ask_for_raw_series() -> None:
    objects = stack(recording_rules=False)
    assert f"{FILE_NAME}.yaml" not in objects["ConfigMap/prometheus-rules"].get("data", {})
    assert ":rate5m" not in str(objects["ConfigMap/grafana-dashboard-llm-router"]["data"])


@pytest.mark.parametrize("held", [False, True])
def test_a_foreign_prometheus_says_whether_it_has_the_rules(held: bool) -> None:
    chart = cdk8s.Chart(cdk8s.Testing.app(), "switch", namespace="monitoring")
    sro.GrafanaStack(chart, "grafana", sources=[sro.ExternalPrometheus(url="http://mimir.x.svc", recording_rules=held)])
    (board,) = (item for item in cdk8s.Testing.synth(chart) if item["metadata"]["name"] == "grafana-dashboard-llm-router")
    assert (":rate5m" in str(board["data"])) == held


@pytest.mark.parametrize(("interval", "evaluated"), [("15s", "30s"), ("30s", "30s"), ("2m", "2m")])
def test_rates_are_not_evaluated_more_often_than_there_are_samples(interval: str, evaluated: str) -> None:
    text = stack(interval=interval)["ConfigMap/prometheus-rules"]["data"][f"{FILE_NAME}.yaml"]
    intervals = {group["name"]: group.get("interval") for group in yaml.safe_load(text)["groups"]}
    assert intervals.pop("semantic-router-state") is None
    assert set(intervals.values()) == {evaluated}


def test_the_name_of_the_rule_file_is_taken() -> None:
    with pytest.raises(ConfigError, match=FILE_NAME):
        stack(rules=[RuleFile(name=FILE_NAME, groups=())])


@pytest.mark.parametrize("operator", [False, True])
def test_command_prints_the_rules(operator: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", *(["--operator"] if operator else [])]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert (printed["spec"] if operator else printed) == {"groups": GROUPS}
    assert not operator or printed["kind"] == "PrometheusRule"
