"""The metric contract: each kind of mistake is found, and no query that is right is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from harness import boards
from semantic_router_observability import settings_file
from semantic_router_observability.contract import Contract, Metric
from semantic_router_observability.contract.grafana_variables import substitute
from semantic_router_observability.contract.metric import SOURCES, samples, source_metrics
from semantic_router_observability.contract.options import ContractOptions
from semantic_router_observability.dashboards import DASHBOARDS
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.prometheus.rules import RuleFile
from semantic_router_observability.router import catalogue

ROUTER = Contract.router()
REQUESTS = "sum(rate(llm_model_requests_total[5m]))"
ERRORS = "sum(rate(llm_request_errors_total[5m]))"
HITS = "sum(rate(llm_cache_plugin_hits_total[5m]))"
MISSES = "sum(rate(llm_cache_plugin_misses_total[5m]))"


def quantile(name: str) -> str:
    return f"histogram_quantile(0.95, sum by (le) (rate({name}_bucket[5m])))"


COMPLETION = quantile("llm_model_completion_latency_seconds")


def texts(expression: str, contract: Contract = ROUTER) -> list[str]:
    return [finding.problem.text for finding in contract.findings(expression, where="here")]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        # names
        ("rate(llm_model_request_total[5m])", "no metric llm_model_request_total; the nearest are llm_model_requests_total"),
        ("rate(llm_cache_hits_total[5m])", "no metric llm_cache_hits_total; the nearest are llm_"),
        ("sr_request_params_dropped_total", "no metric sr_request_params_dropped_total"),
        ("rag_retrieval_attempt_total", "the nearest are rag_retrieval_attempts_total"),
        ("llm_model_ttft_seconds", "is a histogram; its samples are llm_model_ttft_seconds_bucket"),
        ('rate({__name__=~"llm_model_requests_total|llm_model_token_total"}[5m])', "no metric llm_model_token_total"),
        # labels
        ('llm_model_inflight_requests{modle="a"}', "no label modle; the nearest is model; it has instance, job, model, namespace"),
        ("sum by (modle) (llm_model_inflight_requests)", "sum by (modle): llm_model_inflight_requests has no label modle"),
        ("sum without (modle) (llm_model_inflight_requests)", "sum without (modle)"),
        ("sum by (reason) (sum by (model) (rate(llm_request_errors_total[5m])))", "sum by (reason)"),
        ("llm_model_inflight_requests > on (pood) llm_model_inflight_requests", "> on (pood)"),
        ("llm_model_inflight_requests > ignoring (pood) llm_model_inflight_requests", "> ignoring (pood)"),
        (
            "llm_model_inflight_requests * on (pod) group_left (reason) go_goroutines",
            "* group (reason): llm_model_inflight_requests and go_goroutines has no label reason",
        ),
        ('label_replace(llm_model_inflight_requests, "a", "$1", "modle", "(.*)")', "label_replace (modle)"),
        ('label_join(llm_model_inflight_requests, "a", "-", "model", "modle")', "label_join (modle)"),
        ('rate(llm_request_errors_total{reason="upstream_5XX"}[5m])', 'no reason="upstream_5XX"; the nearest is "upstream_5xx"'),
        ('rate(llm_request_errors_total{reason=~"timeout|parse_eror"}[5m])', 'the nearest is "parse_error"'),
        # what is never fed
        ("rate(llm_pii_violations_total[5m])", "never feeds it: llm_pii_violations_total never has a value"),
        ("rate(llm_model_rl_exploration_total[5m])", "only ever exports stand-ins of it"),
        # functions that do not fit the type
        ("rate(llm_cache_entries_total[5m])", "rate of llm_cache_entries_total, a gauge"),
        ("increase(llm_model_inflight_requests[5m])", "increase of llm_model_inflight_requests, a gauge"),
        ("irate(llm_model_inflight_requests[5m])", "irate of llm_model_inflight_requests, a gauge"),
        ("delta(llm_model_requests_total[5m])", "delta of llm_model_requests_total, a counter"),
        ("deriv(llm_model_ttft_seconds_count[5m])", "deriv of llm_model_ttft_seconds, a counter"),
        ("idelta(llm_model_requests_total[5m])", "idelta of llm_model_requests_total, a counter"),
        # totals as values
        ("llm_model_requests_total", "counts since the process started"),
        ("sum(llm_model_requests_total) > 5", "counts since the process started"),
        ("llm_model_ttft_seconds_sum / llm_model_ttft_seconds_count", "counts since the process started"),
        ("max_over_time(llm_model_requests_total[1h])", "counts since the process started"),
        # quantiles
        (f"histogram_quantile(0.95, {REQUESTS})", "needs the _bucket series of a histogram; this is made of llm_model_requests_total"),
        ("histogram_quantile(0.9, rate(llm_model_ttft_seconds_sum[5m]))", "needs the _bucket series"),
        ("histogram_quantile(0.9, sum(rate(llm_model_ttft_seconds_bucket[5m])))", "the grouping drops le"),
        ("histogram_quantile(0.9, sum without (le) (rate(llm_model_ttft_seconds_bucket[5m])))", "the grouping drops le"),
        # bounds
        (f"{COMPLETION} > 30", "> 30 can never be true"),
        (f"{COMPLETION} > 10", "> 10 can never be true"),
        (f"{COMPLETION} >= 10", "compare the share of observations above a bucket bound"),
        (f"30 < {COMPLETION}", "> 30 can never be true"),
        (f"{COMPLETION} < 60", "< 60 is always true"),
        (f"max(({COMPLETION})) * 1000 > 10000", "> 10000 can never be true"),
        (f"max_over_time(({COMPLETION})[1h:1m]) > 12", "> 12 can never be true"),
        ('rate(llm_model_ttft_seconds_bucket{le="3.0"}[5m])', "has no bucket 3.0; its bounds are 0.005, 0.01"),
        ('rate(llm_model_ttft_seconds_bucket{le=~"10|20"}[5m])', "has no bucket 20"),
        ('rate(llm_model_ttft_seconds_bucket{le="10"}[5m])', 'write le=~"10|10[.]0"'),
        # answers that are missing instead of zero
        (f"{ERRORS} / {REQUESTS}", "empty, not 0, until llm_request_errors_total has happened"),
        (f"{ERRORS} / {REQUESTS} < 0.05", "empty, not 0"),
        (f"1 - {ERRORS} / {REQUESTS} > 0.95", "empty, not 0"),
        (
            f"{HITS} / ({HITS} + {MISSES})",
            "empty until llm_cache_plugin_hits_total and llm_cache_plugin_misses_total happened, whatever the other side says",
        ),
        (f"{REQUESTS} - {ERRORS}", "empty until llm_request_errors_total happened"),
        (
            f'sum(rate(llm_request_errors_total{{reason="timeout"}}[5m])) / {ERRORS}',
            'empty, not 0, until llm_request_errors_total{reason="timeout"} has happened',
        ),
        # stand-ins
        ("sum(rate(llm_model_selection_total[5m]))", 'leave them out with model!="_init"'),
        ('sum(rate(llm_model_selection_total{method="knn"}[5m]))', 'leave them out with model!="_init"'),
        ('sum(rate(llm_model_selection_total{model=~"$model"}[5m]))', 'leave them out with model!="_init"'),
        ("max by (model) (llm_model_elo_rating)", 'leave them out with model!="_init"'),
        # language
        ("sum(rate(llm_model_requests_total[5m])", "not PromQL"),
    ],
)
def test_mistakes(expression: str, said: str) -> None:
    found = texts(expression)
    assert any(said in text for text in found), found
    with pytest.raises(ConfigError) as raised:
        ROUTER.check(expression, where="dashboard mine: panel 'x' A")
    assert all(line.startswith("dashboard mine: panel 'x' A: ") for line in str(raised.value).splitlines())


@pytest.mark.parametrize(
    "expression",
    [
        REQUESTS,
        "sum by (model) (rate(llm_model_requests_total[$__rate_interval]))",
        'sum by (model, pod) (rate(llm_model_requests_total{namespace="a", service=~"b.*"}[5m]))',
        "llm_cache_entries_total",
        "delta(llm_cache_entries_total[1h])",
        "max_over_time(llm_model_inflight_requests[1h])",
        "resets(llm_model_requests_total[1h]) > 3",
        "changes(process_start_time_seconds[1h])",
        "absent(llm_model_requests_total)",
        'absent(llm_model_requests_total{model="a"}) == 1',
        "count by (model) (llm_model_requests_total)",
        "group by (job) (last_over_time(llm_decision_evaluation_total[1h]))",
        "0 * sum by (model) (llm_model_requests_total)",
        "sum by (model) (llm_model_inflight_requests) or sum by (model) (llm_model_requests_total) * 0",
        COMPLETION,
        f"{COMPLETION} > 9.9",
        f"{COMPLETION} >= 0",
        f"{COMPLETION} * 1000 > 5000",
        f"{COMPLETION} > {quantile('llm_model_ttft_seconds')}",
        "histogram_quantile(0.9, rate(llm_model_ttft_seconds_bucket[5m]))",
        "histogram_quantile(0.9, sum without (pod, instance) (rate(llm_model_ttft_seconds_bucket[5m]))) > 5",
        # a duration counts beyond its quantiles' ceiling
        "rate(llm_model_completion_latency_seconds_sum[5m]) / rate(llm_model_completion_latency_seconds_count[5m]) > 20",
        'rate(llm_model_ttft_seconds_bucket{le=~"10|10[.]0"}[5m])',
        r'rate(llm_model_ttft_seconds_bucket{le=~"10(\\.0)?"}[5m])',
        'rate(llm_model_ttft_seconds_bucket{le="2.5"}[5m])',
        'rate(llm_model_ttft_seconds_bucket{le="+Inf"}[5m])',
        # an upper side that never happened is as good as 0 here
        f"{ERRORS} / {REQUESTS} > 0.05",
        f"0.05 < {ERRORS} / {REQUESTS}",
        f"({ERRORS} / {REQUESTS}) * 100 > 5",
        f"{ERRORS} / clamp_min({REQUESTS}, 1) > 0.05",
        f"1 - {ERRORS} / {REQUESTS} < 0.95",
        # ... and guarded here
        f"{ERRORS} / {REQUESTS} or vector(0)",
        f"({ERRORS} or vector(0)) / {REQUESTS}",
        f"({ERRORS} or 0 * {REQUESTS}) / {REQUESTS}",
        f"{ERRORS} / {REQUESTS} or 0 * {REQUESTS}",
        f"{REQUESTS} - ({ERRORS} or {REQUESTS} * 0)",
        f"({HITS} or {MISSES} * 0) / (({HITS} or {MISSES} * 0) + ({MISSES} or {HITS} * 0))",
        # a part of what is always there together
        '1 - sum(rate(llm_model_ttft_seconds_bucket{le="5.0"}[5m])) / sum(rate(llm_model_ttft_seconds_count[5m]))',
        "sum by (model) (rate(llm_model_tokens_total[5m])) / on () group_left () sum(rate(llm_model_tokens_total[5m]))",
        # off by configuration is not zero
        "sum(rate(llm_model_cost_total[5m])) / sum(rate(llm_model_tokens_total[5m]))",
        'sum(rate(llm_model_selection_total{model!="_init"}[5m]))',
        'sum(rate(llm_model_selection_total{model!~"_.*"}[5m]))',
        'sum(rate(llm_model_selection_total{decision="math"}[5m]))',
        'rate(llm_request_errors_total{reason="a_reason_of_a_later_release"}[5m])',
        "count_values('version', go_info)",
        'label_join(llm_model_inflight_requests, "pair", "-", "model", "pod")',
        "sum by (who) (label_replace(llm_model_inflight_requests, 'who', '$1', 'model', '(.*)'))",
        "llm_model_inflight_requests * on (pod) group_left (node) kube_pod_info",
        # nobody's business
        "rate(shop_orders[5m])",
        "shop_orders_total",
        "rag_documents_of_mine_total",
        "go_goroutines{anything='x'}",
        "job:mine:rate5m > 4",
        'info(shop_orders_total, {whatever="x"})',
    ],
)
def test_right_queries_pass(expression: str) -> None:
    ROUTER.check(expression, where="here")
    assert not [finding for finding in ROUTER.findings(expression, where="here") if finding.problem.router]


UPSTREAM_ALERTS = {
    "HighRequestErrorRate": (f"{ERRORS} / clamp_min({REQUESTS}, 1) > 0.05", ()),
    "HighCompletionLatencyP95": (f"{COMPLETION} > 30", ("> 30 can never be true",)),
    "HighTTFTP95": (f"{quantile('llm_model_ttft_seconds')} > 5", ()),
    "HighTPOTP95": (f"{quantile('llm_model_tpot_seconds')} > 0.25", ()),
    "HighRoutingLatencyP95": (f"{quantile('llm_model_routing_latency_seconds')} > 0.1", ()),
    "HighInflightRequests": ("sum by (model) (llm_model_inflight_requests) > 50", ()),
    "LowCacheHitRate": (
        f"{HITS} / ({HITS} + {MISSES}) < 0.2 and ({HITS} + {MISSES}) > 0",
        ("empty until llm_cache_plugin_hits_total and llm_cache_plugin_misses_total happened",),
    ),
}
"""What the router project's own alerts ask, and what is known to be wrong with them as queries."""


