"""The dashboards: what is committed, what every panel must have, and what every query may ask."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import promql_parser as promql
import pytest
import yaml
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard, Panel, RowPanel
from grafana_foundation_sdk.models.prometheus import Dataquery

from harness import boards
from harness.programs import program
from semantic_router_observability.dashboards import (
    DASHBOARDS,
    LOG_DASHBOARDS,
    PANEL_IDS,
    UID,
    Entry,
    llm_router_metrics,
    raw_queries,
    render,
)
from semantic_router_observability.dashboards.__main__ import main
from semantic_router_observability.dashboards.layout import Line, Section, place
from semantic_router_observability.dashboards.queries import capped_share, gauge, hit_share, or_none, quantile, rate, share_above
from semantic_router_observability.dashboards.rendering import write
from semantic_router_observability.dashboards.variables import LABEL_MATCHERS, SCRAPE_MATCHERS
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.promql import readable
from semantic_router_observability.router import catalogue
from semantic_router_observability.rules import router_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Build = Callable[[], str]

COMMITTED = Path(__file__).parents[2] / "dashboards"
TEXTS = {entry.file_name: boards.text(entry.file_name, recorded=True) for entry in DASHBOARDS}
RAW_TEXTS = {entry.file_name: boards.text(entry.file_name) for entry in DASHBOARDS}
LOG_TEXTS = {entry.file_name: render(entry.build()) for entry in LOG_DASHBOARDS}
"""Dashboards without PromQL, which have no raw form: `test_dashboard_logs.py` is about them."""
"""The same pages for a Prometheus without recording rules. What a query asks the router for is read off these; the recorded form has to
answer alike, and its names are checked by the contract."""
SCRAPE_SAMPLES = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_post_metric_relabeling",
    "scrape_samples_scraped",
    "scrape_series_added",
}
OTHER_PROGRAMS = {
    "alerts.json",
    "stack-health.json",
    "vllm-engines.json",
    "router-kubernetes.json",
    "slos.json",
    "traces.json",
    "thanos.json",
    "gateway.json",
    "cache-server.json",
    "gpus.json",
    "nodes.json",
    "router-operator.json",
    "log-store.json",
    "probes.json",
}
"""Pages with filters of their own, or not about the router; their variables and queries are the business of test_dashboard_others.py."""
GRAFANA_WINDOWS = {"$__rate_interval": "2m", "$__interval": "1m", "$__range_s": "10800", "$__range": "3h", "$monthly_budget": "100"}
FILTERS = ["datasource", "cluster", "job", "namespace", "instance", "model", "decision"]
WITHOUT = {"cost-and-tokens.json": {"decision"}, "guardrails-and-quality.json": {"model"}, "router-fleet.json": {"decision"}}
"""Filters that no panel of the page could obey."""
FURTHER_FILTERS = {"cost-and-tokens.json": ["currency", "monthly_budget"]}
SINCE = {"cost-and-tokens.json": "now-24h", "slos.json": "now-7d"}


def panels(text: str) -> Iterator[dict[str, Any]]:
    """All panels of a rendered dashboard, headings and the panels inside collapsed ones included."""
    for panel in json.loads(text)["panels"]:
        yield panel
        yield from panel.get("panels", [])


ALL_PANELS = [
    pytest.param(panel, id=f"{name}-{panel['id']}") for name, text in TEXTS.items() for panel in panels(text) if panel["type"] != "row"
]
every_panel = pytest.mark.parametrize("panel", ALL_PANELS)
every_dashboard = pytest.mark.parametrize("name", TEXTS)


# --- files


def test_committed_files_are_fresh() -> None:
    assert {path.name: path.read_text() for path in COMMITTED.glob("*.json")} == TEXTS | LOG_TEXTS


@every_dashboard
def test_text_is_ascii_sorted_and_small(name: str) -> None:
    text = TEXTS[name]
    model = json.loads(text)
    assert text.isascii()
    assert text == json.dumps(model, indent=2, sort_keys=True) + "\n"
    assert len(json.dumps(model, separators=(",", ":"))) < 150_000
    assert "__inputs" not in model


@every_dashboard
def test_reads_back_into_the_same_model(name: str) -> None:
    register_default_plugins()
    again = Dashboard.from_json(json.loads(TEXTS[name]))
    typed = [panel for panel in again.panels or [] if isinstance(panel, Panel)]
    assert all(isinstance(target, Dataquery) for panel in typed for target in panel.targets or [])
    annotations = again.annotations.list_val if again.annotations else None
    every = [*typed, *(inside for row in again.panels or [] if isinstance(row, RowPanel) for inside in row.panels)]
    data_links = [link for panel in every if panel.field_config for link in panel.field_config.defaults.links or []]
    for shown in [*(again.links or []), *(annotations or []), *data_links]:
        shown.placement = None  # type: ignore[assignment]  # the SDK reads back another place than was written
    assert render(again) == TEXTS[name]


def test_building_twice_gives_equal_text_and_separate_models() -> None:
    first, second = llm_router_metrics(), llm_router_metrics()
    assert render(first) == render(second)
    first.title = "mine"
    assert second.title == "LLM Router Metrics"


def test_imports_no_jsii() -> None:
    code = "import sys, semantic_router_observability.dashboards; sys.exit('jsii' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_command_writes_and_repeats_without_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == TEXTS | LOG_TEXTS
    assert capsys.readouterr().out.startswith("wrote ")
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


def test_command_writes_the_raw_form(tmp_path: Path) -> None:
    assert main(["--raw", str(tmp_path)]) == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == RAW_TEXTS | LOG_TEXTS


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--help"], ["--raw"], ["--raw", "a", "b"], ["a", "--raw"]])
def test_command_explains_itself(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: python -m semantic_router_observability.dashboards [--raw] DIRECTORY" in capsys.readouterr().err


def test_writing_removes_old_dashboards_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"panels": [], "schemaVersion": 36, "uid": "old"}')
    others = {"data.json": '{"uid": "no dashboard"}', "broken.json": "{", "list.json": "[]", "README.md": "text"}
    for name, text in others.items():
        (tmp_path / name).write_text(text)
    changed = write(tmp_path, [("new.json", "{}\n")])
    assert [path.name for path in changed] == ["new.json", "old.json"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {**others, "new.json": "{}\n"}


# --- the page


@every_dashboard
def test_ids_are_unique(name: str) -> None:
    ids = [panel["id"] for panel in panels(TEXTS[name])]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("entry", DASHBOARDS, ids=lambda entry: entry.file_name)
def test_every_number_of_the_table_is_on_the_dashboard(entry: Entry) -> None:
    """And no other: a new panel takes its number there, where those given before are listed."""
    table = import_module(f"{entry.build.__module__}.ids").PANEL_IDS
    assert sorted(table.values()) == sorted(panel["id"] for panel in panels(TEXTS[entry.file_name]))


def test_the_uid_that_the_router_links_to() -> None:
    assert json.loads(TEXTS["llm-router-dashboard.json"])["uid"] == UID == "llm-router-metrics"


@every_dashboard
def test_panels_do_not_overlap(name: str) -> None:
    """Neither with its headings folded nor with any of them folded out: Grafana then moves what follows down by what appears."""
    taken: set[tuple[int, int]] = set()
    below = 0
    for panel in json.loads(TEXTS[name])["panels"]:
        cells(panel, taken)
        if panel["type"] == "row":
            assert panel["gridPos"]["w"] == 24
            assert panel["gridPos"]["y"] >= below
            inside: set[tuple[int, int]] = set()
            for inner in panel.get("panels", []):
                cells(inner, inside)
            assert not inside or min(y for _, y in inside) == panel["gridPos"]["y"] + 1
        below = max(below, panel["gridPos"]["y"] + panel["gridPos"]["h"])
    assert {y for _, y in taken} == set(range(below)), "an empty line"


def cells(panel: dict[str, Any], taken: set[tuple[int, int]]) -> None:
    """Claim the cells of the grid that a panel covers."""
    at = panel["gridPos"]
    claimed = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
    assert claimed
    assert all(0 <= x < 24 and y >= 0 for x, y in claimed)
    assert not claimed & taken, panel["title"]
    taken |= claimed


@every_dashboard
def test_settings(name: str) -> None:
    model = json.loads(TEXTS[name])
    assert model["refresh"] == "30s"
    assert model["time"] == {"from": SINCE.get(name, "now-3h"), "to": "now"}
    assert model["graphTooltip"] == 1
    assert model["title"]
    assert model["tags"]


@every_panel
def test_panel_explains_itself(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    assert panel["title"]
    assert len(panel["title"]) <= 34, "longer titles are cut off on a narrow screen"
    assert len(panel["description"]) > 80
    assert defaults["unit"]
    assert defaults["unit"] != "cps", "c/s says neither what is counted nor how it is read: rate_unit()"
    assert not defaults["unit"].startswith("si:"), "0.8 would be shown in thousandths"
    assert defaults["noValue"]
    assert defaults.get("min") == (None if "axis does not start at zero" in panel["description"] else 0)
    assert panel["targets"]
    refs = [target["refId"] for target in panel["targets"]]
    assert len(refs) == len(set(refs))
    if panel["type"] == "table":
        # What an empty table says would stand in each empty cell: "nothing fires" as the model of an alert that has none.
        cells = {"matcher": {"id": "byRegexp", "options": "/.*/"}, "properties": [{"id": "noValue", "value": "-"}]}
        assert cells in panel["fieldConfig"]["overrides"]
        assert defaults["noValue"] != "-"


@every_dashboard
def test_every_data_source_is_the_variable(name: str) -> None:
    def references(node: Any) -> Iterator[Any]:
        if isinstance(node, dict):
            yield from ([node["datasource"]] if "datasource" in node else [])
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    model = json.loads(TEXTS[name])
    found = list(references(model))
    assert len(found) > len(model["panels"])
    assert all(reference == {"type": "prometheus", "uid": "${datasource}"} for reference in found)


@pytest.mark.parametrize("name", sorted(TEXTS.keys() - OTHER_PROGRAMS))
def test_variables(name: str) -> None:
    variables = {variable["name"]: variable for variable in json.loads(RAW_TEXTS[name])["templating"]["list"]}
    assert list(variables) == [found for found in [*FILTERS, *FURTHER_FILTERS.get(name, [])] if found not in WITHOUT.get(name, set())]
    variables = {key: variable for key, variable in variables.items() if variable["type"] != "textbox"}
    source = variables.pop("datasource")
    assert (source["type"], source["query"], source["current"]["value"]) == ("datasource", "prometheus", "prometheus")
    job = variables.pop("job")
    assert job["current"]["value"] == ["semantic-router"]
    assert not job["includeAll"]
    for variable in variables.values():
        assert variable["multi"]
        assert variable["includeAll"]
        assert variable["allValue"] == ".*", "All has to let series without the label through"
    for variable in [job, *variables.values()]:
        inner = re.fullmatch(r"(?:label_values|query_result)\((.+?)(?:, \w+)?\)", variable["query"]["query"])
        assert inner
        for selector in selectors(parse(inner[1])):
            names = selector.name or next(matcher.value for matcher in selector.matchers.matchers if matcher.name == "__name__")
            assert all(part == "up" or catalogue.family(part).fed for part in names.split("|"))


def test_all_pages_share_one_palette() -> None:
    """No red or green of Grafana's own, which people with a red-green weakness cannot tell apart."""
    used = set(re.findall(r'"(?:fixedColor|color)": "(.+?)"', "".join(TEXTS.values())))
    assert used <= {"#009E73", "#56B4E9", "#E69F00", "#D55E00", "#CC79A7", "#F0E442", "#0072B2", "#999999"}


