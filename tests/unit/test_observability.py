"""The whole stack as one construct."""

from __future__ import annotations

import msgspec
import pytest
from cdk8s import App, Chart

import semantic_router_observability as sro
from manifests import NAMESPACE, find, new_chart, objects_of
from semantic_router_observability.errors import ConfigError

RECEIVERS = [sro.Slack(name="chat", api_url=sro.SecretKey("slack", "url"))]
LOGIN: sro.OAuth2ProxyArguments = {
    "provider": sro.OidcProvider(issuer="https://id.example.com"),
    "client_id": "prometheus",
    "client_secret": sro.SecretKey("login", "client-secret"),
    "cookie_secret": sro.SecretKey("login", "cookie-secret"),
    "allow": sro.Allow(groups=("sre",)),
}


def test_by_default_it_is_what_main_makes(default_objects: list[dict[str, object]]) -> None:
    chart = new_chart()
    sro.Observability(chart, "anything")
    assert objects_of(chart) == default_objects


def test_what_all_parts_share_is_stated_once() -> None:
    chart = Chart(App(), "a", namespace=NAMESPACE, labels={"example.com/team": "sre"})
    made = sro.Observability(
        chart,
        "stack",
        prometheus={"external_url": "https://o.example.com/prometheus"},
        grafana={"external_url": "https://o.example.com/grafana", "placement": sro.Placement(node_selector={"disk": "ssd"})},
        alertmanager={"receivers": RECEIVERS},
        logins={"prometheus": LOGIN},
        ingress={"backends": ("grafana", "prometheus")},
        secrets=[sro.ExternalSecrets(store=sro.SecretStore(name="vault"), entries={"slack": "chat"})],
        placement=sro.Placement(node_selector={"pool": "ops"}),
        registries=sro.ImageRegistries(
            mirrors={"docker.io": "mirror.example.com", "quay.io": "mirror.example.com"}, pull_secrets=("pull",)
        ),
        platform=sro.OpenShift(),
    )
    objects = objects_of(chart)
    pods = {
        manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
        for manifest in objects
        if manifest["kind"] in {"StatefulSet", "Deployment"}
    }
    assert {name: pod["nodeSelector"] for name, pod in pods.items()} == {
        "prometheus": {"pool": "ops"},
        "alertmanager": {"pool": "ops"},
        "prometheus-login": {"pool": "ops"},
        "grafana": {"disk": "ssd"},
    }
    for pod in pods.values():
        assert pod["containers"][0]["image"].startswith("mirror.example.com/")
        assert pod["imagePullSecrets"] == [{"name": "pull"}]
        assert "runAsUser" not in pod["securityContext"]
    assert all(manifest["metadata"]["labels"]["example.com/team"] == "sre" for manifest in objects)
    routes = [manifest for manifest in objects if manifest["kind"] == "Route"]
    assert {route["spec"]["to"]["name"] for route in routes} == {"grafana", "prometheus-login"}
    isolated = {manifest["metadata"]["name"] for manifest in objects if manifest["kind"] == "NetworkPolicy"}
    assert isolated == {f"network-{name}" for name in pods}
    assert find(objects, "ExternalSecret", "slack")
    assert made.alertmanager is not None
    assert made.logins["prometheus"].endpoint.has_login


def test_isolation_can_be_left_to_others() -> None:
    chart = new_chart()
    made = sro.Observability(chart, "stack", isolate=False, router_access=True)
    assert made.network_policies is None
    names = [manifest["metadata"]["name"] for manifest in objects_of(chart) if manifest["kind"] == "NetworkPolicy"]
    assert names == [f"router-access-{NAMESPACE}-prometheus-1", f"router-access-{NAMESPACE}-prometheus-2"]


def test_further_parts_are_connected_beside_those_that_are_named() -> None:
    chart = new_chart()
    external = sro.ExternalAlertmanager(url="https://alerts.example.com")
    loki = sro.Loki(url="http://loki.logging.svc:3100")
    sro.Observability(
        chart, "stack", prometheus={"alertmanagers": [external]}, alertmanager={"receivers": RECEIVERS}, grafana={"data_sources": [loki]}
    )
    objects = objects_of(chart)
    written = msgspec.yaml.decode(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    assert [max(target) for target in written["alerting"]["alertmanagers"]] == ["relabel_configs", "static_configs"]
    sources = msgspec.yaml.decode(find(objects, "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [source["uid"] for source in sources] == ["prometheus", "alertmanager", "loki"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ingress": {}}, "ingress: via: None: choose one, such as Nginx(), Gateway(name=...) or, on OpenShift, OpenShiftRoute()"),
        (
            {"ingress": {"via": sro.Nginx(), "backends": ("alertmanager",)}},
            "ingress: backends: 'alertmanager': there is none; add alertmanager, or remove it here",
        ),
        (
            {"logins": {"alertmanager": LOGIN}},
            "logins.alertmanager: None: there is no part of this name to protect; there are prometheus",
        ),
    ],
)
def test_what_is_not_there_is_not_connected(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        sro.Observability(new_chart(), "stack", **arguments)  # type: ignore[arg-type]
    assert str(refused.value) == message