@pytest.mark.parametrize("name", UPSTREAM_ALERTS)
def test_alerts_of_the_router_project_give_exactly_the_known_findings(name: str) -> None:
    expression, known = UPSTREAM_ALERTS[name]
    found = texts(expression.replace("[5m]", "[15m]") if "Cache" in name else expression)
    assert len(found) == len(known)
    assert all(part in text for part, text in zip(known, found, strict=True))


UPSTREAM_PANELS = {
    "success share": (
        f"{REQUESTS} / ({REQUESTS} + {ERRORS})",
        "empty until llm_model_requests_total and llm_request_errors_total happened",
    ),
    "hit share": (
        (
            "sum by (decision_name) (rate(llm_cache_plugin_hits_total[5m])) / (sum by (decision_name) (rate(llm_cache_plugin_hits_total[5m]))"
            " + sum by (decision_name) (rate(llm_cache_plugin_misses_total[5m])))"
        ),
        "empty until llm_cache_plugin_hits_total and llm_cache_plugin_misses_total",
    ),
    "selections": ("sum by (method, tier) (increase(llm_model_selection_total[$__range]))", "stand-in series"),
    "stale name": ("sum(rate(llm_cache_misses_total[5m]))", "no metric llm_cache_misses_total"),
}


@pytest.mark.parametrize("name", UPSTREAM_PANELS)
def test_panels_of_the_router_project_are_caught(name: str) -> None:
    expression, known = UPSTREAM_PANELS[name]
    assert any(known in text for text in texts(expression))


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "raw"])
@pytest.mark.parametrize("name", [entry.file_name for entry in DASHBOARDS])
def test_shipped_dashboards_keep_the_contract(name: str, recorded: bool) -> None:
    """In the router's metrics and in those of every other program we have a catalogue of."""
    model = json.loads(boards.text(name, recorded=recorded))
    found = Contract.everything().extend(strict=True).dashboard_findings(model, where=name)
    assert [str(finding.error()) for finding in found] == []


