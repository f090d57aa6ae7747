"""The dashboard "Router logs", the links that lead to it, and where it is shipped."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from manifests import objects_of
from semantic_router_observability import GrafanaStack, PrometheusStack
from semantic_router_observability.alerting.numbers import NUMBERS
from semantic_router_observability.dashboards import LOG_DASHBOARDS, render
from semantic_router_observability.dashboards.logs import LANGUAGES
from semantic_router_observability.dashboards.logs.ids import PANEL_IDS
from semantic_router_observability.grafana.datasources import Elasticsearch, VictoriaLogs
from semantic_router_observability.grafana.log_links import TITLE
from semantic_router_observability.grafana.model import Source
from semantic_router_observability.grafana.router_boards import router_boards
from semantic_router_observability.shipped import LOG_PAGES

if TYPE_CHECKING:
    from cdk8s import Chart

BOARDS = {entry.file_name: json.loads(render(entry.build())) for entry in LOG_DASHBOARDS}
BUILT_IN = {"__auto", "__range", "__interval"}


def shipped(*optional: str, store: Source | None = None) -> dict[str, dict[str, Any]]:
    """Dashboards of a Grafana, by their uid."""
    found = router_boards("grafana", optional, wanted=True, recording_rules=True, log_store=store)
    return {model["uid"]: model for model in (json.loads(board.model) for board in found)}


def panels(model: dict[str, Any]) -> list[dict[str, Any]]:
    return [inner for panel in model["panels"] for inner in (panel, *panel.get("panels", ()))]


@pytest.mark.parametrize("name", BOARDS)
def test_panels_have_the_numbers_of_the_table_and_ask_the_chosen_store(name: str) -> None:
    model = BOARDS[name]
    assert sorted(PANEL_IDS.values()) == sorted(panel["id"] for panel in panels(model))
    variables = {variable["name"] for variable in model["templating"]["list"]}
    for panel in panels(model):
        if panel["type"] == "row":
            continue
        assert panel["datasource"]["uid"] == "${logs}"
        (target,) = panel["targets"]
        assert target["datasource"] == panel["datasource"]
        assert set(re.findall(r"\$\{?(\w+)", target["expr"])) <= variables | BUILT_IN
        assert all(f"${{{variable}:regex}}" in target["expr"] for variable in ("namespace", "pod"))
        for opened, closed in ("()", "{}", "[]"):
            assert target["expr"].count(opened) == target["expr"].count(closed)
        assert target["expr"].count("`") % 2 == 0


def test_both_stores_have_the_same_page_in_their_own_language() -> None:
    loki, victoria = (BOARDS[page.file_name] for page in LOG_PAGES.values())
    assert [(panel["id"], panel["type"], panel.get("description")) for panel in panels(loki)] == [
        (panel["id"], panel["type"], panel.get("description")) for panel in panels(victoria)
    ]
    assert loki["uid"] == victoria["uid"]
    assert {page.file_name for page in LOG_PAGES.values()} == set(BOARDS)
    assert set(LANGUAGES) == set(LOG_PAGES)


def test_a_store_among_the_data_sources_brings_the_page_along(chart: Chart) -> None:
    """An Elasticsearch is passed over: the page has no queries for it."""
    sources = [Elasticsearch(url="http://elastic.logging.svc:9200", index="logs-*"), VictoriaLogs(url="http://vl.logging.svc:9428")]
    GrafanaStack(chart, "grafana", sources=[PrometheusStack(chart, "prometheus")], data_sources=sources)
    pages = {name: content for found in objects_of(chart) if found["kind"] == "ConfigMap" for name, content in found["data"].items()}
    assert json.loads(pages["router-logs-victorialogs.json"])["templating"]["list"][1]["current"]["value"] == "victorialogs"
    assert TITLE in pages["llm-router-dashboard.json"]


def test_without_a_store_there_is_no_page_and_no_link() -> None:
    models = shipped()
    assert "semantic-router-logs" not in models
    assert TITLE not in json.dumps(models)


def test_panels_link_to_the_lines_of_the_same_time_and_place() -> None:
    models = shipped("logs", store=Source("central", "Central Loki", "loki"))
    page = models.pop("semantic-router-logs")
    (chosen,) = [variable for variable in page["templating"]["list"] if variable["name"] == "logs"]
    assert chosen["current"] == {"selected": True, "text": "Central Loki", "value": "central"}
    filters = {variable["name"] for variable in page["templating"]["list"]}
    narrowed: dict[str, set[str]] = {}
    for model in models.values():
        for panel in panels(model):
            # A reader who clicks where they always did finds first what was there.
            *others, link = panel.get("fieldConfig", {}).get("defaults", {}).get("links", ()) or [{"title": ""}]
            assert TITLE not in {other["title"] for other in others}
            if link["title"] != TITLE:
                continue
            path, _, query = link["url"].partition("?")
            time, namespace, *settings = query.split("&")
            assert (path, time, namespace) == ("/d/semantic-router-logs/", "${__url_time_range}", "${namespace:queryparam}")
            legends = json.dumps([target.get("legendFormat") for target in panel["targets"]])
            for setting in settings:
                name, label = re.fullmatch(r"var-(\w+)=\$\{__field\.labels\.(\w+):percentencode\}", setting).groups()  # type: ignore[union-attr]
                assert name in filters
                assert f"{{{{{label}}}}}" in legends
                narrowed.setdefault(name, set()).add(label)
    assert narrowed == {"pod": {"pod", "replica"}, "text": {"decision", "decision_name", "model"}}
    assert {uid for uid, model in models.items() if TITLE not in json.dumps(model)} == {"semantic-router-stack"}
    shown = [panel for panel in panels(models["semantic-router-alerts"]) if panel["type"] != "row"]
    linked = {panel["id"] for panel in shown if TITLE in json.dumps(panel)}
    assert linked == {number for name, number in NUMBERS.items() if name.startswith("SemanticRouter")}


def test_asked_for_without_a_store_it_is_the_page_of_a_loki() -> None:
    assert shipped("logs")["semantic-router-logs"]["templating"]["list"][1]["query"] == "loki"
