"""The dashboard "Alerts" shows the number that each alert compares, as the rules in the same chart have it, and links lead there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import cdk8s
import pytest
import yaml

import semantic_router_observability as sro
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.numbers import NUMBERS, UID
from semantic_router_observability.alerting.options import AS_SHIPPED
from semantic_router_observability.alerting.shapes.promql import filtered
from semantic_router_observability.alerting.watched import NOTHING
from semantic_router_observability.promql import parse
from semantic_router_observability.shipped import SHIPPED, text

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "alerts.json"
ALERTS = [alert for alerts in topics(AS_SHIPPED).values() for alert in alerts if alert.name in NUMBERS]


def chart_with(alerts: sro.Alerts, **options: Any) -> tuple[dict[int, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Panels by number and rules by name, alerts and records, of one chart, as Grafana and Prometheus read them."""
    chart = cdk8s.Chart(cdk8s.App(), "chart", namespace="monitoring")
    prometheus = sro.PrometheusStack(chart, "prometheus", alerts=alerts, **options)
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], admin=sro.DemoCredentials())
    (text,) = (data[FILE] for board in grafana.dashboards if FILE in (data := board.to_json()["data"]))
    model = json.loads(text)
    panels = {panel["id"]: panel for row in model["panels"] for panel in (row, *row.get("panels", ()))}
    groups = [group for file in prometheus.rules.to_json()["data"].values() for group in yaml.safe_load(file)["groups"]]
    return panels, {rule.get("alert") or rule["record"]: rule for group in groups for rule in group["rules"]}


def dashed(panel: dict[str, Any]) -> float | None:
    """Where the panel draws a line."""
    defaults = panel["fieldConfig"]["defaults"]
    if defaults["custom"].get("thresholdsStyle", {}).get("mode") != "dashed":
        return None
    (value,) = (step["value"] for step in defaults["thresholds"]["steps"] if step["value"] is not None)
    return float(value)


def unfiltered(expression: str) -> str:
    """A query as it is while everything is chosen."""
    plain = str(parse(re.sub(r'\b\w+=~"\$\w+",?', "", expression)))
    return re.sub(r"\{([^{}]*)\}", lambda found: f"{{{','.join(sorted(filter(None, found[1].split(','))))}}}", plain)


def test_every_alert_but_the_heartbeat_has_a_panel() -> None:
    assert {alert.name for alerts in topics(AS_SHIPPED).values() for alert in alerts} - {"Watchdog"} == set(NUMBERS)
    assert len(set(NUMBERS.values())) == len(NUMBERS)


@pytest.fixture(scope="module")
def shipped() -> tuple[dict[int, dict[str, Any]], dict[str, dict[str, Any]]]:
    return chart_with(
        sro.Alerts(rules={"SemanticRouterSpendOverBudget": sro.Knobs(enabled=True)}),
        alertmanagers=(sro.ExternalAlertmanager(url="http://alertmanager:9093"),),
        scrape_jobs=(sro.StaticJob(name="vllm", targets=("qwen3-8b:8000",)),),
        remote_write=(sro.RemoteWrite(name="central", url="https://metrics.example.com/push"),),
    )


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_the_link_of_an_alert_leads_to_its_own_number(shipped: tuple[Mapping[int, Any], Mapping[str, Any]], alert: Any) -> None:
    panels, rules = shipped
    rule = rules[alert.name]
    link = re.match(r"/d/([\w-]+)/\?viewPanel=(\d+)", rule["annotations"]["dashboard_url"])
    assert link
    assert link[1] == UID
    panel = panels[int(link[2])]
    number = unfiltered(panel["targets"][0]["expr"])
    # Its own condition begins with the number, but for a zero where there was nothing bad.
    plain = re.sub(r"\s", "", number)
    condition = re.sub(r"\s", "", unfiltered(rule["expr"]))
    line = dashed(panel)
    record = re.match(r"\w+:\w+:\w+", condition)
    if record:
        assert re.sub(r"\s", "", unfiltered(rules[record[0]]["expr"])) == plain
    elif " or " not in number:
        assert condition.startswith(plain)
    if line is not None:
        assert re.search(rf">{line:g}(?![\d.])", condition), "the line is the threshold"
    elif len(panel["targets"]) > 1:
        assert re.sub(r"\s", "", unfiltered(panel["targets"][1]["expr"])) in condition, "the limit is the rule's"
    for label in ("namespace", "model", "pod"):
        assert (f'{label}=~"${label}"' in panel["targets"][0]["expr"]) == (label in alert.by)
        assert (f"{{{{{label}}}}}" in panel["targets"][0]["legendFormat"]) == (label in alert.by)


