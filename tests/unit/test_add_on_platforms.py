"""The add-on for the monitoring of OpenShift, Google Cloud and Azure: what each reads, and what none of them could hold."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

import custom_kinds
import managed_kinds
import semantic_router_observability as sro
from harness.operator_reader import by_label, select
from harness.programs import program
from manifests import NAMESPACE, key, new_chart, objects_of
from refusals import refusal
from semantic_router_observability.addon.google import NOT_SAID
from semantic_router_observability.prometheus.config import router_job

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

HELM = sro.RouterTarget.helm("vsr")
GOOGLE = sro.GoogleManaged()
AZURE = sro.AzureManaged()
OPENSHIFT = sro.OpenShiftUserWorkload()
PROTECTED = {"project_id", "location", "cluster", "namespace", "job", "instance", "top_level_controller", "top_level_controller_type"}


def add_on(scraped_by: Any, **arguments: Any) -> list[Object]:
    """Objects of an add-on without dashboards."""
    chart = new_chart()
    sro.AddOn(chart, "semantic-router", **{"scraped_by": scraped_by, "shown_by": sro.NoDashboards(), "targets": [HELM], **arguments})
    return objects_of(chart)


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [found for found in objects if found["kind"] in kinds]


@pytest.mark.parametrize("scraped_by", [GOOGLE, AZURE, OPENSHIFT], ids=lambda value: type(value).__name__)
def test_every_object_is_what_its_definition_allows(scraped_by: Any) -> None:
    objects = add_on(scraped_by)
    assert objects
    for found in objects:
        (custom_kinds if custom_kinds.is_custom(found) else managed_kinds).validate(found)


def test_the_definitions_can_refuse() -> None:
    (rules, *_) = of_kind(add_on(GOOGLE), "Rules")
    rules["spec"]["groups"][0]["rules"][0]["keep_firing_for"] = "5m"
    with pytest.raises(jsonschema.ValidationError, match="keep_firing_for"):
        managed_kinds.validate(rules)
    shown = add_on(sro.KubePrometheus(), shown_by=sro.GrafanaOperator(instances={"a": "b"}))
    for kind, field in {"GrafanaDashboard": {"uid": "a"}, "GrafanaFolder": {"folder": "a"}}.items():
        (page, *_) = of_kind(shown, kind)
        managed_kinds.validate(page)
        with pytest.raises(jsonschema.ValidationError, match="Additional properties are not allowed"):
            managed_kinds.validate({**page, "spec": {**page["spec"], **field}})
    (page, *_) = of_kind(shown, "GrafanaDashboard")
    with pytest.raises(jsonschema.ValidationError, match="should not be valid"):
        managed_kinds.validate({**page, "spec": {**page["spec"], "folder": "a"}})
    (monitor,) = of_kind(add_on(AZURE), "PodMonitor")
    monitor["spec"]["podMetricsEndpoints"][0]["relabelConfigs"] = []
    with pytest.raises(jsonschema.ValidationError, match="relabelConfigs"):
        managed_kinds.validate(monitor)


def test_on_openshift_each_namespace_of_routers_has_its_own() -> None:
    objects = add_on(OPENSHIFT, targets=[sro.RouterTarget(namespaces=["blue", "green"])])
    assert {found["metadata"]["namespace"] for found in objects} == {"blue", "green"}
    for namespace in ("blue", "green"):
        here = [found for found in objects if found["metadata"]["namespace"] == namespace]
        (monitor,) = of_kind(here, "PodMonitor")
        assert monitor["spec"]["namespaceSelector"] == {"matchNames": [namespace]}
        text = str([found["spec"] for found in here])
        assert {"blue": "green", "green": "blue"}[namespace] not in text
        for rule in of_kind(here, "PrometheusRule"):
            assert rule["metadata"]["labels"]["openshift.io/prometheus-rule-evaluation-scope"] == "leaf-prometheus"


def test_the_operator_takes_them_as_openshift_configures_it() -> None:
    objects = add_on(OPENSHIFT, targets=[sro.RouterTarget(namespaces=["blue", "green"])])
    server = by_label(
        {},
        enforcedNamespaceLabel="namespace",
        ignoreNamespaceSelectors=True,
        overrideHonorLabels=True,
        overrideHonorTimestamps=True,
        arbitraryFSAccessThroughSMs={"deny": True},
    )
    found = select(server, objects)
    assert found.rejected == []
    assert found.monitors == ["PodMonitor blue/semantic-router", "PodMonitor green/semantic-router"]
    assert len(found.rules) == 16
    for file in found.rules.values():
        selectors = [selector for group in file["groups"] for rule in group["rules"] for selector in re.findall(r"\{[^}]*\}", rule["expr"])]
        spaces = {space for selector in selectors for space in re.findall(r'namespace="(\w+)"', selector)}
        assert len(spaces) == 1, spaces


@pytest.mark.parametrize("scraped_by", [OPENSHIFT, GOOGLE], ids=lambda value: type(value).__name__)
def test_a_router_that_is_gone_is_noticed_by_rules_that_see_its_namespace_alone(scraped_by: Any, tmp_path: Path) -> None:
    """There may be no other target in the namespace, so that a rule which asks for any would never fire."""
    objects = add_on(scraped_by)
    (rule,) = [found for found in objects if found["metadata"]["name"] == "semantic-router-alerts-availability"]
    (alert,) = [found for group in rule["spec"]["groups"] for found in group["rules"] if found["alert"] == "SemanticRouterAbsent"]
    alert = {**alert, "annotations": {}, "labels": {}}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": [alert]}]}))
    fired = {"exp_labels": {"namespace": NAMESPACE, "job": "semantic-router"}}
    cases = [
        {"alertname": "SemanticRouterAbsent", "eval_time": time, "exp_alerts": alerts} for time, alerts in (("4m", []), ("30m", [fired]))
    ]
    series = [{"series": f'up{{job="semantic-router", namespace="{NAMESPACE}", pod="a"}}', "values": "1x20 stale"}]
    test = {"interval": "15s", "input_series": series, "alert_rule_test": cases}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [test]}))
    command = [str(program("promtool")), "test", "rules", str(tmp_path / "test.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_for_thanos_ruler_have_no_scope() -> None:
    rules = of_kind(add_on(sro.OpenShiftUserWorkload(leaf=False)), "PrometheusRule")
    assert rules
    assert not [rule for rule in rules if "openshift.io/prometheus-rule-evaluation-scope" in rule["metadata"]["labels"]]


def test_googles_pod_monitoring_is_called_after_the_job_and_never_writes_a_protected_label() -> None:
    (monitoring,) = of_kind(add_on(GOOGLE), "PodMonitoring")
    assert monitoring["metadata"]["name"] == "semantic-router"
    steps = monitoring["spec"]["endpoints"][0]["metricRelabeling"]
    assert not PROTECTED & {step.get("targetLabel") for step in steps}
    assert "labelmap" not in {step["action"] for step in steps}
    plain = router_job([HELM], sro.ScrapeGuards(), NAMESPACE)["metric_relabel_configs"]
    assert [step.get("regex") for step in steps] == [step.get("regex") for step in plain]
    assert [step.get("sourceLabels") for step in steps] == [step.get("source_labels") for step in plain]
    assert monitoring["spec"]["limits"] == {"samples": 50_000, "labels": 40, "labelNameLength": 200, "labelValueLength": 1000}


POD_LABELS: dict[str, dict[str, str]] = {
    "raw": {"app": "semantic-router"},
    "helm": {
        "app": "semantic-router",
        "app.kubernetes.io/name": "semantic-router",
        "app.kubernetes.io/instance": "vsr",
        "app.kubernetes.io/component": "router",
    },
    "operator": {"app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/instance": "vsr"},
    "kserve": {"app": "semantic-router", "component": "gateway"},
}
DASHBOARD = {**POD_LABELS["helm"], "app.kubernetes.io/component": "dashboard"}
TARGETS = {"raw": sro.RouterTarget.raw(), "helm": HELM, "operator": sro.RouterTarget.operator("vsr"), "kserve": sro.RouterTarget.kserve()}


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a selector of labels, as Kubernetes reads it, selects a pod."""
    for expression in selector.get("matchExpressions", ()):
        present, value = expression["key"] in labels, labels.get(expression["key"])
        if expression["operator"] == "DoesNotExist" and present:
            return False
        if expression["operator"] == "NotIn" and value in expression["values"]:
            return False
    return bool(selector["matchLabels"].items() <= labels.items())


