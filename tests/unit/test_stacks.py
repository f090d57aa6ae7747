"""What the two stacks decide beyond their pure parts: who restarts when, who may read what, what each is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from manifests import Object, find, new_chart, objects_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = sro.ExternalPrometheus(url="http://mimir")
DATABASE = sro.Database(engine="postgres", host="a:5432", user=sro.SecretKey("db", "user"), password=sro.SecretKey("db", "password"))


def grafana(**arguments: Any) -> list[Object]:
    """Objects of one Grafana."""
    chart = new_chart()
    sro.GrafanaStack(chart, "grafana", sources=arguments.pop("sources", [SOURCE]), **arguments)
    return objects_of(chart)


def prometheus(**arguments: Any) -> list[Object]:
    """Objects of one Prometheus."""
    chart = new_chart()
    sro.PrometheusStack(chart, "prometheus", **arguments)
    return objects_of(chart)


def template(objects: list[Object], name: str) -> Mapping[str, Any]:
    """Pod template of a stack."""
    (workload,) = [item for item in objects if item["kind"] in {"StatefulSet", "Deployment"} and item["metadata"]["name"] == name]
    pod: Mapping[str, Any] = workload["spec"]["template"]
    return pod


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"users": {"default_theme": "light"}}},
        {"data_sources": [sro.Loki(url="http://loki")]},
        {"admin_revision": "2"},
        {"log_level": "debug"},
        {"external_url": "https://g.example.com"},
        {"dashboards": [sro.DashboardConfigMap(name="a")]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_setting_rolls_grafana(change: dict[str, Any]) -> None:
    assert template(grafana(**change), "grafana") != template(grafana(), "grafana")


def test_a_changed_dashboard_does_not_roll_grafana() -> None:
    def grafana_titled(title: str) -> list[Object]:
        return grafana(dashboards=[sro.Dashboard(file="a.json", model=f'{{"uid": "a", "title": "{title}"}}')])

    assert grafana_titled("before") != grafana_titled("after")
    assert template(grafana_titled("before"), "grafana") == template(grafana_titled("after"), "grafana")


@pytest.mark.parametrize(
    "change",
    [
        {"scrape_jobs": [sro.StaticJob(name="a", targets=("b:1",))]},
        {"rules": [sro.RuleFile(name="a", groups=({"name": "g", "rules": []},))]},
        {"retention": "30d"},
        {"retention_size": "1GB"},
        {"interval": "30s"},
        {"external_labels": {"a": "b"}},
        {"targets": [sro.RouterTarget.helm("a", namespaces=["b"])]},
        {"storage": sro.Claim(size="40Gi")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_configuration_does_not_restart_prometheus(change: dict[str, Any]) -> None:
    assert prometheus(**change) != prometheus()
    assert template(prometheus(**change), "prometheus") == template(prometheus(), "prometheus")


def test_selectors_depend_on_component_and_id_alone() -> None:
    for change in ({}, {"storage": sro.Ephemeral()}, {"image": "a/b:1"}, {"external_url": "https://p.example.com"}):
        workload = find(prometheus(**change), "StatefulSet", "prometheus")
        assert workload["spec"]["selector"]["matchLabels"] == {
            "app.kubernetes.io/name": "prometheus",
            "app.kubernetes.io/instance": "prometheus",
            "app.kubernetes.io/part-of": "semantic-router-observability",
        }


def test_roles_are_where_prometheus_looks_and_nowhere_else() -> None:
    objects = prometheus(
        targets=[sro.RouterTarget.raw(namespaces=["a"])],
        scrape_jobs=[
            sro.PodJob(name="p", match_labels={"a": "b"}, port=1, namespaces=("b",)),
            sro.RawJob(name="r", config={}, namespaces=("c",)),
            sro.StaticJob(name="s", targets=("d:1",)),
        ],
    )
    roles = [item for item in objects if item["kind"] == "Role"]
    assert {role["metadata"]["namespace"] for role in roles} == {"vllm-semantic-router-system", "a", "b", "c"}
    for role in roles:
        assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}
        assert {resource for rule in role["rules"] for resource in rule["resources"]} == {"services", "pods", "endpointslices"}


COMMON = {"services", "pods", "endpointslices"}


@pytest.mark.parametrize(
    ("entry", "resources"),
    [
        ({"role": "endpoints"}, {"endpoints"}),
        ({"role": "ingress"}, {"ingresses"}),
        ({"role": "pod", "attach_metadata": {"deployment": True, "cronjob": True, "node": False}}, {"replicasets", "jobs"}),
        ({"role": "endpointslice"}, set()),
        ({"role": "service"}, set()),
    ],
)
def test_a_raw_job_gets_the_rights_that_its_discovery_takes_where_it_takes_them(entry: dict[str, Any], resources: set[str]) -> None:
    entries = [
        {**entry, "namespaces": {"names": ["mesh"], "own_namespace": True}},
        {"role": "node", "api_server": "https://other.example.com"},
    ]
    jobs = [sro.RawJob(name="r", config={"kubernetes_sd_configs": entries}), sro.RawJob(name="s", config={}, namespaces=("c",))]
    made = [manifest for manifest in prometheus(scrape_jobs=jobs) if manifest["kind"] == "Role"]
    roles = {role["metadata"]["namespace"]: role["rules"] for role in made}
    found = {namespace: {resource for rule in rules for resource in rule["resources"]} for namespace, rules in roles.items()}
    assert found == {"vllm-semantic-router-system": COMMON | resources, "mesh": COMMON | resources, "c": COMMON}
    assert {verb for rules in roles.values() for rule in rules for verb in rule["verbs"]} == {"list", "watch"}


def test_a_raw_job_reads_the_whole_cluster_with_a_cluster_role() -> None:
    entries = [{"role": "node", "attach_metadata": {"namespace": True}}, {"role": "ingress"}]
    objects = prometheus(cluster_wide=True, scrape_jobs=[sro.RawJob(name="r", config={"kubernetes_sd_configs": entries})])
    role = find(objects, "ClusterRole", "prometheus-vllm-semantic-router-system")
    assert {resource for rule in role["rules"] for resource in rule["resources"]} == COMMON | {"nodes", "namespaces", "ingresses"}


@pytest.mark.parametrize("targets", [[sro.RouterTarget.any(namespaces=["*"])], [sro.RouterTarget()]])
def test_cluster_wide_is_one_cluster_role_without_proxy(targets: list[sro.RouterTarget]) -> None:
    objects = prometheus(cluster_wide=True, targets=targets)
    assert not [item for item in objects if item["kind"] == "Role"]
    role = find(objects, "ClusterRole", "prometheus-vllm-semantic-router-system")
    assert {resource for rule in role["rules"] for resource in rule["resources"]} == {"nodes", "services", "pods", "endpointslices"}


def test_two_namespaces_do_not_fight_over_cluster_objects() -> None:
    names = set()
    for namespace in ("a", "b"):
        chart = new_chart(namespace)
        sro.PrometheusStack(chart, "prometheus", cluster_wide=True)
        names |= {item["metadata"]["name"] for item in objects_of(chart) if item["kind"].startswith("Cluster")}
    assert names == {"prometheus-a", "prometheus-b"}


def test_prometheus_opens_no_endpoint_that_changes_it() -> None:
    (container,) = template(prometheus(external_url="https://p.example.com/x"), "prometheus")["spec"]["containers"]
    assert container["args"] == [
        "--config.file=/etc/prometheus/config/prometheus.yml",
        "--config.auto-reload",
        "--storage.tsdb.path=/prometheus",
        "--web.external-url=https://p.example.com/x",
    ]
    assert container["readinessProbe"]["httpGet"]["path"] == "/x/-/ready"
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] == 15 * 60


def test_only_prometheus_holds_an_api_token() -> None:
    for objects, name, held in ((prometheus(), "prometheus", True), (grafana(), "grafana", False)):
        spec = template(objects, name)["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert (
            any("serviceAccountToken" in source for volume in spec["volumes"] for source in volume.get("projected", {}).get("sources", ()))
            == held
        )


@pytest.mark.parametrize(
    ("arguments", "kind", "claims"),
    [
        ({}, "StatefulSet", ["grafana-storage"]),
        ({"storage": sro.Ephemeral()}, "StatefulSet", []),
        ({"database": DATABASE}, "StatefulSet", []),
        ({"database": DATABASE, "replicas": 3}, "Deployment", []),
    ],
)
def test_grafanas_workload(arguments: dict[str, Any], kind: str, claims: list[str]) -> None:
    objects = grafana(**arguments)
    assert find(objects, kind, "grafana")["spec"]["replicas"] == arguments.get("replicas", 1)
    assert [item["metadata"]["name"] for item in objects if item["kind"] == "PersistentVolumeClaim"] == claims
    budgets = [item for item in objects if item["kind"] == "PodDisruptionBudget"]
    assert len(budgets) == (kind == "Deployment")
    spread = "podAntiAffinity" in template(objects, "grafana")["spec"].get("affinity", {})
    assert spread == (kind == "Deployment")


def test_placement_of_the_user_wins_over_the_spread() -> None:
    own: dict[str, Any] = {"nodeAffinity": {}}
    objects = grafana(database=DATABASE, replicas=2, placement=sro.Placement(affinity=own))
    assert template(objects, "grafana")["spec"]["affinity"] == own


def test_a_reset_makes_no_database(capsys: pytest.CaptureFixture[str]) -> None:
    (reset,) = template(grafana(reset_admin_password=True), "grafana")["spec"]["initContainers"]
    assert reset["command"][:2] == ["/bin/sh", "-c"]
    assert "if [ ! -s /var/lib/grafana/grafana.db ]; then exit 0; fi" in reset["command"][2]
    (reset,) = template(grafana(reset_admin_password=True, database=DATABASE), "grafana")["spec"]["initContainers"]
    assert "grafana.db" not in reset["command"][2]
    assert capsys.readouterr().err == ""


def test_demo_credentials_warn(capsys: pytest.CaptureFixture[str]) -> None:
    secret = find(grafana(admin=sro.DemoCredentials()), "Secret", "grafana-admin")
    assert "anyone who reaches Grafana owns it" in secret["metadata"]["annotations"]["semantic-router-observability/demo-credentials"]
    assert capsys.readouterr().err.startswith("warning: Secret grafana-admin: user admin, password admin: ")


def test_go_stays_below_the_memory_limit() -> None:
    def environment(resources: sro.Resources) -> list[Any]:
        (container,) = template(grafana(resources=resources), "grafana")["spec"]["containers"]
        variables: list[Any] = container.get("env", [])
        return variables

    assert environment(sro.Resources(cpu="1", memory="1Gi", memory_limit="2Gi")) == [{"name": "GOMEMLIMIT", "value": "1843MiB"}]
    assert environment(sro.Resources(cpu="1", memory="1Gi")) == []


def test_wiring_follows_the_objects() -> None:
    chart = new_chart("a")
    first = sro.PrometheusStack(chart, "first", external_url="https://p.example.com/x", interval="30s")
    stack = sro.GrafanaStack(chart, "grafana", sources=[first])
    shown = first.endpoint
    assert (shown.data_source_uid, shown.url.text, shown.interval) == ("first", "http://first.a.svc:9090/x", "30s")
    assert (stack.endpoint.url.text, stack.endpoint.has_login, shown.has_login) == ("http://grafana.a.svc:3000", True, False)
    file = yaml.safe_load(find(objects_of(chart), "ConfigMap", "grafana-config")["data"]["datasources.yaml"])
    assert file["datasources"][0]["url"] == shown.url.text