# --- variables


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("rate(x[$__rate_interval])", "rate(x[5m])"),
        ("rate(x[${__rate_interval}])", "rate(x[5m])"),
        ("x[$__range:$__interval]", "x[5m:5m]"),
        ("x[${__range_s}s]", "x[5s]"),
        ("x offset $shift", "x offset 5m"),
        ("topk($n, x) > ${bound}", "topk(0, x) > 0"),
        ('x{model=~"$model", a="[[old]]"}', 'x{model=~"\ue000", a="\ue000"}'),
        ('label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "\ue000", "b", "(.*)")'),
        ("sum by ($label, model) (x)", "sum by (grafana_variable, model) (x)"),
        ("$metric{a='b'}", "grafana_variable{a='b'}"),
        ("${metric:raw}[5m]", "grafana_variable[5m]"),
        ("x # costs $5", "x # costs $5"),
        ("x + [[threshold]]", "x + 0"),
    ],
)
def test_variables_become_something_to_parse(written: str, read: str) -> None:
    assert substitute(written) == read
    promql_parser.parse(read)


# --- dashboards and rule files


def board(expression: str, **target: Any) -> dict[str, Any]:
    return {"title": "t", "uid": "u", "panels": [{"title": "Mine", "targets": [{"refId": "B", "expr": expression, **target}]}]}