# --- the queries


def concrete(expression: str) -> str:
    """Put a value for each of Grafana's variables."""
    for variable, value in GRAFANA_WINDOWS.items():
        expression = expression.replace(variable, value)
    return re.sub(r"\$\w+", ".*", expression)


def parse(expression: str) -> promql.Expr:
    return promql.parse(concrete(expression))


def walk(node: Any, around: tuple[str, ...] = ()) -> Iterator[tuple[Any, tuple[str, ...]]]:
    yield node, around
    match node:
        case promql.Call():
            for argument in node.args:
                yield from walk(argument, (*around, node.func.name))
        case promql.AggregateExpr():
            yield from walk(node.expr, around)
        case promql.BinaryExpr():
            yield from walk(node.lhs, around)
            yield from walk(node.rhs, around)
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            yield from walk(node.expr, around)
        case promql.MatrixSelector():
            yield node.vector_selector, (*around, "[]")


def selectors(node: Any) -> Iterator[Any]:
    return (found for found, _ in walk(node) if isinstance(found, promql.VectorSelector))


EXPRESSIONS = [
    pytest.param(target["expr"], target, panel, id=f"{name}-{panel['id']}{target['refId']}")
    for name, text in RAW_TEXTS.items()
    if name not in OTHER_PROGRAMS
    for panel in panels(text)
    for target in panel.get("targets", [])
]
every_query = pytest.mark.parametrize(("expression", "target", "panel"), EXPRESSIONS)
router_page = pytest.mark.parametrize("name", sorted(TEXTS.keys() - OTHER_PROGRAMS))


