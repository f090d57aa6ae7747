"""Whether what a link names is there: for every alert and every dashboard, whatever dashboards an installation ships."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from manifests import from_yaml as synthesized
from manifests import new_chart, objects_of
from semantic_router_observability import shipped
from semantic_router_observability.alerting.options import Alerts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from manifests import Object

SLO = "slos: [{name: answers, sli: {type: availability}, objective: 0.99}]"
OWN = "own: [{name: QueueLong, expr: up == 0, summary: s, dashboard: {uid: semantic-router-engines, id: 5}}]"
MINE = "own: [{name: Mine, expr: up == 0, summary: s, dashboard: {uid: mine}}]"
HERE = "https://grafana.example.com"
OPERATOR = "shownBy: {type: grafanaOperator, instances: {dashboards: grafana}}"
KPS = "scrapedBy: {type: kubePrometheusStack, release: kps}"

COMPLETE = {
    "as shipped": "",
    "exposed": f"grafana: {{externalUrl: '{HERE}'}}",
    "SLOs": f"alerts: {{{SLO}}}",
    "an optional dashboard": f"alerts: {{{OWN}}}\ngrafana: {{optionalDashboards: [vllm]}}",
    "without recording rules": "prometheus: {recordingRules: false}",
    "add-on": f"addOn: {{{KPS}}}\nalerts: {{{SLO}}}",
    "add-on for the operator": f"addOn: {{{KPS}, {OPERATOR}}}\nalerts: {{{SLO}}}",
    "add-on on OpenShift": "addOn: {scrapedBy: {type: openshiftUserWorkload}}",
}
"""Settings with which each alert has a link."""

WITHOUT = {
    "no dashboards": "grafana: {routerDashboards: false}",
    "no dashboards, exposed": f"grafana: {{routerDashboards: false, externalUrl: '{HERE}'}}",
    "no dashboards, SLOs": f"grafana: {{routerDashboards: false}}\nalerts: {{{SLO}}}",
    "add-on that nobody shows": f"addOn: {{{KPS}, shownBy: {{type: none}}}}\nalerts: {{{SLO}}}",
    "add-on that evaluates no rules": "addOn: {scrapedBy: {type: azureManaged}}",
    "add-on on Google Cloud": "addOn: {scrapedBy: {type: googleManaged}, shownBy: {type: none}}\nrouters: [{install: helm, release: vsr}]",
}
"""Settings with which no alert has one."""

PARTS = {
    "one dashboard alone": f"""
grafana:
  routerDashboards: false
  dashboards: [{{type: file, path: {shipped.__file__.rpartition("/")[0]}/dashboards/rendered/alerts.json}}]