@pytest.mark.parametrize("style", TARGETS)
def test_googles_selector_finds_one_style_and_no_dashboard(style: str) -> None:
    (monitoring,) = of_kind(add_on(GOOGLE, targets=[TARGETS[style]]), "PodMonitoring")
    selector = monitoring["spec"]["selector"]
    assert [other for other, labels in POD_LABELS.items() if selects(selector, labels)] == [style]
    assert not selects(selector, DASHBOARD)


def test_google_keeps_a_note_of_what_its_rules_cannot_hold() -> None:
    notes = {key(rule): (rule["metadata"].get("annotations") or {}).get(NOT_SAID, "") for rule in of_kind(add_on(GOOGLE), "Rules")}
    assert "SemanticRouterRestarting: keep_firing_for" in notes[f"Rules {NAMESPACE}/semantic-router-alerts-availability"].split(", ")
    assert notes[f"Rules {NAMESPACE}/semantic-router-recording"] == ""


def test_googles_rules_select_a_namespace_only_as_the_service_does_itself() -> None:
    matchers = {
        found
        for rules in of_kind(add_on(GOOGLE), "Rules")
        for group in rules["spec"]["groups"]
        for rule in group["rules"]
        for found in re.findall(r'\b(?:project_id|location|cluster|namespace)\s*(?:=~|!=|!~|=)\s*"[^"]*"', rule["expr"])
    }
    assert matchers == {f'namespace="{NAMESPACE}"'}


