"""What components know of one another, and what flows back to those that were made first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cdk8s import ApiObject, App, Chart, JsonPatch

import semantic_router_observability as sro
from manifests import NAMESPACE, find, new_chart, objects_of
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from manifests import Object

GRAFANA = "https://grafana.example.com/g/"
TLS = sro.ServingTls(secret="grafana-tls")


def links(objects: list[Object], name: str = "prometheus") -> list[str]:
    """Links to dashboards in the rules of a Prometheus."""
    files = find(objects, "ConfigMap", f"{name}-rules")["data"].values()
    rules = [rule for file in files for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
    return [rule["annotations"]["dashboard_url"] for rule in rules if "dashboard_url" in rule.get("annotations", {})]


def jobs(objects: list[Object]) -> list[str]:
    """Names of the scrape jobs."""
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    return [job["job_name"] for job in config["scrape_configs"]]


def test_links_in_alerts_lead_to_the_grafana_that_shows_the_prometheus(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(
        chart,
        "prometheus",
        alerts=sro.Alerts(own=(sro.AlertRule(name="Mine", expr="up == 0", summary="mine", dashboard=sro.Panel(uid="mine")),)),
    )
    sro.GrafanaStack(chart, "grafana", sources=[prometheus], external_url=GRAFANA)
    sro.GrafanaStack(chart, "second", sources=[prometheus], external_url="https://second.example.com")
    found = links(objects_of(chart))
    assert any(link.startswith("https://grafana.example.com/g/d/mine/?") for link in found)
    assert {link.partition("/d/")[0] for link in found} == {GRAFANA.rstrip("/")}


def test_links_stay_as_asked_for(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus", alerts=sro.Alerts(dashboard_base_url="https://other.example.com"))
    unexposed = sro.PrometheusStack(chart, "unexposed")
    sro.GrafanaStack(chart, "grafana", sources=[prometheus], external_url=GRAFANA)
    sro.GrafanaStack(chart, "second", sources=[unexposed])
    objects = objects_of(chart)
    assert all(link.startswith("https://other.example.com/d/") for link in links(objects))
    assert all(link.startswith("/d/") for link in links(objects, "unexposed"))


def test_a_prometheus_without_rules_has_no_links_to_change(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus", recording_rules=False, alerts=sro.Alerts(enabled=False))
    sro.GrafanaStack(chart, "grafana", sources=[prometheus], external_url=GRAFANA)
    assert "data" not in find(objects_of(chart), "ConfigMap", "prometheus-rules")


def test_patches_made_before_the_grafana_stay_last(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus")
    path = "/spec/template/spec/containers/0/resources/limits/memory"
    ApiObject.of(prometheus).add_json_patch(JsonPatch.replace(path, "8Gi"), JsonPatch.add("/spec/minReadySeconds", 5))
    prometheus.rules.add_json_patch(JsonPatch.add("/data/mine.yaml", "groups: []\n"))
    prometheus.config_map.add_json_patch(JsonPatch.replace("/data/prometheus.yml", "mine"))
    sro.GrafanaStack(chart, "grafana", sources=[prometheus], external_url=GRAFANA, tls=TLS)
    objects = objects_of(chart)
    workload = find(objects, "StatefulSet", "prometheus")["spec"]
    assert (workload["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"], workload["minReadySeconds"]) == ("8Gi", 5)
    assert "secret-grafana-tls" in {volume["name"] for volume in workload["template"]["spec"]["volumes"]}
    assert find(objects, "ConfigMap", "prometheus-rules")["data"].pop("mine.yaml") == "groups: []\n"
    assert find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"] == "mine"


def test_each_grafana_with_tls_is_scraped_by_its_own_certificate(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus")
    for name in ("first", "second"):
        sro.GrafanaStack(chart, name, sources=[prometheus], tls=sro.ServingTls(secret=f"{name}-tls"))
    objects = objects_of(chart)
    assert jobs(objects) == [
        "semantic-router",
        "semantic-router-clients",
        "prometheus",
        "grafana",
        f"grafana/{NAMESPACE}/first",
        f"grafana/{NAMESPACE}/second",
    ]
    assert {use.secret for use in prometheus.secret_references} == {"first-tls", "second-tls"}


def test_two_sources_of_one_name_take_two_uids() -> None:
    app = App()
    charts = [Chart(app, name, namespace=name) for name in ("stage", "prod")]
    first, second = (sro.PrometheusStack(chart, "prometheus") for chart in charts)
    with pytest.raises(ConfigError) as refused:
        sro.GrafanaStack(charts[0], "grafana", sources=[first, second])
    assert str(refused.value) == "grafana: data_sources: uid: 'prometheus': two data sources have this uid; give one of the two another uid"
    third = sro.PrometheusStack(Chart(app, "test", namespace="test"), "prometheus", uid="prometheus-test")
    sro.GrafanaStack(charts[0], "grafana", sources=[first, third])
    written = yaml.safe_load(find(objects_of(charts[0]), "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [(source["uid"], source["name"]) for source in written] == [("prometheus", "Prometheus"), ("prometheus-test", "prometheus-test")]


class Wrapped:
    """A component of a user's own around a stack."""

    def __init__(self, stack: sro.PrometheusStack) -> None:
        self.endpoint = stack.endpoint
        self.stack = stack
        self.heard: list[sro.Endpoint] = []

    def bind(self, later: sro.Endpoint) -> None:
        self.heard.append(later)
        self.stack.bind(later)