alerts: {{{SLO}}}
""",
    "an optional one missing": f"alerts: {{{OWN}}}",
    "an optional one missing, exposed": f"alerts: {{{OWN}}}\ngrafana: {{externalUrl: '{HERE}'}}",
    "an optional one missing in an add-on": f"addOn: {{{KPS}}}\nalerts: {{{OWN}}}",
}
"""Settings with which some have one."""


@cache
def from_yaml(text: str) -> list[Object]:
    """Objects of the settings; nothing here changes them."""
    return synthesized(text)


def rules_of(objects: list[Object]) -> Iterator[dict[str, Any]]:
    """Alerts of all objects that hold rules."""
    for item in objects:
        held = [item["spec"]] if item["kind"] in {"PrometheusRule", "Rules"} else []
        if item["kind"] == "ConfigMap":
            held = [yaml.safe_load(text) for name, text in (item.get("data") or {}).items() if name.endswith(".yaml")]
        for file in held:
            yield from (rule for group in (file or {}).get("groups", ()) for rule in group["rules"] if "alert" in rule)


def boards_of(objects: list[Object]) -> dict[str, dict[str, Any]]:
    """Dashboards by uid."""
    texts = [
        text for item in objects if item["kind"] == "ConfigMap" for name, text in (item.get("data") or {}).items() if name.endswith(".json")
    ]
    texts += [item["spec"]["json"] for item in objects if item["kind"] == "GrafanaDashboard"]
    return {model["uid"]: model for model in map(json.loads, texts)}


def panels_of(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in model["panels"]:
        yield from (panel, *panel.get("panels", ()))


def urls(value: Any) -> Iterator[str]:
    """All links in a dashboard."""
    if isinstance(value, dict):
        if isinstance(value.get("url"), str):
            yield value["url"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from urls(item)


def dead(links: Iterator[str] | list[str], boards: dict[str, dict[str, Any]]) -> list[str]:
    """Links to a dashboard or panel that is not there."""
    found = []
    for link in links:
        if place := re.match(r"(?:https://grafana\.example\.com)?/d/([\w-]+)/(?:\?viewPanel=(\d+))?", link):
            uid, panel = place.groups()
            if uid not in boards or (panel and int(panel) not in {item["id"] for item in panels_of(boards[uid])}):
                found.append(link)
    return found


@pytest.mark.parametrize("text", [*COMPLETE.values(), *WITHOUT.values(), *PARTS.values()], ids=[*COMPLETE, *WITHOUT, *PARTS])
def test_no_link_of_an_alert_or_a_dashboard_is_dead(text: str) -> None:
    objects = from_yaml(text)
    boards = boards_of(objects)
    linked = [rule["annotations"]["dashboard_url"] for rule in rules_of(objects) if "dashboard_url" in rule["annotations"]]
    assert dead(linked, boards) == []
    if "type: file" not in text:  # a file is shipped as it is
        assert dead(urls(list(boards.values())), boards) == []


@pytest.mark.parametrize("text", COMPLETE.values(), ids=COMPLETE)
def test_where_the_dashboards_are_each_alert_has_a_link(text: str) -> None:
    without = [rule["alert"] for rule in rules_of(from_yaml(text)) if "dashboard_url" not in rule["annotations"]]
    assert set(without) <= {"Watchdog"}


@pytest.mark.parametrize("text", WITHOUT.values(), ids=WITHOUT)
def test_where_no_dashboard_is_no_alert_has_a_link(text: str) -> None:
    assert [rule for rule in rules_of(from_yaml(text)) if "dashboard_url" in rule["annotations"]] == []


def test_alerts_keep_the_links_that_lead_somewhere() -> None:
    alerts = {rule["alert"]: rule["annotations"].get("dashboard_url") for rule in rules_of(from_yaml(PARTS["one dashboard alone"]))}
    assert alerts["SemanticRouterErrors"]
    assert alerts["SloBudgetBurnsFast"] is None
    alerts = {rule["alert"]: rule["annotations"].get("dashboard_url") for rule in rules_of(from_yaml(PARTS["an optional one missing"]))}
    assert alerts["SemanticRouterErrors"]
    assert alerts["QueueLong"] is None


def test_a_dashboard_that_is_not_ours_stays_linked() -> None:
    alerts = {
        rule["alert"]: rule["annotations"].get("dashboard_url")
        for rule in rules_of(from_yaml(f"{WITHOUT['no dashboards']}\nalerts: {{{MINE}}}"))
    }
    assert str(alerts["Mine"]).startswith("/d/mine/")
    assert alerts["SemanticRouterErrors"] is None


@pytest.mark.parametrize("text", WITHOUT.values(), ids=WITHOUT)
def test_a_grafana_that_the_settings_name_has_the_dashboards(text: str) -> None:
    """They were imported there, or its URL would not be named."""
    base = "dashboardBaseUrl: https://central.example.com"
    text = text.replace("alerts: {", f"alerts: {{{base}, ") if "alerts:" in text else f"{text}\nalerts: {{{base}}}"
    rules = [rule for rule in rules_of(from_yaml(text)) if rule["alert"] != "Watchdog"]
    assert all(rule["annotations"]["dashboard_url"].startswith("https://central.example.com/d/") for rule in rules)


@pytest.mark.parametrize("exposed", [None, "bare", "complete"])
@pytest.mark.parametrize("first", ["bare", "complete"])
def test_of_several_grafanas_links_lead_to_one_with_the_dashboards(first: str, exposed: str | None) -> None:
    chart = new_chart()
    prometheus = sro.PrometheusStack(chart, "prometheus")
    for name in sorted(("bare", "complete"), key=lambda name: name != first):
        url = f"https://{name}.example.com" if name == exposed else None
        sro.GrafanaStack(chart, name, sources=[prometheus], router_dashboards=name == "complete", external_url=url)
    links = {
        rule["annotations"].get("dashboard_url", "").partition("/d/")[0]
        for rule in rules_of(objects_of(chart))
        if rule["alert"] != "Watchdog"
    }
    assert links == {"https://complete.example.com" if exposed == "complete" else ""}
    assert all("dashboard_url" in rule["annotations"] for rule in rules_of(objects_of(chart)) if rule["alert"] != "Watchdog")


def test_uids_of_shipped_dashboards_are_those_of_their_files() -> None:
    assert {page.uid: page.file_name for page in shipped.SHIPPED} == {
        json.loads(shipped.text(page))["uid"]: page.file_name for page in shipped.SHIPPED
    }


def test_only_dashboards_that_alerts_link_to_can_be_missed() -> None:
    assert Alerts().absent_dashboards(()) == {"semantic-router-alerts"}
    assert Alerts().absent_dashboards(["semantic-router-alerts"]) == frozenset()