def test_knobs_move_query_and_line() -> None:
    knobs = {
        "SemanticRouterSlowCompletions": sro.Knobs(bound=5, threshold=0.4),
        "SemanticRouterCacheUseless": sro.Knobs(threshold=0.7),
        "SemanticRouterJailbreakSurge": sro.Knobs(threshold=9),
    }
    panels, rules = chart_with(sro.Alerts(rules=knobs))
    slow = panels[NUMBERS["SemanticRouterSlowCompletions"]]
    assert 'le=~"5|5[.]0"' in slow["targets"][0]["expr"]
    assert 'le=~"5|5[.]0"' in rules["namespace_job_model:llm_model_completion_latency_seconds:slow_ratio10m"]["expr"]
    assert slow["targets"][1]["expr"].split()[:2] == ["0.4", "+"]
    assert dashed(panels[NUMBERS["SemanticRouterCacheUseless"]]) == 0.7
    assert panels[NUMBERS["SemanticRouterJailbreakSurge"]]["targets"][1]["expr"].split()[:2] == ["0.75", "*"]


@pytest.mark.parametrize("recording_rules", [True, False])
def test_an_alert_that_an_installation_does_not_have_shows_nothing(*, recording_rules: bool) -> None:
    panels, rules = chart_with(sro.Alerts(), recording_rules=recording_rules)
    assert "PrometheusTargetMissing" not in rules
    assert [target["expr"] for target in panels[NUMBERS["PrometheusTargetMissing"]]["targets"]] == [NOTHING]
    assert 'namespace="monitoring"' in panels[NUMBERS["SemanticRouterAbsent"]]["targets"][0]["expr"]


def test_matchers_go_where_the_label_is() -> None:
    matchers = {"namespace": 'namespace="a"', "model": 'model="m"'}
    text = 'sum by (model) (llm_model_inflight_requests{}) / count(up{job="semantic-router"})'
    assert filtered(text, matchers) == (
        'sum by (model) (llm_model_inflight_requests{namespace="a", model="m"}) / count(up{job="semantic-router", namespace="a"})'
    )


OTHER_MEASURES = {
    ("SemanticRouterMemoryHigh", "semantic-router-kubernetes"): "the kubelet's measure of all containers, with the alert's line",
    ("SemanticRouterSlowFirstToken", "semantic-router-engines"): "the engine's own measure, without the router",
    ("SemanticRouterSlowTokens", "semantic-router-engines"): "the engine's own measure, without the router",
}
"""Panels with the line of an alert that ask another program, by alert and dashboard."""

INVERSE = {"SemanticRouterCacheUseless"}
"""The panel shows the hits, and the alert compares the misses."""

FACTOR = {"SemanticRouterSamplesNearLimit": 50_000, "PrometheusStorageFilling": 1 / 0.8}
"""The panel is in samples, or in parts of the retention by size, and the alert in parts of the limit or of the volume."""


def test_panels_with_the_line_of_an_alert_measure_what_it_compares() -> None:
    """On every dashboard: what has the red line of an alert, or a link to it, reads the metrics of the alert, and turns red where it fires."""
    panels = {
        (model["uid"], panel["id"]): panel for model in rendered() for row in model["panels"] for panel in (row, *row.get("panels", ()))
    }
    excused = set()
    compared = 0
    for alert in ALERTS:
        families = metrics(alert.shape.number(alert.tuning)) - {"up"}
        for place in alert.lines:
            panel = panels[place.uid, place.id]
            if (alert.name, place.uid) in OTHER_MEASURES:
                excused.add((alert.name, place.uid))
                continue
            asked = metrics(" ".join(target["expr"] for target in panel["targets"]))
            assert families & asked == families - {"llm_request_errors"} or families <= asked, f"{alert.name}: {panel['title']}"
            drawn = alert.line(alert.tuning)
            threshold = alert.tuning.bound or alert.tuning.threshold * FACTOR.get(alert.name, 1)
            assert drawn == pytest.approx(1 - threshold if alert.name in INVERSE else threshold), f"{alert.name}: {panel['title']}"
            compared += 1
    assert excused == set(OTHER_MEASURES)
    assert compared > 10


def rendered() -> list[dict[str, Any]]:
    return [json.loads(text(page)) for page in SHIPPED]


def metrics(expression: str) -> set[str]:
    """Families that an expression asks, also where it reads what is recorded of them."""
    names = {vector.split(":")[1] if ":" in vector else vector for vector in re.findall(r"([a-zA-Z_][\w:]*)\{", expression)}
    return {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in names}