BAD = "rate(llm_model_request_total[5m])"


@pytest.mark.parametrize(
    ("model", "place"),
    [
        (board(BAD), "panel 'Mine' B"),
        ({"panels": [{"type": "row", "panels": board(BAD)["panels"]}]}, "panel 'Mine' B"),
        ({"rows": [{"panels": board(BAD)["panels"]}]}, "panel 'Mine' B"),
        ({"templating": {"list": [{"type": "query", "name": "v", "query": f"label_values({BAD[5:-5]}, model)"}]}}, "variable 'v'"),
        ({"templating": {"list": [{"type": "query", "name": "v", "query": {"query": f"query_result({BAD})"}}]}}, "variable 'v'"),
        ({"annotations": {"list": [{"name": "a", "expr": BAD}]}}, "annotation 'a'"),
    ],
)
def test_queries_are_found_wherever_a_dashboard_keeps_them(model: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError, match=f"^dashboard x: {place}: .*the nearest are llm_model_requests_total"):
        ROUTER.check_dashboard(model, where="dashboard x")


@pytest.mark.parametrize(
    "model",
    [
        board('{app="router"} |= "llm_model_request_total"', datasource={"type": "loki", "uid": "l"}),
        board(""),
        {"panels": [{"title": "text"}]},
        {"templating": {"list": [{"type": "custom", "query": "1,2"}, {"type": "query", "query": "metrics(.*)"}]}},
        {"templating": None, "annotations": None, "panels": None},
    ],
)
def test_what_is_no_query_of_prometheus_is_left_alone(model: dict[str, Any]) -> None:
    ROUTER.check_dashboard(model, where="x")


