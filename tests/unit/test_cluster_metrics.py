"""Metrics of the cluster about the routers' pods: kube-state-metrics, the kubelets' cAdvisor and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from pod_security import violations
from refusals import refusal
from relabel import relabel
from semantic_router_observability.contract.metric import source_metrics
from semantic_router_observability.shipped import SHIPPED, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from manifests import Object

CLUSTER_WIDE = {"clusterWide": True, "scrapeJobs": [{"type": "cadvisor"}, {"type": "kubelet"}]}


def made(**arguments: Any) -> list[Object]:
    """Objects of kube-state-metrics alone."""
    chart = new_chart()
    sro.KubeStateMetrics(chart, "kube-state-metrics", **arguments)
    return objects_of(chart)


def settings(tmp_path: Path, **written: Any) -> list[Object]:
    """Objects that main.py makes of settings."""
    return from_yaml(yaml.safe_dump(written), tmp_path)


def jobs_of(objects: list[Object]) -> dict[str, dict[str, Any]]:
    """Scrape jobs of Prometheus, by name."""
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    return {job["job_name"]: job for job in config["scrape_configs"]}


def stored(job: dict[str, Any], name: str, **labels: str) -> bool:
    """Whether a sample of the page is stored."""
    return relabel({"__name__": name, **labels}, job["metric_relabel_configs"]) is not None


def test_it_reads_a_few_kinds_of_objects_by_roles_alone() -> None:
    objects = made(namespaces=["routing", NAMESPACE], collectors=["pods", "deployments", "cronjobs"])
    assert {item["kind"] for item in objects} == {"Deployment", "ServiceAccount", "Role", "RoleBinding"}
    roles = [item for item in objects if item["kind"] == "Role"]
    assert {role["metadata"]["namespace"] for role in roles} == {"routing", NAMESPACE}
    for role in roles:
        assert role["rules"] == [
            {"apiGroups": [group], "resources": kinds, "verbs": ["list", "watch"]}
            for group, kinds in (("", ["pods"]), ("apps", ["deployments"]), ("batch", ["cronjobs"]))
        ]
    template = find(objects, "Deployment", "kube-state-metrics")["spec"]["template"]["spec"]
    assert violations(template) == []
    assert template["containers"][0]["args"][2:] == [f"--namespaces=routing,{NAMESPACE}", "--resources=pods,deployments,cronjobs"]


def test_the_dashboards_and_alerts_find_every_family_that_they_ask_for() -> None:
    asked = {name for name in source_metrics("kubernetes") if any(name in text(page) for page in SHIPPED)}
    objects = settings_objects()
    families = {
        "kube_": jobs_of(objects)["kube-state-metrics"],
        "container_": jobs_of(objects)["cadvisor"],
        "kubelet_": jobs_of(objects)["kubelet"],
    }
    assert len(asked) > len(families)
    for name in asked:
        assert stored(families[name[: name.index("_") + 1]], name, namespace="routing", pod="a", container="semantic-router"), name
        if name.startswith("kube_"):
            # Kinds that are reported by default.
            assert name.startswith(("kube_pod_", "kube_cronjob_")), name


def settings_objects() -> list[Object]:
    """Objects with all of them."""
    chart = new_chart()
    jobs = [sro.CadvisorJob(), sro.KubeletJob()]
    targets = [sro.RouterTarget.helm("vsr", namespaces=["routing"])]
    sro.Observability(
        chart,
        "stack",
        prometheus={"targets": targets, "cluster_wide": True, "scrape_jobs": jobs},
        kube_state_metrics={"metadata": sro.Metadata()},
    )
    return objects_of(chart)


def test_it_reports_the_namespaces_of_the_stack_and_its_routers_and_brings_the_dashboard(tmp_path: Path) -> None:
    objects = settings(tmp_path, kubeStateMetrics={}, routers=[{"namespaces": ["routing", "blue"]}])
    container = find(objects, "Deployment", "kube-state-metrics")["spec"]["template"]["spec"]["containers"][0]
    assert f"--namespaces={NAMESPACE},routing,blue" in container["args"]
    job = jobs_of(objects)["kube-state-metrics"]
    assert job["honor_labels"] is True
    assert [stored(job, "kube_pod_info", namespace=name, pod="a") for name in ("routing", NAMESPACE, "other", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert not stored(job, "up", namespace="routing")
    assert [item["metadata"]["name"] for item in objects if "router-kubernetes.json" in (item.get("data") or {})]
    assert not [item for item in settings(tmp_path) if "router-kubernetes.json" in (item.get("data") or {})]


def test_one_that_exists_is_scraped_for_the_same_namespaces(tmp_path: Path) -> None:
    written = {"scrapeJobs": [{"type": "kubeStateMetrics", "namespaces": ["monitoring"]}]}
    objects = settings(tmp_path, prometheus=written, routers=[{"namespaces": ["routing"]}])
    job = jobs_of(objects)["kube-state-metrics"]
    assert job["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": ["monitoring"]}}]
    assert "body_size_limit" not in job
    assert [stored(job, "kube_pod_info", namespace=name) for name in ("routing", NAMESPACE, "monitoring")] == [True, True, False]
    pod = {
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_label_app_kubernetes_io_name": "kube-state-metrics",
        "__meta_kubernetes_pod_container_port_number": "8080",
    }
    assert relabel(pod, job["relabel_configs"]) is not None
    assert relabel({**pod, "__meta_kubernetes_pod_container_port_number": "8081"}, job["relabel_configs"]) is None
    assert [item["metadata"]["name"] for item in objects if "router-kubernetes.json" in (item.get("data") or {})]
    everything = {"scrapeJobs": [{"type": "kubeStateMetrics", "ofNamespaces": ["*"]}]}
    assert stored(jobs_of(settings(tmp_path, prometheus=everything))["kube-state-metrics"], "kube_node_info")


def test_kubelets_are_asked_for_metrics_and_for_nothing_else(tmp_path: Path) -> None:
    objects = settings(tmp_path, prometheus=CLUSTER_WIDE)
    (role,) = [item for item in objects if item["kind"] == "ClusterRole"]
    assert {"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]} in role["rules"]
    assert not [rule for rule in role["rules"] if "nodes/proxy" in rule["resources"] or set(rule["verbs"]) - {"get", "list", "watch"}]
    for name in ("cadvisor", "kubelet"):
        job = jobs_of(objects)[name]
        assert job["scheme"] == "https"
        assert job["tls_config"] == {"insecure_skip_verify": True}
        assert not stored(job, "process_cpu_seconds_total", namespace=NAMESPACE)
    assert not stored(jobs_of(objects)["cadvisor"], "container_cpu_usage_seconds_total", namespace="other")
    without = [item for item in settings(tmp_path, prometheus={"clusterWide": True}) if item["kind"] == "ClusterRole"]
    assert "nodes/metrics" not in str(without)


def test_kubelets_certificates_are_checked_on_request() -> None:
    body = sro.CadvisorJob(verify=True, interval="30s", timeout="20s").body(("*",))
    assert body["tls_config"] == {"ca_file": "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"}
    assert [step["action"] for step in body["metric_relabel_configs"]] == ["keep"]
    assert (body["scrape_interval"], body["scrape_timeout"]) == ("30s", "20s")


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            lambda: made(namespaces=["*"]),
            "kube-state-metrics: namespaces[0]: '*': name the namespaces: it has a Role in each; for the whole cluster, scrape one that exists, by a job of type kubeStateMetrics",
        ),
        (
            lambda: made(namespaces="routing"),
            "kube-state-metrics: namespaces: 'routing': write a list, even of one",
        ),
        (
            lambda: made(namespaces=["Routing"]),
            "kube-state-metrics: namespaces[0]: 'Routing': write a name of lower-case letters",
        ),
        (
            lambda: made(namespaces=["a", "a"]),
            "kube-state-metrics: namespaces: 'a': two namespaces share this name; rename one",
        ),
        (
            lambda: made(collectors=["cronjobs"]),
            "kube-state-metrics: collectors: ['cronjobs']: add pods: the dashboard and the alerts are about them",
        ),
        (
            lambda: made(collectors=["pods", "secrets"]),
            "kube-state-metrics: collectors[1]: 'secrets': write one of cronjobs, daemonsets, deployments, ",
        ),
        (
            lambda: sro.PrometheusStack(new_chart(), "prometheus", scrape_jobs=[sro.CadvisorJob()]),
            "prometheus: scrape_jobs[0]: 'cadvisor': nodes belong to no namespace, so scraping their kubelets needs cluster_wide=True, a ClusterRole",
        ),
        (
            lambda: sro.KubeletJob(of_namespaces=["*", "a"]),
            "KubeletJob 'kubelet': of_namespaces: ['*', 'a']: '*' already stands for all of them; write it alone",
        ),
        (
            lambda: sro.CadvisorJob(interval="10s", timeout="20s"),
            "CadvisorJob 'cadvisor': timeout: '20s': write at most the job's interval, 10s",
        ),
        (lambda: sro.KubeStateMetricsJob(of_namespaces=["A"]), "KubeStateMetricsJob: of_namespaces: 'A': "),
    ],
)
def test_what_cannot_work_is_refused(build: Callable[[], object], expected: str) -> None:
    with pytest.raises(sro.ConfigError) as caught:
        build()
    assert str(caught.value).startswith(expected)


def test_settings_are_named_as_they_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "kubeStateMetrics: {}\nrouters: [{namespaces: ['*']}]\nprometheus: {clusterWide: true}"
    assert refusal(text, tmp_path, capsys).startswith("kubeStateMetrics.namespaces[1]: '*': name the namespaces")
    text = "prometheus: {scrapeJobs: [{type: kubelet}]}"
    assert refusal(text, tmp_path, capsys).startswith("prometheus.scrapeJobs[0]: 'kubelet': nodes belong to no namespace")
