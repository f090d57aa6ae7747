"""An alert and the red line of its panel are one number, and a user's knob moves both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cdk8s
import pytest
import yaml
from msgspec.structs import replace

import semantic_router_observability as sro
from semantic_router_observability import shipped
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.options import AS_SHIPPED
from semantic_router_observability.dashboards.panels import VERMILION
from semantic_router_observability.grafana.router_boards import with_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def panels(model: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """All panels of a dashboard by number, those in collapsed rows included."""

    def walk(found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for panel in found:
            yield panel
            yield from walk(panel.get("panels", ()))

    return {panel["id"]: panel for panel in walk(model["panels"])}


def red_lines(panel: dict[str, Any]) -> list[float]:
    """Where a panel, or a column of a table, turns red."""
    config = panel.get("fieldConfig", {})
    columns = [
        found["value"] for override in config.get("overrides", ()) for found in override["properties"] if found["id"] == "thresholds"
    ]
    found = [config.get("defaults", {}).get("thresholds"), *columns]
    return [step["value"] for thresholds in found if thresholds for step in thresholds["steps"] if step["color"] == VERMILION]


SHIPPED = {model["uid"]: model for entry in shipped.SHIPPED for model in [json.loads(shipped.text(entry))]}
ALERTS = [alert for alerts in topics(AS_SHIPPED).values() for alert in alerts]


def drawn(model: dict[str, Any], uid: str = "llm-router-metrics", **knobs: sro.Knobs) -> dict[int, list[float]]:
    """Red lines of a page once these knobs are set."""
    moved = json.loads(with_lines(json.dumps(model[uid]), sro.Alerts(rules=knobs).lines(AS_SHIPPED)))
    return {number: red_lines(panel) for number, panel in panels(moved).items()}


def test_shipped_dashboards_draw_the_shipped_thresholds() -> None:
    lines = sro.Alerts().lines(AS_SHIPPED)
    assert len(lines) > 20
    assert [line for line in lines if line.value != line.default] == []
    assert [line for line in lines if line.default not in red_lines(panels(SHIPPED[line.uid])[line.panel])] == []


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_the_dashed_line_of_the_panel_that_an_alert_links_to_is_its_own(alert: Any) -> None:
    if alert.panel is None:
        return
    panel = panels(SHIPPED[alert.panel.uid])[alert.panel.id]
    dashed = panel.get("fieldConfig", {}).get("defaults", {}).get("custom", {}).get("thresholdsStyle", {}).get("mode") == "dashed"
    assert (alert.panel in alert.lines) == (dashed and bool(red_lines(panel)))


def test_a_threshold_moves_the_lines_of_its_panels_and_no_others() -> None:
    before = drawn(SHIPPED)
    after = drawn(SHIPPED, SemanticRouterErrors=sro.Knobs(threshold=0.02))
    assert {number: lines for number, lines in after.items() if lines != before[number]} == {3: [0.02], 12: [0.02]}


def test_the_first_alert_to_fire_draws_the_line() -> None:
    assert drawn(SHIPPED, SemanticRouterErrors=sro.Knobs(threshold=0.2))[12] == [0.05]
    assert drawn(SHIPPED, SemanticRouterErrorsElevated=sro.Knobs(threshold=0.15))[12] == [0.1]
    assert drawn(SHIPPED, SemanticRouterErrorsElevated=sro.Knobs(enabled=False))[12] == [0.1]


def test_a_bound_moves_lines_on_every_page_that_shows_it() -> None:
    half = sro.Knobs(bound=0.5)
    assert drawn(SHIPPED, SemanticRouterRoutingSlow=half)[25] == [0.5]
    assert drawn(SHIPPED, "semantic-router-fleet", SemanticRouterRoutingSlow=half)[25] == [0.5]
    assert drawn(SHIPPED, "semantic-router-fleet", SemanticRouterRoutingSlow=half)[95] == [0.5]
    assert drawn(SHIPPED, "semantic-router-fleet", SemanticRouterSlowFirstToken=sro.Knobs(bound=2.5))[93] == [2.5]
    assert drawn(SHIPPED, "semantic-router-fleet", SemanticRouterRoutingSlow=half)[10] == [None, 1, 0.5], (
        "the column Overhead, and neither Up nor Restarts"
    )


def test_units_of_panels() -> None:
    half = sro.Alerts(rules={"PrometheusStorageFilling": sro.Knobs(threshold=0.4)}).lines(AS_SHIPPED)
    assert [line.value for line in half if line.uid == "semantic-router-stack" and line.panel == 4] == [0.5]
    fewer = sro.Alerts().lines(replace(AS_SHIPPED, sample_limit=20_000))
    assert [(line.default, line.value) for line in fewer if line.value != line.default] == [(40_000, 16_000)]


def test_the_lowest_of_two_data_sources() -> None:
    strict, loose = (sro.Alerts(rules={"SemanticRouterBusy": sro.Knobs(threshold=threshold)}).lines(AS_SHIPPED) for threshold in (20, 80))
    page = json.dumps(SHIPPED["llm-router-metrics"])
    assert red_lines(panels(json.loads(with_lines(page, [*strict, *loose])))[13]) == [20]
    assert with_lines(page, [*loose, *sro.Alerts().lines(AS_SHIPPED)]) == page


def test_without_alerts_pages_stay_as_shipped() -> None:
    assert sro.Alerts(enabled=False).lines(AS_SHIPPED) == []
    assert with_lines("any text", sro.Alerts().lines(AS_SHIPPED)) == "any text"


@pytest.mark.parametrize("recording_rules", [True, False])
def test_a_knob_moves_the_rule_and_the_line_in_one_chart(*, recording_rules: bool) -> None:
    chart = cdk8s.Chart(cdk8s.App(), "chart", namespace="monitoring")
    alerts = sro.Alerts(rules={"SemanticRouterErrors": sro.Knobs(threshold=0.02)})
    prometheus = sro.PrometheusStack(chart, "prometheus", alerts=alerts, recording_rules=recording_rules)
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], admin=sro.DemoCredentials())
    groups = yaml.safe_load(prometheus.rules.to_json()["data"]["alerts-requests.yaml"])["groups"]
    (rule,) = (rule for group in groups for rule in group["rules"] if rule["alert"] == "SemanticRouterErrors")
    assert "0.02" in rule["expr"]
    (page,) = (board.to_json()["data"] for board in grafana.dashboards if "llm-router-dashboard.json" in board.to_json()["data"])
    assert red_lines(panels(json.loads(page["llm-router-dashboard.json"]))[12]) == [0.02]