def test_a_component_of_ones_own_learns_what_was_made_later(chart: Chart) -> None:
    own = Wrapped(sro.PrometheusStack(chart, "prometheus", external_url="https://p.example.com"))
    grafana = sro.GrafanaStack(chart, "grafana", sources=[own], external_url=GRAFANA)
    proxy = sro.OAuth2Proxy(
        chart,
        "login",
        upstream=own,
        provider=sro.GoogleProvider(),
        client_id="a",
        client_secret=sro.SecretKey("a", "b"),
        cookie_secret=sro.SecretKey("a", "c"),
        allow=sro.Allow(domains=("example.com",)),
    )
    assert own.heard == [grafana.endpoint, proxy.endpoint]
    assert {link.partition("/d/")[0] for link in links(objects_of(chart))} == {GRAFANA.rstrip("/")}


def test_an_endpoint_stands_wherever_a_component_may(chart: Chart) -> None:
    mimir = sro.Endpoint(url=sro.Url.of("http://mimir.storage.svc:8080/prometheus"), recording_rules=True, interval="1m")
    alerts = sro.Endpoint(url=sro.Url.of("http://alerts.storage.svc:9093"))
    prometheus = sro.PrometheusStack(chart, "prometheus", alertmanagers=[alerts, sro.Endpoint(url=sro.Url.of("https://am.example.com/x"))])
    sro.GrafanaStack(chart, "grafana", sources=[mimir, prometheus], data_sources=[alerts])
    objects = objects_of(chart)
    written = yaml.safe_load(find(objects, "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [(source["uid"], source["type"], source["url"]) for source in written] == [
        ("mimir", "prometheus", "http://mimir.storage.svc:8080/prometheus"),
        ("prometheus", "prometheus", f"http://prometheus.{NAMESPACE}.svc:9090"),
        ("alerts", "alertmanager", "http://alerts.storage.svc:9093"),
    ]
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    found, fixed = config["alerting"]["alertmanagers"]
    assert found["kubernetes_sd_configs"] == [{"role": "endpointslice", "namespaces": {"names": ["storage"]}}]
    assert fixed == {"scheme": "https", "path_prefix": "/x", "static_configs": [{"targets": ["am.example.com:443"]}]}


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda chart, given: sro.GrafanaStack(chart, "grafana", sources=[given]), "grafana: sources"),
        (
            lambda chart, given: sro.GrafanaStack(chart, "grafana", sources=[sro.ExternalPrometheus(url="http://a")], data_sources=[given]),
            "grafana: data_sources",
        ),
        (lambda chart, given: sro.PrometheusStack(chart, "prometheus", alertmanagers=[given]), "prometheus: alertmanagers"),
    ],
)
def test_what_publishes_no_endpoint_is_refused(make: Any, where: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make(new_chart(), "prometheus")
    assert str(refused.value) == f"{where}: str: give a stack, an Endpoint, or an object with `endpoint` and `bind`"