def expressions(name: str) -> list[str]:
    """Return the raw queries of a page's panels."""
    return [target["expr"] for panel in boards.panels(name).values() for target in panel["targets"]]


@every_query
def test_query_obeys_every_filter_it_can(expression: str, target: dict[str, Any], panel: dict[str, Any]) -> None:
    for name, listed in re.findall(r"(\w+)\{(.*?)\}", expression):
        inside = re.split(r", ?", listed)
        if name in {"ALERTS", "ALERTS_FOR_STATE"}:
            assert 'namespace=~"$namespace"' in inside
            continue
        assert set(SCRAPE_MATCHERS) <= set(inside)
        if name in SCRAPE_SAMPLES:
            continue
        family = next(family for family in catalogue.families().values() if name in family.series)
        for label, matcher in LABEL_MATCHERS.items():
            everything = f'{label}=~".*"' in inside
            assert (matcher in inside) == (label in family.labels and label not in family.nameless and not everything)
        if family.stand_in == catalogue.INIT:
            assert f'!="{catalogue.INIT}"' in listed


@router_page
def test_what_reads_recording_rules_has_no_instances(name: str) -> None:
    """The rules add replicas up: a filter that half of a page ignores would mislead. The fleet's page is per replica, and raw."""
    variables = {variable["name"] for variable in json.loads(TEXTS[name])["templating"]["list"]}
    per_replica = name == "router-fleet.json"
    assert ("instance" in variables) == ("$instance" in TEXTS[name]) == per_replica
    assert ("namespace_job" in TEXTS[name]) != per_replica
    assert "instance" in {variable["name"] for variable in json.loads(RAW_TEXTS[name])["templating"]["list"]}


