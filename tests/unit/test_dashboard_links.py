"""Where a reader gets from a dashboard, what is marked on it, and how it tells clusters apart."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness import boards
from harness.programs import program
from manifests import objects_of
from semantic_router_observability import Alerts, GrafanaStack, PrometheusStack
from semantic_router_observability.alerting.numbers import NUMBERS
from semantic_router_observability.alerting.numbers import UID as ALERTS
from semantic_router_observability.dashboards import DASHBOARDS
from semantic_router_observability.dashboards.data_links import CARRIED
from semantic_router_observability.dashboards.panels import GREY
from semantic_router_observability.dashboards.remarks import ANSWERS_ONLY, FAILURES_TOO, SUBJECTS
from semantic_router_observability.grafana.router_boards import router_boards
from simulator import Restart, Router, Scenario
from simulator.history import FIRST, remember

if TYPE_CHECKING:
    from pathlib import Path

    from cdk8s import Chart

MODELS = {json.loads(boards.text(entry.file_name))["uid"]: json.loads(boards.text(entry.file_name)) for entry in DASHBOARDS}
"""Dashboards by uid, on raw series: a filter on instances is among them."""
LINKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (json.loads(boards.text(entry.file_name))["uid"], panel, link)
    for entry in DASHBOARDS
    for panel in boards.panels(entry.file_name).values()
    for link in panel["fieldConfig"]["defaults"].get("links", [])
]
"""Links of lines and bars, with the uid of their dashboard and their panel."""

BOARDS = ("cost-and-tokens.json", "guardrails-and-quality.json", "routing-and-learning.json", "stack-health.json", "vllm-engines.json")
ANYTHING = "absent(up)"
"""Whether a Prometheus holds anything: of no cluster."""

every_board = pytest.mark.parametrize("uid", MODELS)


def variables(uid: str) -> set[str]:
    return {variable["name"] for variable in MODELS[uid]["templating"]["list"]}


@pytest.mark.parametrize(("uid", "panel", "link"), LINKS, ids=lambda value: value if isinstance(value, str) else "")
def test_links_of_lines_lead_to_a_board_with_the_filter_they_set(uid: str, panel: dict[str, Any], link: dict[str, Any]) -> None:
    target, query = re.fullmatch(r"/d/([\w-]+)/\?(.+)", link["url"]).groups()  # type: ignore[union-attr]
    assert target != uid
    parts = query.split("&")
    assert parts[0] == "${__url_time_range}"
    carried = [part for part in parts[1:] if part.endswith(":queryparam}")]
    assert carried == [f"${{{name}:queryparam}}" for name in CARRIED]
    assert set(CARRIED) <= variables(uid) & variables(target)
    (setting,) = set(parts[1:]) - set(carried)
    name, label = re.fullmatch(r"var-(\w+)=\$\{__field\.labels\.(\w+):percentencode\}", setting).groups()  # type: ignore[union-attr]
    assert name in variables(target)
    assert name not in CARRIED, "given twice, both would be chosen"
    assert any(f"{{{{{label}}}}}" in target["legendFormat"] for target in panel["targets"])


def test_models_and_decisions_are_linked() -> None:
    titled = {(uid, panel["title"]): link["title"] for uid, panel, link in LINKS}
    assert titled["semantic-router-cost", "Cost per hour by model"] == "Traffic and latency of this model"
    assert titled["semantic-router-cost", "Cache hits by decision"] == "Routing of this decision"


@every_board
def test_every_board_marks_alerts_and_boards_about_the_router_its_starts(uid: str) -> None:
    marks = {mark["name"]: mark for mark in MODELS[uid]["annotations"]["list"]}
    assert marks["Alerts"]["enable"]
    about_the_router = {"cluster", "namespace", "job"} <= variables(uid)
    assert ("Router starts" in marks) == about_the_router
    for mark in marks.values():
        used = set(re.findall(r"\$(\w+)", mark["expr"]))
        assert used <= variables(uid)
        assert "cluster" in used


def test_a_start_is_marked_where_the_process_began(tmp_path: Path) -> None:
    (mark,) = (mark for mark in MODELS["llm-router-metrics"]["annotations"]["list"] if mark["name"] == "Router starts")
    router = Router(scenario=Scenario(restarts=(Restart(at=FIRST + 1800, down=30),)))
    with remember(tmp_path, [router], prometheus=program("prometheus"), promtool=program("promtool")) as history:
        at = history.value(re.sub(r"\$\w+", ".*", mark["expr"])) / 1000
        (first,) = history.query("process_start_time_seconds offset 55m")
    assert at - float(first["value"][1]) == pytest.approx(FIRST + 1800 + 30, abs=1), "seconds after the first process"


@every_board
def test_every_query_is_of_the_chosen_cluster(uid: str) -> None:
    """But for halves of a comparison whose other half is: it could not match series of another cluster."""
    name = next(entry.file_name for entry in DASHBOARDS if json.loads(boards.text(entry.file_name))["uid"] == uid)
    assert "cluster" in variables(uid)
    for panel in boards.panels(name).values():
        for target in panel["targets"]:
            assert 'cluster=~"$cluster"' in target["expr"] or target["expr"] == ANYTHING, panel["title"]


@pytest.mark.parametrize("recording_rules", [True, False])
def test_the_filter_on_clusters_is_hidden_where_there_is_one_cluster(recording_rules: bool) -> None:
    for clusters in (False, True):
        for board in router_boards("g", ["slos", "vllm", "kubernetes"], wanted=True, recording_rules=recording_rules, clusters=clusters):
            (variable,) = (found for found in json.loads(board.model)["templating"]["list"] if found["name"] == "cluster")
            assert variable["allValue"] == ".*", "All has to let series without the label through"
            assert variable.get("hide", 0) == (0 if clusters else 2)


@every_board
def test_filters_are_obeyed_or_the_panel_says_that_it_cannot(uid: str) -> None:
    name = next(entry.file_name for entry in DASHBOARDS if json.loads(boards.text(entry.file_name))["uid"] == uid)
    asked = set()
    for panel in boards.panels(name).values():
        used = {found for target in panel["targets"] for found in re.findall(r"\$([a-z]\w*)", target["expr"])}
        assert used <= variables(uid), panel["title"]
        asked |= used
        for filter_, things in SUBJECTS.items():
            shows_all = re.search(rf"Shows all [\w ]*\b{things}\b", panel["description"])
            assert bool(shows_all) == (filter_ in variables(uid) and filter_ not in used and bool(used)), panel["title"]
    assert set(SUBJECTS) & variables(uid) <= asked, "offered, and no panel obeys it"


def test_first_lines_are_readable_on_a_small_screen_with_the_menu_open() -> None:
    for name in (entry.file_name for entry in DASHBOARDS):
        for panel in boards.panels(name).values():
            assert panel["type"] != "stat" or panel["gridPos"]["w"] >= 6, f"{name}: {panel['title']}"


def test_tables_begin_with_the_problems() -> None:
    first = {
        (entry.file_name, panel["title"]): [step["options"]["sort"] for step in panel["transformations"] if step["id"] == "sortBy"]
        for entry in DASHBOARDS
        for panel in boards.panels(entry.file_name).values()
        if panel["type"] == "table"
    }
    firing = [[{"field": "State", "desc": False}]]
    assert first == {
        ("llm-router-dashboard.json", "Firing now"): firing,
        ("alerts.json", "Firing now"): firing,
        ("router-fleet.json", "All replicas"): [[{"field": "Up", "desc": False}]],
        ("router-kubernetes.json", "All pods"): [[{"field": "Ready", "desc": False}]],
        ("slos.json", "SLOs"): [[{"field": "Budget used", "desc": True}]],
        ("probes.json", "Every probe"): [[{"field": "Right", "desc": False}]],
    }


def test_a_single_bar_has_a_name() -> None:
    bars = [panel for name in BOARDS for panel in boards.panels(name).values() if panel["type"] == "bargauge"]
    assert bars
    for panel in bars:
        (target,) = panel["targets"]
        by_unit = any(override["matcher"]["id"] == "byRegexp" for override in panel["fieldConfig"]["overrides"])
        named = re.sub(r"\{\{(\w+)\}\}", r"${__field.labels.\1}", target["legendFormat"])
        assert panel["fieldConfig"]["defaults"].get("displayName") == (None if by_unit else named), panel["title"]


def test_the_end_of_a_histogram_is_drawn() -> None:
    panel = next(panel for panel in boards.panels("cost-and-tokens.json").values() if panel["title"] == "Prompt length")
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["thresholds"]["steps"][-1] == {"color": GREY, "value": 16384}
    assert defaults["custom"]["thresholdsStyle"]["mode"] == "dashed"


@pytest.mark.parametrize("name", ["llm-router-dashboard.json", "router-fleet.json", "alerts.json", "cost-and-tokens.json"])
def test_panels_of_times_say_that_failures_are_among_them(name: str) -> None:
    """`test_answers_without_tokens_are_the_failures` shows that the router observes them."""
    for panel in boards.panels(name).values():
        timed = any("completion_latency" in target["expr"] or "ttft" in target["expr"] for target in panel["targets"])
        without = timed and any("llm_request_errors_total" in target["expr"] for target in panel["targets"])
        assert (FAILURES_TOO in panel["description"]) == (timed and not without), panel["title"]
        assert (ANSWERS_ONLY in panel["description"]) == without, panel["title"]


def test_panels_link_the_alerts_that_watch_them() -> None:
    numbers = {panel["id"]: panel for panel in boards.panels("alerts.json").values()}
    linked = set()
    for uid, model in MODELS.items():
        name = next(entry.file_name for entry in DASHBOARDS if json.loads(boards.text(entry.file_name))["uid"] == uid)
        assert model["uid"] == uid
        for panel in boards.panels(name).values():
            for link in panel.get("links", ()) if uid != ALERTS else ():
                found = re.match(rf"/d/{ALERTS}/\?viewPanel=(\d+)&", link["url"])
                if found:
                    assert link["title"].endswith(numbers[int(found[1])]["title"])
                    linked.add(link["title"].removeprefix("Alert "))
    assert {"SemanticRouterErrors", "SemanticRouterPluginErrors", "PrometheusStorageFilling"} <= linked


@pytest.mark.parametrize("base", [None, "https://example.com/runbooks/"])
def test_panels_of_alerts_link_their_runbooks_where_these_are_published(base: str | None) -> None:
    pages = router_boards("g", [], wanted=True, recording_rules=True, runbooks=base)
    model = next(model for model in (json.loads(page.model) for page in pages) if model["uid"] == ALERTS)
    panels = [inner for panel in model["panels"] for inner in [panel, *panel.get("panels", [])]]
    found = {panel["id"]: link["url"] for panel in panels for link in panel.get("links", ()) if link["title"] == "Runbook"}
    expected = {number: f"https://example.com/runbooks/{name}.md" for name, number in NUMBERS.items()}
    assert found == (expected if base else {})


def test_the_base_of_runbooks_reaches_grafana(chart: Chart) -> None:
    prometheus = PrometheusStack(chart, "prometheus", alerts=Alerts(runbook_base_url="https://example.com/books"))
    GrafanaStack(chart, "grafana", sources=[prometheus])
    (page,) = (body for body in objects_of(chart) if body["metadata"]["name"] == "grafana-dashboard-alerts")
    assert "https://example.com/books/SemanticRouterDown.md" in page["data"]["alerts.json"]