def test_grafana_operator_gets_an_object_a_dashboard_in_a_folder() -> None:
    viewer = sro.GrafanaOperator(instances={"dashboards": "grafana"}, data_source="thanos")
    objects = [found for found in add_on(OPENSHIFT, shown_by=viewer) if found["apiVersion"].startswith("grafana.")]
    for found in objects:
        managed_kinds.validate(found)
        assert found["spec"]["instanceSelector"] == {"matchLabels": {"dashboards": "grafana"}}
        assert found["spec"]["allowCrossNamespaceImport"] is True
    (folder,) = of_kind(objects, "GrafanaFolder")
    assert folder["spec"]["title"] == "Semantic Router"
    pages = of_kind(objects, "GrafanaDashboard")
    assert len(pages) == 6
    sidecar = of_kind(add_on(OPENSHIFT, shown_by=sro.GrafanaSidecar(data_source="thanos")), "ConfigMap")
    assert [page["spec"]["json"] for page in pages] == [text for page in sidecar for text in page["data"].values()]
    assert {page["spec"]["folderRef"] for page in pages} == {folder["metadata"]["name"]}
    assert all(page["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/substitute"] == "disabled" for page in pages)


def test_grafana_of_the_same_namespace_needs_no_import_from_others() -> None:
    viewer = sro.GrafanaOperator(instances={"a": "b"}, cross_namespace=False)
    objects = of_kind(add_on(OPENSHIFT, shown_by=viewer), "GrafanaDashboard", "GrafanaFolder")
    assert not [found for found in objects if "allowCrossNamespaceImport" in found["spec"]]


def test_azure_evaluates_no_rules_and_its_dashboards_need_none() -> None:
    objects = add_on(AZURE, shown_by=sro.GrafanaSidecar())
    assert {found["kind"] for found in objects} == {"PodMonitor", "ConfigMap"}
    assert not [page for page in of_kind(objects, "ConfigMap") if re.search(r"namespace_job\w*:", "".join(page["data"].values()))]