@every_dashboard
def test_lines_are_short_enough_for_a_review(name: str) -> None:
    assert max(map(len, TEXTS[name].splitlines())) < 1400
    typical = sorted(len(target["expr"]) for panel in boards.panels(name, recorded=True).values() for target in panel["targets"])
    assert typical[len(typical) // 2] < 500


@every_dashboard
def test_layout_of_a_query_changes_no_meaning(name: str) -> None:
    for expression in (target["expr"] for panel in boards.panels(name, recorded=True).values() for target in panel["targets"]):
        assert not re.search(r"\b\d{4,}d\b|\.125\b", expression), "a stand-in for a variable was left"
        assert str(parse(readable(expression))) == str(parse(expression))


@every_query
def test_query_has_the_window_that_fits_its_panel(expression: str, target: dict[str, Any], panel: dict[str, Any]) -> None:
    windows = set(re.findall(r"\[(.+?)\](?!\d)", re.sub(r"\[\.\]", "", expression)))
    if panel["type"] == "timeseries":
        assert target["range"]
        assert not target["instant"]
        # Which replicas are drawn is decided once for all points, over the whole range.
        assert windows - ({"$__range", "$__range:$__interval"} if "@ end()" in expression else set()) <= {"$__rate_interval"}
    else:
        assert target["instant"]
        assert not target["range"]
        assert windows <= {"$__range", "5m"}
    if "increase(" in expression:
        assert windows == {"$__range"}


@router_page
def test_queries_split_by_a_label_that_clients_fill_only_without_made_up_names(name: str) -> None:
    families = catalogue.families()
    for expression in expressions(name):
        for grouped, metric, inside in re.findall(r"by \(([^)]*)\) \((?:rate|increase)?\(?(\w+)\{(.*?)\}", expression):
            for growing in families[metric].unbounded if metric in families else ():
                if growing.label in grouped.split(", "):
                    assert growing.when
                    for label, value in growing.when.items():
                        chosen = re.search(rf'\b{label}=~?"([^"]*)"', inside)
                        assert f'{label}!="{value}"' in inside or (chosen and not re.fullmatch(chosen[1], value))


@router_page
def test_queries_select_values_that_the_router_can_produce(name: str) -> None:
    """The contract finds a value that is spelt nearly right; here no other value is right."""
    values = {sample: family.label_values for family in catalogue.families().values() for sample in family.series}
    for selector in (selector for expression in expressions(name) for selector in selectors(parse(expression))):
        for matcher in selector.matchers.matchers:
            listed = values.get(selector.name, {}).get(matcher.name, ())
            if listed and matcher.value != ".*":
                assert all(any(re.fullmatch(part, value) for value in listed) for part in matcher.value.split("|")), matcher.value


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: rate("llm_cache_hits_total"), "metric: 'llm_cache_hits_total'"),
        (lambda: rate("llm_cache_entries_total"), "query of llm_cache_entries_total: 'gauge': a counter"),
        (lambda: gauge("llm_model_requests_total"), "query of llm_model_requests_total: 'counter': a gauge"),
        (lambda: quantile(0.9, "llm_model_requests_total"), "'counter': a histogram"),
        (lambda: rate("llm_pii_violations_total"), "'unrecorded': a family that the router really feeds"),
        (
            lambda: quantile(0.5, "llm_model_ttft_seconds", positive=True),
            "zeros of llm_model_ttft_seconds: 0.005: a histogram with a bucket for 0",
        ),
        (lambda: share_above(30, "llm_model_completion_latency_seconds"), "30: one of its bucket bounds: 0.005, 0.01,"),
        (
            lambda: place([Section([Line(4, [cast("Any", llm_router_metrics().panels or [])[0]] * 5)])]),
            "dashboard line: 5: a number of panels that divides 24",
        ),
    ],
)
def test_mistakes_are_named(build: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        build()


# --- what the queries answer, asked of the real Prometheus engine

WHERE = 'namespace="vsr", job="semantic-router", instance="10.0.0.1:9190"'
LABELS = 'model="m"'


def answers(tmp_path: Path, series: dict[str, str], expressions: dict[Build, list[tuple[str, float]]], *, forms: str = "both") -> None:
    """Check expressions at the hour on series given at one sample a minute, read raw and as recorded; all variables are set to All."""
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [group.body() for group in router_groups()]}))
    asked = [(build(), expected) for build, expected in expressions.items()] if forms == "both" else []
    with raw_queries():
        asked += [(build(), expected) for build, expected in expressions.items()]
    tests = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": concrete(
                            expression.replace("$__rate_interval", "5m").replace("$__range_s", "3600").replace("$__range", "1h")
                        ),
                        "eval_time": "1h",
                        "exp_samples": [{"labels": labels, "value": value} for labels, value in expected],
                    }
                    for expression, expected in asked
                ],
            }
        ],
    }
    file = tmp_path / "test.yaml"
    file.write_text(yaml.safe_dump(tests))
    done = subprocess.run([program("promtool"), "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def error_share() -> str:
    return capped_share(rate("llm_request_errors_total"), rate("llm_model_requests_total"))


def front_cache_hit_share() -> str:
    return hit_share("llm_memory_cache_hits_total", "llm_memory_cache_misses_total", by=["backend"])


def errors_by_reason() -> str:
    return or_none(rate("llm_request_errors_total", by=["reason"]), "reason", "no errors")


def selected_models() -> str:
    page = json.loads(render(llm_router_metrics()))["panels"]
    return str(next(panel["targets"][0]["expr"] for panel in page if panel["id"] == PANEL_IDS["selected-models"]))


UP = f"up{{{WHERE}}}"
REQUESTS = f"llm_model_requests_total{{{WHERE}, {LABELS}}}"
ERRORS = f'llm_request_errors_total{{{WHERE}, {LABELS}, reason="timeout"}}'


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        pytest.param({}, [("{}", 0.0)], id="quiet"),
        pytest.param({REQUESTS: "0+60x60"}, [("{}", 0.0)], id="no error ever"),
        pytest.param({REQUESTS: "0+60x60", ERRORS: "0+15x60"}, [("{}", 0.25)], id="a quarter"),
        pytest.param({REQUESTS: "0+60x60", ERRORS: "0+120x60"}, [("{}", 1.0)], id="two errors a request"),
        pytest.param({ERRORS: "0+3x60"}, [("{}", 1.0)], id="errors without requests"),
        pytest.param({REQUESTS: "600x60", ERRORS: "30x60"}, [("{}", 0.0)], id="idle again"),
    ],
)
def test_error_share(tmp_path: Path, series: dict[str, str], expected: list[tuple[str, float]]) -> None:
    answers(tmp_path, {UP: "1x60", **series}, {error_share: expected})