def test_a_legend_names_labels_that_the_query_returns() -> None:
    expression = "sum by (model) (rate(llm_model_requests_total[5m]))"
    ROUTER.check_dashboard(board(expression, legendFormat="{{model}}"), where="x")
    with pytest.raises(ConfigError, match="the legend names decision, which the query does not return"):
        ROUTER.check_dashboard(board(expression, legendFormat="{{ decision }}"), where="x")


def rules(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"name": "g", "rules": [{"record" if ":" in name else "alert": name, "expr": expr} for name, expr in pairs]}]


@pytest.mark.parametrize("recorded_first", [True, False])
def test_a_bound_is_checked_through_a_recorded_quantile(recorded_first: bool) -> None:
    pairs = [("job:completion:p95", COMPLETION), ("Slow", "job:completion:p95 > 30")]
    with pytest.raises(ConfigError, match=r"Slow: .*> 30 can never be true"):
        ROUTER.check_rules(rules(*(pairs if recorded_first else pairs[::-1])), where="x")
    ROUTER.check_rules(rules(pairs[0], ("Slow", "job:completion:p95 > 5")), where="x")


def test_a_recorded_series_has_the_labels_its_rule_gives_it() -> None:
    recorded = ("model:requests:rate5m", "sum by (model) (rate(llm_model_requests_total[5m]))")
    groups = rules(recorded, ("Busy", "sum by (model, team) (model:requests:rate5m) > 5"))
    with pytest.raises(ConfigError, match=r"sum by \(team\)"):
        ROUTER.check_rules(groups, where="x")
    groups[0]["labels"] = {"team": "a"}
    ROUTER.check_rules(groups, where="x")


def test_a_missing_zero_is_found_through_recorded_rates() -> None:
    pairs = [("a:hits:rate5m", HITS), ("a:misses:rate5m", MISSES), ("Low", "a:hits:rate5m / (a:hits:rate5m + a:misses:rate5m) < 0.2")]
    with pytest.raises(ConfigError, match=r"Low: .*empty until llm_cache_plugin_hits_total"):
        ROUTER.check_rules(rules(*pairs), where="x")


# --- users' own