@pytest.mark.parametrize(
    ("scraped_by", "namespace", "labels"),
    [
        (OPENSHIFT, "openshift-user-workload-monitoring", {"app.kubernetes.io/name": "prometheus"}),
        (GOOGLE, "gke-gmp-system", {"app.kubernetes.io/name": "collector"}),
        (AZURE, "kube-system", {"rsName": "ama-metrics"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_policies_admit_the_platforms_own_scraper(scraped_by: Any, namespace: str, labels: dict[str, str]) -> None:
    chart = new_chart()
    router = sro.AddOn(chart, "a", scraped_by=scraped_by, shown_by=sro.NoDashboards(), targets=[HELM])
    sro.RouterAccess(chart, "access", prometheus=router)
    (policy,) = of_kind(objects_of(chart), "NetworkPolicy")
    ((peer,),) = [rule["from"] for rule in policy["spec"]["ingress"]]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": namespace}
    assert peer["podSelector"]["matchLabels"] == labels


G = "routers: [{install: helm, release: vsr}], addOn: {scrapedBy: {type: googleManaged}, shownBy: {type: none}"
A = "routers: [{install: helm, release: vsr}], addOn: {scrapedBy: {type: azureManaged}, shownBy: {type: none}"
O = "addOn: {scrapedBy: {type: openshiftUserWorkload}, shownBy: {type: none}"  # noqa: E741

REFUSED = [
    (
        "addOn: {scrapedBy: {type: kubePrometheus}, shownBy: {type: grafanaOperator, instances: {}}}",
        "addOn.shownBy.instances: {}: name a label of the Grafana object, such as dashboards: grafana",
    ),
    (
        "addOn: {scrapedBy: {type: googleManaged}}",
        "routers[0].install: 'any': one PodMonitoring selects by labels that all have to match; write raw, helm, operator or kserve",
    ),
    (
        "{routers: [{install: raw}, {install: kserve}], addOn: {scrapedBy: {type: googleManaged}}}",
        "routers[1].namespaces: 'vllm-semantic-router-system': another target is there, and `job` is the name of the only PodMonitoring; keep one",
    ),
    (
        "{routers: [{install: raw, namespaces: ['*']}], addOn: {scrapedBy: {type: googleManaged}}}",
        "routers[0].namespaces: '*': each namespace of routers gets its own monitor and rules; name the namespaces",
    ),
    (
        f"{{{G}, rules: [{{name: a, groups: [{{name: b, limit: 3, rules: []}}]}}]}}}}",
        "addOn.rules[0].groups[0].limit: 3: Google's rule groups have no such field; remove it",
    ),
    (
        f"{{{G}, rules: [{{name: a, groups: [{{name: b, rules: [{{alert: C, expr: up, keep_firing_for: 5m}}]}}]}}]}}}}",
        "addOn.rules[0].groups[0].rules[0].keep_firing_for: '5m': Google's rules have no such field; remove it",
    ),
    (
        f"{{{G}, rules: [{{name: a, groups: [{{name: b, rules: [{{record: 'a:b:c', expr: up, labels: {{cluster: x}}}}]}}]}}]}}}}",
        "addOn.rules[0].groups[0].rules[0].labels: 'cluster': Google sets this label on every result; remove it",
    ),
    (
        f"{{{G}, rules: [{{name: a, groups: [{{name: b, rules: [{{record: 'a:b:c', expr: 'sum(rate(x{{namespace!=\"a\"}}[5m]))'}}]}}]}}]}}}}",
        "addOn.rules[0].groups[0].rules[0].expr: 'namespace!=': Google adds this label with = to every selector; remove the matcher",
    ),
    (
        f"{{alerts: {{own: [{{name: C, expr: up, summary: s, keepFiringFor: 5m}}]}}, {G}}}}}",
        "alerts.own[0].keepFiringFor: '5m': Google's rules have no such field; remove it",
    ),
    (f"{{{O}, interval: 3s}}}}", "addOn.interval: '3s': OpenShift accepts intervals of 5s to 5m; write at least 5s"),
    (
        f"{{routers: [{{namespaces: [openshift-ai]}}], {O}}}}}",
        "routers: 'openshift-ai': the platform's own monitoring has it, and that of user-defined projects does not",
    ),
    (
        f"{{routers: [{{namespaces: ['*']}}], {O}}}}}",
        "routers[0].namespaces: '*': each namespace of routers gets its own monitor and rules; name the namespaces",
    ),
    (f"{{{A}, guards: {{labelLimit: 64}}}}}}", "addOn.guards.labelLimit: 64: write 1 to 63; Azure drops a monitor with another limit"),
    (f"{{{A}, guards: {{labelLimit: 0}}}}}}", "addOn.guards.labelLimit: 0: write 1 to 63; Azure drops a monitor with another limit"),
    (
        f"{{{A}, guards: {{labelValueLengthLimit: 2000}}}}}}",
        "addOn.guards.labelValueLengthLimit: 2000: write 1 to 1023; Azure drops a monitor with another limit",
    ),
    (
        f"{{{A}, rules: [{{name: a, groups: []}}]}}}}",
        "addOn.rules: 1: {type: azureManaged} evaluates no rules of the cluster; remove it, and make a rule group of it in Azure",
    ),
    (
        f"{{alerts: {{slos: [{{name: r, sli: {{type: availability}}, objective: 0.99}}]}}, {A}}}}}",
        "alerts.slos: 1: {type: azureManaged} evaluates no rules of the cluster; remove it, and make a rule group of it in Azure",
    ),
]


@pytest.mark.parametrize(("text", "line"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_a_platform_cannot_hold_is_refused_in_one_line(
    text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(text, tmp_path, capsys) == line
