"""The scrape job of the Envoy in front of the routers, and what follows from it: rights, connections, alerts, a dashboard."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from refusals import refusal
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.contract.metric import source_metrics
from semantic_router_observability.dashboards import render
from semantic_router_observability.dashboards.gateway import PANEL_IDS, gateway
from semantic_router_observability.promql import parse
from semantic_router_observability.shipped import SHIPPED, text

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

SETTINGS = """
routers: [{install: helm, release: vsr, namespaces: [routing]}]
prometheus:
  scrapeJobs:
    - {type: envoy, namespaces: [envoy-gateway-system]}
    - {type: envoy, name: envoy-istio, matchLabels: {istio: ingressgateway}, port: 15090, namespaces: [istio-system]}
"""
ALERTS = ["GatewayBypassesRouter", "GatewayRouterCallsFailing", "GatewayRouterCallsLate", "GatewayErrors"]


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return from_yaml(SETTINGS)


def jobs_of(objects: list[Object]) -> dict[str, dict[str, Any]]:
    """Scrape jobs of Prometheus, by name."""
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    return {job["job_name"]: job for job in config["scrape_configs"]}


def test_it_finds_the_proxies_of_envoy_gateway_and_any_others(objects: list[Object]) -> None:
    jobs = jobs_of(objects)
    usual, of_istio = jobs["envoy"], jobs["envoy-istio"]
    assert usual["metrics_path"] == of_istio["metrics_path"] == "/stats/prometheus"
    assert usual["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": ["envoy-gateway-system"]}}]
    (condition,) = [step for step in usual["relabel_configs"] if step.get("action") == "keep"]
    assert condition["source_labels"] == [
        "__meta_kubernetes_pod_label_app_kubernetes_io_component",
        "__meta_kubernetes_pod_label_app_kubernetes_io_managed_by",
        "__meta_kubernetes_pod_container_port_number",
    ]
    assert re.fullmatch(condition["regex"], "proxy;envoy-gateway;19001")
    (condition,) = [step for step in of_istio["relabel_configs"] if step.get("action") == "keep"]
    assert re.fullmatch(condition["regex"], "ingressgateway;15090")
    assert usual["sample_limit"] == 50_000
    assert "body_size_limit" not in usual


def test_prometheus_may_read_and_connect_there(objects: list[Object]) -> None:
    roles = {item["metadata"].get("namespace") for item in objects if item["kind"] == "Role"}
    assert {NAMESPACE, "routing", "envoy-gateway-system", "istio-system"} <= roles
    egress = find(objects, "NetworkPolicy", "network-prometheus")["spec"]["egress"]
    ports = {
        (rule["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for rule in egress
        for port in rule["ports"]
        if "namespaceSelector" in rule.get("to", [{}])[0] and "matchLabels" in rule["to"][0]["namespaceSelector"]
    }
    assert {("envoy-gateway-system", 19001), ("istio-system", 15090)} <= ports


def test_alerts_and_the_dashboard_follow_from_the_job(objects: list[Object], default_objects: list[Object]) -> None:
    rules = find(objects, "ConfigMap", "prometheus-rules")["data"]
    assert re.findall(r"alert: (\w+)", rules["alerts-gateway.yaml"]) == ALERTS
    assert find(objects, "ConfigMap", "grafana-dashboard-gateway")
    assert not re.search("envoy|Gateway", json.dumps([item for item in default_objects if item["metadata"]["name"] == "prometheus-rules"]))
    assert "gateway" not in "".join(item["metadata"]["name"] for item in default_objects)


def test_another_envoy_among_the_jobs_brings_neither() -> None:
    other = from_yaml(
        "prometheus: {scrapeJobs: [{type: pods, name: envoy, matchLabels: {app: contour}, port: 8002, namespaces: [contour]}]}"
    )
    assert "alerts-gateway.yaml" not in find(other, "ConfigMap", "prometheus-rules")["data"]


def test_constructs_alone_do_the_same(objects: list[Object]) -> None:
    chart = new_chart()
    jobs = [
        sro.EnvoyJob(namespaces=["envoy-gateway-system"]),
        sro.EnvoyJob(name="envoy-istio", match_labels={"istio": "ingressgateway"}, port=15090, namespaces=["istio-system"]),
    ]
    targets = [sro.RouterTarget.helm("vsr", namespaces=["routing"])]
    prometheus = sro.PrometheusStack(chart, "prometheus", targets=targets, scrape_jobs=jobs)
    sro.GrafanaStack(chart, "grafana", sources=[prometheus])
    sro.NetworkPolicies(chart, "network")
    found = objects_of(chart)
    for name in ("prometheus-config", "prometheus-rules", "grafana-dashboard-gateway"):
        assert find(found, "ConfigMap", name) == find(objects, "ConfigMap", name)
    later = sro.PrometheusStack(chart, "later")
    with pytest.raises(sro.ConfigError, match="a dashboard and alerts follow from this job; give it to scrape_jobs at construction"):
        later.add_scrape_job(sro.EnvoyJob())


def test_every_stored_family_is_asked_for_and_every_asked_one_is_stored() -> None:
    asked = set(re.findall(r"\benvoy_\w+(?=\{)", "".join(text(page) for page in SHIPPED)))
    asked = {re.sub("_(bucket|count|sum)$", "", name) for name in asked}
    assert asked == {*source_metrics("envoy")}


def test_an_alert_its_panel_and_its_link_show_one_number() -> None:
    model = json.loads(render(gateway()))
    shown = {panel["id"]: panel for panel in model["panels"]}
    alerts = topics(Facts(optional_dashboards=frozenset({"envoy"})))["gateway"]
    assert [alert.name for alert in alerts] == ALERTS
    for alert in alerts:
        assert alert.rule().dashboard == sro.Panel(uid=model["uid"], id=PANEL_IDS[alert.name])
        query = re.sub(r'\b\w+=~"\$\w+",?', "", shown[PANEL_IDS[alert.name]]["targets"][0]["expr"])
        assert str(parse(query)) == str(parse(alert.shape.number(alert.tuning)))


def test_thresholds_of_the_alerts_move_the_lines_of_their_panels() -> None:
    tuned = from_yaml(SETTINGS + "alerts: {rules: {GatewayErrors: {threshold: 0.3}}}")
    model = json.loads(find(tuned, "ConfigMap", "grafana-dashboard-gateway")["data"]["gateway.json"])
    lines = {
        panel["id"]: [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        for panel in model["panels"]
        if panel["id"] in {PANEL_IDS["GatewayErrors"], PANEL_IDS["GatewayBypassesRouter"]}
    }
    assert {number: steps[-1] for number, steps in lines.items()} == {13: 0.3, 10: 0.05}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "{type: envoy, name: gateway}",
            "prometheus.scrapeJobs[0].name: 'gateway': write envoy, or a name that begins with envoy-: alerts and the dashboard find gateways by it",
        ),
        ("{type: envoy, name: envoys}", "prometheus.scrapeJobs[0].name: 'envoys': write envoy, or a name that begins with envoy-"),
        (
            "{type: envoy, path: stats}",
            "prometheus.scrapeJobs[0].path: 'stats': write a path that starts with '/', such as /metrics",
        ),
        ("{type: envoy, port: 0}", "prometheus.scrapeJobs[0].port: 0: "),
        ("{type: envoy}, {type: envoy}", "prometheus.scrapeJobs: 'envoy': two scrape jobs share this name; rename one"),
        ("{type: envoy, targets: ['envoy:9901']}", "prometheus.scrapeJobs[0]: 'targets': unknown key; accepted: bearerToken, ca, "),
    ],
)
def test_refusals(written: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(f"prometheus: {{scrapeJobs: [{written}]}}", tmp_path, capsys).startswith(message)