def test_error_share_is_a_gap_while_the_router_is_down(tmp_path: Path) -> None:
    answers(tmp_path, {UP: "1x30 0x30"}, {error_share: []})


def test_cache_hit_share_shows_both_extremes(tmp_path: Path) -> None:
    def counter(side: str, backend: str) -> str:
        return f'llm_memory_cache_{side}_total{{{WHERE}, backend="{backend}"}}'

    series = {
        counter("misses", "only misses"): "0+6x60",
        counter("hits", "only hits"): "0+6x60",
        counter("hits", "both"): "0+6x60",
        counter("misses", "both"): "0+18x60",
        counter("hits", "idle"): "7x60",
    }
    expected = [('{backend="both"}', 0.25), ('{backend="only hits"}', 1.0), ('{backend="only misses"}', 0.0)]
    answers(tmp_path, series, {front_cache_hit_share: expected})


def test_latency_beyond_the_largest_bucket(tmp_path: Path) -> None:
    """Every answer takes 20 s: the percentile sticks at 10, the share says it all. Prometheus 3 stores bounds as floats."""
    name = "llm_model_completion_latency_seconds"
    for spelling in ("10", "10.0"):
        series = {
            f'{name}_bucket{{{WHERE}, {LABELS}, le="{spelling}"}}': "0x60",
            f'{name}_bucket{{{WHERE}, {LABELS}, le="+Inf"}}': "0+6x60",
            f"{name}_count{{{WHERE}, {LABELS}}}": "0+6x60",
        }
        answers(tmp_path, series, {partial(quantile, 0.95, name): [("{}", 10.0)], partial(share_above, 10, name): [("{}", 1.0)]})


