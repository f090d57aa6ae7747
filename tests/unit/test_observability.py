"""The whole stack as one construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import main
import msgspec
import pytest
import yaml
from cdk8s import App, Chart
from cdk8s_plus_27 import ServiceAccount

import semantic_router_observability as sro
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

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


def test_what_is_added_to_its_chart_is_isolated_too() -> None:
    app = App()
    chart = Chart(app, "observability", namespace=NAMESPACE)
    before = sro.PrometheusStack(chart, "trial")
    stack = sro.Observability(chart, "stack", grafana={"data_sources": [before]})
    sro.GrafanaStack(chart, "customers", sources=[stack.prometheus])
    elsewhere = Chart(app, "elsewhere", namespace="elsewhere")
    sro.GrafanaStack(elsewhere, "elsewhere", sources=[stack.prometheus])
    objects = objects_of(chart)
    pods = {manifest["metadata"]["name"] for manifest in objects if manifest["kind"] in {"StatefulSet", "Deployment"}}
    assert pods == {"prometheus", "grafana", "trial", "customers"}
    isolated = {manifest["metadata"]["name"] for manifest in objects if manifest["kind"] == "NetworkPolicy"}
    assert isolated == {f"network-{name}" for name in pods}
    assert [client for client in ("grafana", "customers", "elsewhere", "trial") if admits(objects, "prometheus", client)] == [
        "grafana",
        "customers",
        "elsewhere",
    ]
    assert [client for client in ("grafana", "customers", "elsewhere") if admits(objects, "trial", client)] == ["grafana"]
    assert not [manifest for manifest in objects_of(elsewhere) if manifest["kind"] == "NetworkPolicy"]


def admits(objects: list[dict[str, Any]], server: str, client: str) -> bool:
    """Whether the policy of a server names pods of a client."""
    rules = find(objects, "NetworkPolicy", f"network-{server}")["spec"]["ingress"]
    selectors = [peer["podSelector"]["matchLabels"] for rule in rules for peer in rule["from"] if "podSelector" in peer]
    return any(selector.get("app.kubernetes.io/instance") == client for selector in selectors)


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


def test_labels_are_on_all_objects_and_pods_and_select_nothing() -> None:
    chart = new_chart()
    own: sro.Metadata = sro.Metadata(pod_labels={"team": "search", "tier": "ops"}, service_account_annotations={"example.com/role": "r"})
    sro.Observability(chart, "stack", labels={"team": "routing"}, grafana={"metadata": own}, alertmanager={"receivers": RECEIVERS})
    objects = objects_of(chart)
    assert {manifest["metadata"]["labels"].get("team") for manifest in objects} == {"routing"}
    pods = {
        manifest["metadata"]["name"]: manifest["spec"]["template"]["metadata"]["labels"]
        for manifest in objects
        if manifest["kind"] in {"StatefulSet", "Deployment"}
    }
    assert {name: labels["team"] for name, labels in pods.items()} == {
        "prometheus": "routing",
        "alertmanager": "routing",
        "grafana": "search",
    }
    assert pods["grafana"]["tier"] == "ops"
    assert find(objects, "ServiceAccount", "grafana")["metadata"]["annotations"] == {"example.com/role": "r"}
    for manifest in objects:
        if manifest["kind"] == "StatefulSet":
            assert "team" not in manifest["spec"]["selector"]["matchLabels"]


def test_an_account_of_ones_own_is_not_annotated() -> None:
    chart = new_chart()
    account = ServiceAccount.from_service_account_name(chart, "account", "mine")
    metadata = sro.Metadata(service_account_annotations={"a": "b"})
    with pytest.raises(ConfigError, match=r"^prometheus: metadata.service_account_annotations: \['a'\]: the account is yours"):
        sro.PrometheusStack(chart, "prometheus", service_account=account, metadata=metadata)


def test_labels_of_the_settings_are_on_an_add_on_too(tmp_path: Path) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text("labels: {team: routing}\naddOn: {scrapedBy: {type: kubePrometheusStack, release: kps}}\n", encoding="utf-8")
    assert main.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0
    made = [found for file in (tmp_path / "dist").glob("*.yaml") for found in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
    assert {found["metadata"]["labels"]["team"] for found in made} == {"routing"}


def test_annotations_are_on_all_objects_and_replace_none_of_their_own() -> None:
    chart = new_chart()
    sro.Observability(
        chart,
        "stack",
        grafana={"external_url": "https://ops.example.com"},
        ingress={"annotations": {"example.com/owner": "web"}, "via": sro.Nginx()},
    )
    before = objects_of(chart)
    sro.add_annotations(chart, {"example.com/owner": "routing", "argocd.argoproj.io/sync-options": "Prune=true"})
    after = objects_of(chart)
    for old, new in zip(before, after, strict=True):
        own = old["metadata"].get("annotations", {})
        assert new["metadata"]["annotations"] == {"example.com/owner": "routing", "argocd.argoproj.io/sync-options": "Prune=true", **own}
        assert {**new, "metadata": old["metadata"]} == old, "nothing else changes"
    assert [found["metadata"]["annotations"]["example.com/owner"] for found in after if found["kind"] == "Ingress"] == ["web"]


@pytest.mark.parametrize(
    "settings",
    [
        "alertmanager: {receivers: [{type: webhook, name: ops, url: {secret: a, key: b}}]}",
        "prometheus: {externalLabels: {cluster: eu}}\nthanos: {}",
    ],
)
def test_services_with_an_address_have_one_of_each_family(settings: str) -> None:
    before, after = from_yaml(settings), from_yaml(f"{settings}\nipFamilyPolicy: PreferDualStack")
    services = [manifest for manifest in after if manifest["kind"] == "Service"]
    assert {manifest["spec"].get("clusterIP") == "None" for manifest in services} == {True, False}
    for manifest in services:
        assert manifest["spec"].get("ipFamilyPolicy") == (None if manifest["spec"].get("clusterIP") == "None" else "PreferDualStack")
        manifest["spec"].pop("ipFamilyPolicy", None)
    assert after == before


def test_annotations_of_an_add_on() -> None:
    made = from_yaml("addOn: {scrapedBy: {type: kubePrometheusStack, release: kps}}\nannotations: {example.com/owner: routing}")
    assert {manifest["metadata"]["annotations"]["example.com/owner"] for manifest in made} == {"routing"}