def test_extend_adds_families_and_labels() -> None:
    mine = ROUTER.extend(Metric(name="llm_shop_orders_total", type="counter", labels=("region",)), labels=["cluster"])
    mine.check("sum by (region, cluster) (rate(llm_shop_orders_total[5m]))", where="x")
    mine.check('rate(llm_model_requests_total{cluster="eu"}[5m])', where="x")
    with pytest.raises(ConfigError, match="no label regoin; the nearest is region"):
        mine.check("sum by (regoin) (rate(llm_shop_orders_total[5m]))", where="x")
    with pytest.raises(ConfigError, match="no metric llm_shop_order_total; the nearest are llm_shop_orders_total"):
        mine.check("rate(llm_shop_order_total[5m])", where="x")
    ROUTER.check("rate(llm_shop_orders_total[5m])", where="x")
    ROUTER.check("sum by (decision_type) (rate(llm_d_inference_scheduler_pd_decision_total[5m]))", where="llm-d's")
    with pytest.raises(
        ConfigError, match="contract: families: 'llm_model_requests_total': the contract has this metric with another shape"
    ):
        ROUTER.extend(Metric(name="llm_model_requests_total", type="gauge"))


def test_strict_wants_every_metric_known() -> None:
    strict = Contract.everything().extend(strict=True)
    with pytest.raises(ConfigError, match="no metric shop_orders_total"):
        strict.check("shop_orders_total", where="x")
    with pytest.raises(ConfigError, match="rate of go_goroutines, a gauge"):
        strict.check("rate(go_goroutines[5m])", where="x")
    ROUTER.check("rate(go_goroutines[5m])", where="x")


def test_options_reach_the_checks_of_rules_and_dashboards() -> None:
    file = RuleFile(name="mine", groups=tuple(rules(("Busy", 'rate(llm_model_requests_total{cluster="eu"}[5m]) > 5'))))
    with pytest.raises(ConfigError, match=r"^prometheus: rules\[0\].groups\[0\].rules\[0\]: Busy: .*no label cluster"):
        ContractOptions().check_rules("prometheus", [file], [])
    ContractOptions(labels=("cluster",)).check_rules("prometheus", [file], [])
    ContractOptions().check_rules("prometheus", [file], ["cluster"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{labels: [__a]}", "contract.labels: '__a': write a Prometheus label name"),
        ("{families: [{name: a b, type: gauge}]}", "contract.families[0].name: 'a b': write a metric name"),
        ("{families: [{name: a, type: summry}]}", "contract.families[0].type: 'summry': "),
        (
            "{families: [{name: a, type: histogram, buckets: [2, 1]}]}",
            "contract.families[0].buckets: [2.0, 1.0]: write finite upper bounds, ascending",
        ),
        ("{strct: true}", "contract: 'strct': unknown key; did you mean strict?"),
    ],
)
def test_options_that_cannot_be(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "observability.yaml"
    file.write_text(f"contract: {text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        settings_file.load(file)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("source", SOURCES)
def test_other_programs_do_not_redefine_the_routers_families(source: Any) -> None:
    found = source_metrics(source)
    assert len(found) >= 4
    shared = {name for name in found if name in catalogue.families()}
    assert all(catalogue.families()[name].type == found[name].type for name in shared)
    assert len(samples(found.values())) >= len(found)


def test_settings_without_own_queries_do_not_pay_for_the_parser() -> None:
    code = "import sys, semantic_router_observability.settings;sys.exit('semantic_router_observability.contract.analysis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_example_of_the_page_gives_its_finding() -> None:
    page = (Path(__file__).parents[2] / "docs" / "metric-contract.md").read_text(encoding="utf-8")
    table = page.split("<!-- table: checks -->\n", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    assert len(table) > 10
    for row in table:
        query, finding = row.strip("| ").split(" | ", 1)
        assert any(finding.strip() in text for text in texts(query.strip("`"))), row


@pytest.mark.parametrize(
    "selector",
    [
        'llm_request_errors_total{reason="jailbreak_block"}',
        'llm_request_errors_total{reason="cancellation"}',
        'llm_request_errors_total{reason=~"timeout|pii_policy_denied"}',
        'llm_plugin_execution_total{status="blocked"}',
        'llm_signal_match_total{signal_type="context"}',
        'llm_cache_plugin_hits_total{plugin_type="semantic-cache"}',
    ],
)
def test_values_that_the_router_never_writes_are_refused_in_strict_mode(selector: str) -> None:
    query = f"sum(rate({selector}[5m]))"
    Contract.router().check(query, where="here")
    with pytest.raises(ConfigError, match=r"has no \w+="):
        Contract.router().extend(strict=True).check(query, where="here")