def test_idle_histograms_show_nothing_rather_than_nan(tmp_path: Path) -> None:
    name = "llm_model_ttft_seconds"
    series = {f'{name}_bucket{{{WHERE}, {LABELS}, le="{bound}"}}': "9x60" for bound in ("5.0", "10.0", "+Inf")}
    series[f"{name}_count{{{WHERE}, {LABELS}}}"] = "9x60"
    answers(tmp_path, series, {partial(quantile, 0.95, name, by=["model"]): [], partial(share_above, 5, name, by=["model"]): []})


def test_zero_line_gives_way_to_the_first_error(tmp_path: Path) -> None:
    answers(tmp_path, {UP: "1x60"}, {errors_by_reason: [('{reason="no errors"}', 0.0)]})
    answers(tmp_path, {UP: "1x60", ERRORS: "0+60x60"}, {errors_by_reason: [('{reason="timeout"}', 1.0)]})


def test_selected_models_leave_stand_ins_out_and_count_each_choice_once(tmp_path: Path) -> None:
    def chosen(method: str, model: str, decision: str) -> str:
        return f'llm_model_selection_total{{{WHERE}, method="{method}", model="{model}", decision="{decision}", tier="supported"}}'

    series = {
        chosen("knn", "_init", "_init"): "0+9x60",
        chosen("knn", "m", "math"): "0+2x60",
        chosen("rl_driven", "m", "math"): "0+4x60",
        chosen("rl_driven", "n", "math"): "0+6x60",
    }
    expected = [('{model="m"}', 240.0), ('{model="n"}', 180.0)]
    answers(tmp_path, series, {selected_models: expected}, forms="raw")  # as recorded it takes longer: see test_recording.py


def test_both_forms_are_the_same_page() -> None:
    """Same panels, same looks, same legends: only what is asked differs, and the filter of instances."""
    assert TEXTS.keys() == RAW_TEXTS.keys()
    for name in TEXTS:
        asks = re.compile(r'"expr": ".*"')
        recorded, raw = (asks.sub("", json.dumps(json.loads(texts[name])["panels"], indent=1)) for texts in (TEXTS, RAW_TEXTS))
        assert recorded == raw
        if name != "slos.json":  # an SLO is what its rules record: there is no raw form
            assert not re.search(r"\w:\w+:(?:rate|observed_rate|sum|count|changes)", RAW_TEXTS[name])
    assert TEXTS["llm-router-dashboard.json"] != RAW_TEXTS["llm-router-dashboard.json"]


def test_every_expression_runs(tmp_path: Path) -> None:
    """The engine's own parser and type checker, which the Python parser only resembles."""
    expressions = {
        target["expr"]
        for texts in (TEXTS, RAW_TEXTS)
        for text in texts.values()
        for panel in panels(text)
        for target in panel.get("targets", [])
    }
    rules = [
        {
            "record": f"check:{number}",
            "expr": concrete(expression),
        }
        for number, expression in enumerate(sorted(expressions))
    ]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
    done = subprocess.run([program("promtool"), "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout
