"""The add-on for an existing Prometheus: what its objects are, and what prometheus-operator's own code makes of them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

import custom_kinds
import semantic_router_observability as sro
from harness.operator_reader import by_label, select
from harness.programs import program
from manifests import NAMESPACE, from_yaml, key, new_chart, objects_of
from relabel import scraped
from semantic_router_observability.__main__ import main
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.prometheus.config import router_jobs
from semantic_router_observability.prometheus.rule_files import rule_files
from semantic_router_observability.router.target import CLIENTS_JOB, JOB, POD_MONITOR, SERVICE_MONITOR, relabel_configs

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

RELEASE = sro.KubePrometheusStack(release="kps")
POOL = f"podMonitor/{NAMESPACE}/semantic-router/0"
FACTS = Facts(namespaces=(NAMESPACE,), sample_limit=50_000, own_stack=False, home=NAMESPACE)


def add_on(**arguments: Any) -> list[Object]:
    """Objects of an add-on for kube-prometheus-stack, unless the arguments say otherwise."""
    chart = new_chart()
    sro.AddOn(chart, "semantic-router", **{"scraped_by": RELEASE, **arguments})
    return objects_of(chart)


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [found for found in objects if found["kind"] in kinds]


def test_it_makes_objects_and_no_pod() -> None:
    objects = add_on()
    kinds = {found["kind"] for found in objects}
    assert kinds == {"PodMonitor", "PrometheusRule", "ConfigMap"}
    for found in of_kind(objects, "PodMonitor", "PrometheusRule"):
        custom_kinds.validate(found)
        assert found["metadata"]["labels"]["release"] == "kps"
    assert not [found for found in of_kind(objects, "ConfigMap") if "release" in found["metadata"]["labels"]]


def test_the_operator_selects_every_object_and_rejects_none() -> None:
    objects = add_on()
    found = select(by_label({"release": "kps"}), objects)
    assert found.monitors == [f"PodMonitor {NAMESPACE}/semantic-router"]
    assert found.rejected == []
    assert len(found.rules) == len(of_kind(objects, "PrometheusRule")) == 8
    assert set(found.admission) == {rule["metadata"]["name"] for rule in of_kind(objects, "PrometheusRule")}
    assert set(found.admission.values()) == {""}


def test_without_the_label_the_operator_ignores_all_of_it() -> None:
    found = select(by_label({"release": "another"}), add_on())
    assert (found.monitors, found.rules, found.rejected) == ([], {}, [])
    assert found.config.get("scrape_configs") in (None, [])


def test_the_webhook_can_refuse() -> None:
    objects = add_on()
    rule = of_kind(objects, "PrometheusRule")[0]
    rule["spec"]["groups"][0]["rules"][0]["expr"] = "sum("
    found = select(by_label({"release": "kps"}), [rule])
    assert "parse error" in found.admission[rule["metadata"]["name"]]
    assert found.rules == {}
    assert "rejected" in found.rejected[0]


@pytest.mark.parametrize("monitor", ["pod", "service"])
def test_guards_and_limits_are_those_of_the_plain_job(monitor: str) -> None:
    scraper = sro.KubePrometheusStack(release="kps", monitor=monitor)  # type: ignore[arg-type]
    objects = add_on(scraped_by=scraper)
    (monitoring,) = of_kind(objects, "PodMonitor", "ServiceMonitor")
    custom_kinds.validate(monitoring)
    jobs = select(by_label({"release": "kps"}), objects).jobs.values()
    for job, plain in zip(jobs, router_jobs([sro.RouterTarget()], sro.ScrapeGuards(), NAMESPACE), strict=True):
        limits = {name: value for name, value in plain.items() if name.endswith("_limit")}
        assert limits == {name: job[name] for name in limits}
        assert len(limits) == 5
        # The operator writes what Prometheus takes for granted.
        assert [_without_defaults(step) for step in job["metric_relabel_configs"]] == [
            _without_defaults(step) for step in plain["metric_relabel_configs"]
        ]
        assert [step["replacement"] for step in job["relabel_configs"] if step.get("target_label") == "job"][-1] == plain["job_name"]
        assert job["scrape_interval"] == "15s"
        assert job["scrape_timeout"] == "10s"
        assert job["follow_redirects"] is False
        assert job["honor_labels"] is False


@pytest.mark.parametrize("scraper", [RELEASE, sro.KubePrometheusStack(release="kps", monitor="service"), sro.AzureManaged()])
def test_what_clients_can_multiply_is_an_endpoint_of_its_own(scraper: Any) -> None:
    (monitoring,) = of_kind(add_on(scraped_by=scraper, shown_by=sro.NoDashboards()), "PodMonitor", "ServiceMonitor")
    endpoints = monitoring["spec"].get("podMetricsEndpoints") or monitoring["spec"]["endpoints"]
    names = [[step["replacement"] for step in endpoint["relabelings"] if step.get("targetLabel") == "job"] for endpoint in endpoints]
    assert names == [[JOB], [CLIENTS_JOB]]
    most, rest = (endpoint["metricRelabelings"] for endpoint in endpoints)
    assert {**most[0], "action": "keep"} == rest[0]
    assert most[0]["action"] == "drop"
    assert rest[-1] == {"action": "replace", "targetLabel": "job", "replacement": JOB}


def _without_defaults(step: dict[str, Any]) -> dict[str, Any]:
    implied = {"action": "replace", "separator": ";"}
    return {name: value for name, value in step.items() if implied.get(name) != value}


def test_a_shorter_interval_has_a_timeout_that_fits() -> None:
    for job in select(by_label({"release": "kps"}), add_on(interval="5s")).jobs.values():
        assert (job["scrape_interval"], job["scrape_timeout"]) == ("5s", "5s")


def test_a_port_each_is_a_pair_of_endpoints_each() -> None:
    targets = [sro.RouterTarget.helm("vsr"), sro.RouterTarget.labels({"app": "mine"}, port="prom", namespaces=["other"])]
    jobs = select(by_label({"release": "kps"}), add_on(targets=targets)).jobs
    assert list(jobs) == [f"{POOL[:-1]}{number}" for number in range(4)]
    regexes = [step["regex"] for job in jobs.values() for step in job["relabel_configs"] if step.get("target_label") == "__tmp_router"]
    assert regexes == [f"{NAMESPACE};vsr;router"] * 2 + ["other;mine"] * 2
    assert jobs[POOL]["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": [NAMESPACE, "other"]}}]


def test_every_namespace_is_any() -> None:
    (monitoring,) = of_kind(add_on(targets=[sro.RouterTarget(namespaces=["*"])]), "PodMonitor")
    assert monitoring["spec"]["namespaceSelector"] == {"any": True}


def test_every_shard_scrapes_every_router() -> None:
    jobs = select(by_label({"release": "kps"}, shards=2), add_on(scraped_by=sro.KubePrometheusStack(release="kps", shards=2))).jobs
    assert len(jobs) == 2
    for job in jobs.values():
        steps = job["relabel_configs"]
        disabling = next(index for index, step in enumerate(steps) if step.get("target_label") == "__tmp_disable_sharding")
        keeping = next(index for index, step in enumerate(steps) if step.get("source_labels") == ["__tmp_hash", "__tmp_disable_sharding"])
        assert disabling < keeping
        assert steps[keeping]["action"] == "keep"
    (unsharded,) = of_kind(add_on(), "PodMonitor")
    assert "__tmp_disable_sharding" not in json.dumps(unsharded)


PODS: dict[str, dict[str, str]] = {
    "raw": {"app": "semantic-router"},
    "helm": {
        "app": "semantic-router",
        "app_kubernetes_io_name": "semantic-router",
        "app_kubernetes_io_instance": "vsr",
        "app_kubernetes_io_component": "router",
    },
    "operator": {"app_kubernetes_io_name": "semantic-router", "app_kubernetes_io_instance": "router"},
    "kserve": {"app": "semantic-router", "component": "gateway"},
}
SERVICES = {"raw": "semantic-router-metrics", "helm": "vsr-metrics", "operator": "router", "kserve": "semantic-router-kserve"}
STYLES = {
    "raw": sro.RouterTarget.raw(),
    "helm": sro.RouterTarget.helm("vsr"),
    "operator": sro.RouterTarget.operator("router"),
    "kserve": sro.RouterTarget.kserve(),
}


def _discovered(style: str, **labels: str) -> dict[str, str]:
    pod = PODS[style] | labels
    return {
        "__address__": "10.0.0.7:9190",
        "__meta_kubernetes_namespace": NAMESPACE,
        "__meta_kubernetes_pod_name": "router-0",
        "__meta_kubernetes_pod_ip": "10.0.0.7",
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_container_port_number": "9190",
        **{f"__meta_kubernetes_pod_label_{name}": value for name, value in pod.items()},
    }


@pytest.mark.parametrize("style", STYLES)
def test_a_style_finds_its_pods_and_those_of_no_other(style: str) -> None:
    for source in (POD_MONITOR, SERVICE_MONITOR):
        found = []
        for other in STYLES:
            labels = _discovered(other)
            if source.has_services:
                labels["__meta_kubernetes_service_name"] = SERVICES[other]
            if scraped(labels, relabel_configs([STYLES[style]], NAMESPACE, source), JOB):
                found.append(other)
        assert found == [style], source


@pytest.mark.parametrize("style", STYLES)
def test_any_style_is_found_but_not_the_dashboard(style: str) -> None:
    for source in (POD_MONITOR, SERVICE_MONITOR):
        configs = relabel_configs([sro.RouterTarget()], NAMESPACE, source)
        assert scraped(_discovered(style), configs, JOB)
        assert scraped(_discovered(style, app_kubernetes_io_component="dashboard"), configs, JOB) is None


def test_rules_read_back_are_those_of_the_rule_files() -> None:
    groups = select(by_label({"release": "kps"}), add_on()).groups
    files = rule_files("a", recording=True, alerts=sro.Alerts(), facts=FACTS, user_supplied=())
    expected = {group["name"]: {"interval": "15s", **group} for file in files for group in file.groups}
    assert groups == expected


def test_rules_differ_from_the_plain_stack_in_what_watches_other_programs_alone() -> None:
    def rules(facts: Facts) -> dict[tuple[str, str, str], str]:
        files = rule_files("a", recording=True, alerts=sro.Alerts(), facts=facts, user_supplied=())
        return {
            (file.name, rule.get("record") or rule["alert"], json.dumps(rule.get("labels"))): rule["expr"]
            for file in files
            for group in file.groups
            for rule in group["rules"]
        }

    plain, added = rules(msgspec.structs.replace(FACTS, own_stack=True, home="")), rules(FACTS)
    assert added.keys() <= plain.keys()
    assert {name for name, *_ in plain.keys() - added.keys()} == {"alerts-prometheus", "alerts-grafana", "alerts-watchdog"}
    different = {rule[1] for rule, expr in added.items() if plain[rule] != expr}
    assert different == {
        "namespace_job:up:sum",
        "namespace_job:up:count",
        "namespace_job:process_start_time_seconds:changes2m",
    }
    assert all(f'job="{JOB}"' in expr for rule, expr in added.items() if rule[1] in different)


def test_each_group_names_its_interval() -> None:
    for rule in of_kind(add_on(interval="30s"), "PrometheusRule"):
        assert {group["interval"] for group in rule["spec"]["groups"]} == {"30s"}


def test_every_alert_carries_a_namespace() -> None:
    """Routes and inhibitions of an AlertmanagerConfig ask for it."""
    definitions = [alert for found in topics(msgspec.structs.replace(EVERYTHING, own_stack=False, home="a")).values() for alert in found]
    assert len(definitions) > 20
    assert [alert.name for alert in definitions if "namespace" not in alert.by] == []


def test_no_router_anywhere_is_attributed_to_the_add_ons_namespace(tmp_path: Path) -> None:
    objects = add_on(targets=[sro.RouterTarget(namespaces=["*"])])
    (rule,) = [found for found in objects if found["metadata"]["name"] == "semantic-router-alerts-availability"]
    (alert,) = [found for group in rule["spec"]["groups"] for found in group["rules"] if found["alert"] == "SemanticRouterAbsent"]
    summary = f"No Semantic Router is found in {NAMESPACE}"
    alert["annotations"] = {"summary": alert["annotations"]["summary"]}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": [alert]}]}))
    labels = {**alert["labels"], "namespace": NAMESPACE, "job": JOB}
    fired = {"exp_labels": labels, "exp_annotations": {"summary": summary}}
    case = {"alertname": "SemanticRouterAbsent", "eval_time": "10m", "exp_alerts": [fired]}
    # The host scrapes other programs.
    series = [{"series": 'up{job="node", namespace="monitoring"}', "values": "1x60"}]
    test = {"interval": "15s", "input_series": series, "alert_rule_test": [case]}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [test]}))
    done = subprocess.run(
        [str(program("promtool")), "test", "rules", str(tmp_path / "test.yaml")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_dashboards_are_config_maps_for_the_sidecar() -> None:
    pages = of_kind(add_on(), "ConfigMap")
    assert [page["metadata"]["name"] for page in pages] == [
        f"semantic-router-dashboard-{name}"
        for name in ("llm-router", "alerts", "cost-and-tokens", "guardrails-and-quality", "routing-and-learning", "router-fleet")
    ]
    for page in pages:
        assert page["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert page["metadata"]["annotations"]["grafana_folder"] == "Semantic Router"
        assert page["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/substitute"] == "disabled"
        ((name, text),) = page["data"].items()
        assert re.fullmatch(r"semantic-router-[a-z-]+\.json", name)
        (variable,) = [found for found in json.loads(text)["templating"]["list"] if found["type"] == "datasource"]
        assert variable["current"]["value"] == "prometheus"
    assert len({name for page in pages for name in page["data"]}) == len(pages)


def test_no_panel_is_about_servers_of_this_project() -> None:
    shown = "".join("".join(page["data"].values()) for page in of_kind(add_on(), "ConfigMap"))
    assert not re.search(r"prometheus_(tsdb|rule|config|remote)|alertmanager_|grafana_(?!dashboard)", shown)
    rows = [
        panel["title"] for page in of_kind(add_on(), "ConfigMap") for text in page["data"].values() for panel in json.loads(text)["panels"]
    ]
    assert "Availability" in rows
    assert not {"Prometheus", "Grafana", "Alertmanager"} & set(rows)


def test_a_dashboard_may_use_data_sources_that_only_grafana_knows() -> None:
    panel = {
        "id": 1,
        "type": "logs",
        "title": "Logs",
        "datasource": {"type": "loki", "uid": "loki-7"},
        "targets": [],
        "gridPos": {"x": 0, "y": 0, "w": 1, "h": 1},
    }
    model = json.dumps({"title": "Mine", "uid": "mine", "panels": [panel], "schemaVersion": 42})
    objects = add_on(dashboards=[sro.Dashboard(file="mine.json", model=model)])
    assert "semantic-router-dashboard-mine" in {found["metadata"]["name"] for found in objects}


def test_a_sidecar_of_another_namespace_and_grafana() -> None:
    sidecar = sro.GrafanaSidecar(label="dash", label_value="yes", folder_annotation="folder", namespace="grafana", data_source="thanos")
    for page in of_kind(add_on(shown_by=sidecar), "ConfigMap"):
        assert page["metadata"]["namespace"] == "grafana"
        assert page["metadata"]["labels"]["dash"] == "yes"
        assert page["metadata"]["annotations"]["folder"] == "Semantic Router"
        assert '"uid": "thanos"' not in "".join(page["data"].values())  # the variable chooses it, no panel names it
        assert '"value": "thanos"' in "".join(page["data"].values())


def test_without_recording_rules_dashboards_ask_the_router() -> None:
    objects = add_on(recording_rules=False)
    assert "semantic-router-recording" not in {found["metadata"]["name"] for found in objects}
    # The alerts about slow answers record what they compare with themselves.
    recorded = re.compile(r"namespace_job\w*:(?!\w+:slow_ratio)")
    assert not [page for page in of_kind(objects, "ConfigMap") if recorded.search("".join(page["data"].values()))]
    assert [page for page in of_kind(add_on(), "ConfigMap") if re.search(r"namespace_job\w*:", "".join(page["data"].values()))]


def test_red_lines_follow_the_alerts() -> None:
    tuned = sro.Alerts(rules={"SemanticRouterBusy": sro.Knobs(threshold=1234)})
    lines = "".join("".join(page["data"].values()) for page in of_kind(add_on(alerts=tuned), "ConfigMap"))
    assert "1234" in lines


@pytest.mark.parametrize(("monitor", "resources"), [("pod", {"pods"}), ("service", {"pods", "services", "endpoints", "endpointslices"})])
def test_a_prometheus_without_rights_gets_them_where_the_routers_are(monitor: str, resources: set[str]) -> None:
    scraper = sro.KubePrometheus(monitor=monitor)  # type: ignore[arg-type]
    objects = add_on(scraped_by=scraper, targets=[sro.RouterTarget(namespaces=[NAMESPACE, "other"])])
    roles, bindings = of_kind(objects, "Role"), of_kind(objects, "RoleBinding")
    assert [key(role) for role in roles] == [f"Role {NAMESPACE}/semantic-router", f"Role other/semantic-router-{NAMESPACE}"]
    for role in roles:
        assert {kind for rule in role["rules"] for kind in rule["resources"]} == resources
        assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}
    for binding in bindings:
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "prometheus-k8s", "namespace": "monitoring"}]


def test_its_routers_policies_allow_the_existing_prometheus() -> None:
    objects = from_yaml(
        """
        routers: [{install: helm, release: vsr, namespaces: [routing]}]
        addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, namespace: observe}, shownBy: {type: none}}
        networkPolicies: {routerAccess: true}
        """
    )
    (policy,) = of_kind(objects, "NetworkPolicy")
    assert policy["metadata"]["namespace"] == "routing"
    assert policy["spec"]["ingress"] == [
        {
            "from": [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observe"}},
                    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
                }
            ],
            "ports": [{"protocol": "TCP", "port": 9190}],
        }
    ]
    assert policy["spec"]["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/instance": "vsr",
        "app.kubernetes.io/component": "router",
    }


def test_explain_permissions_lists_what_it_grants_and_admits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    objects = from_yaml(
        """
        routers: [{install: helm, release: vsr, namespaces: [routing]}]
        addOn: {scrapedBy: {type: kubePrometheus, namespace: observe}, shownBy: {type: none}}
        networkPolicies: {routerAccess: true}
        """
    )
    (tmp_path / "dist.yaml").write_text(yaml.safe_dump_all(objects, sort_keys=False))
    assert main(["explain", "permissions", str(tmp_path / "dist.yaml")]) == 0
    name = f"semantic-router-{NAMESPACE}"
    routers = "pods with app.kubernetes.io/instance=vsr, app.kubernetes.io/component=router"
    assert [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith(" ")] == [
        "ServiceAccount observe/prometheus-k8s",
        f"in namespace routing: list, watch pods (Role {name})",
        f"{routers} in namespace routing, by routing/router-access-{NAMESPACE}-prometheus-1",
        "in: TCP 9190 from pods with app.kubernetes.io/name=prometheus in namespace observe for prometheus: metrics of the routers",
    ]


def test_two_add_ons_share_a_namespace() -> None:
    chart = new_chart()
    for name in ("blue", "green"):
        sro.AddOn(chart, name, scraped_by=RELEASE, shown_by=sro.NoDashboards(), targets=[sro.RouterTarget.helm(name)])
    found = select(by_label({"release": "kps"}), objects_of(chart))
    assert found.monitors == [f"PodMonitor {NAMESPACE}/blue", f"PodMonitor {NAMESPACE}/green"]
    assert found.rejected == []
