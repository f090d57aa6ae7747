"""Scrape jobs for programs around the router: what they find, what they store, and which dashboards and alerts come with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from documentation import ROOT
from manifests import NAMESPACE, find, from_yaml, new_chart
from refusals import refusal
from relabel import relabel
from semantic_router_observability.contract.metric import samples, source_metrics
from semantic_router_observability.shipped import SHIPPED, text

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object
    from semantic_router_observability.contract.metric import Source

RECORDED = ROOT / "tests" / "recorded" / "around"

PROGRAMS: dict[str, tuple[Source, str, dict[str, str], int]] = {
    "redis": ("redis", "cache-server.json", {"app.kubernetes.io/name": "redis"}, 9121),
    "dcgm": ("dcgm", "gpus.json", {"app": "nvidia-dcgm-exporter"}, 9400),
    "operator": (
        "operator",
        "router-operator.json",
        {"app.kubernetes.io/name": "semantic-router-operator", "control-plane": "controller-manager"},
        8080,
    ),
    "nodeExporter": ("node", "nodes.json", {"app.kubernetes.io/name": "prometheus-node-exporter"}, 9100),
}
"""Contract, dashboard, labels of the pods and port, by type of job."""

NAMES = {"nodeExporter": "node-exporter", "operator": "router-operator"}
"""Names of jobs that are not their type."""


def made(*jobs: dict[str, Any], **prometheus: Any) -> list[Object]:
    """Objects of settings with these jobs."""
    return from_yaml(yaml.safe_dump({"prometheus": {"scrapeJobs": list(jobs), **prometheus}}))


def job_of(objects: list[Object], name: str) -> dict[str, Any]:
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    return next(job for job in config["scrape_configs"] if job["job_name"] == name)


def alerts_of(objects: list[Object]) -> set[str]:
    data = find(objects, "ConfigMap", "prometheus-rules")["data"]
    groups = [group for file in data.values() for group in yaml.safe_load(file)["groups"]]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def pages_of(objects: list[Object]) -> set[str]:
    return {name for item in objects if item["kind"] == "ConfigMap" for name in (item.get("data") or {}) if name.endswith(".json")}


def target(labels: dict[str, str], port: int) -> dict[str, str]:
    """What discovery says about a pod."""
    plain = {f"__meta_kubernetes_pod_label_{re.sub('[^a-zA-Z0-9_]', '_', name)}": value for name, value in labels.items()}
    return {
        "__address__": f"10.0.0.1:{port}",
        "__meta_kubernetes_namespace": "cache-backends",
        "__meta_kubernetes_pod_name": "redis-0",
        "__meta_kubernetes_pod_phase": "Running",
        "__meta_kubernetes_pod_ip": "10.0.0.1",
        "__meta_kubernetes_pod_container_name": "manager",
        "__meta_kubernetes_pod_container_init": "false",
        "__meta_kubernetes_pod_container_port_number": str(port),
        **plain,
    }


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_job_needs_no_more_than_its_type(kind: str) -> None:
    source, page, labels, port = PROGRAMS[kind]
    objects = made({"type": kind, "namespaces": ["cache-backends"]})
    job = job_of(objects, NAMES.get(kind, kind))
    found = relabel(target(labels, port), job["relabel_configs"])
    assert found is not None
    assert (found["namespace"], found["pod"]) == ("cache-backends", "redis-0")
    assert relabel(target({"app": "other"}, port), job["relabel_configs"]) is None
    for name in samples(source_metrics(source).values()):
        assert relabel({"__name__": name}, job["metric_relabel_configs"]) is not None, name
    for name in ("go_goroutines", "up", f"{next(iter(source_metrics(source)))}_more"):
        assert relabel({"__name__": name}, job["metric_relabel_configs"]) is None, name
    assert page in pages_of(objects)
    roles = {item["metadata"]["namespace"] for item in objects if item["kind"] == "Role"}
    assert roles == {NAMESPACE, "cache-backends"}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_alerts_and_dashboard_are_there_with_the_job_alone(kind: str) -> None:
    _, page, _, _ = PROGRAMS[kind]
    without, with_it = made(), made({"type": kind})
    more = alerts_of(with_it) - alerts_of(without)
    (shipped,) = (entry for entry in SHIPPED if entry.file_name == page)
    assert {name for name in more if f'"title": "{name}"' in text(shipped)} == more - {"PrometheusTargetDown", "PrometheusTargetMissing"}
    assert pages_of(with_it) - pages_of(without) == {page}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_every_family_of_a_contract_is_asked_for(kind: str) -> None:
    """What nothing asks for would be stored for nothing."""
    source, page, _, _ = PROGRAMS[kind]
    (shipped,) = (entry for entry in SHIPPED if entry.file_name == page)
    assert [name for name in source_metrics(source) if name not in text(shipped)] == []


@pytest.mark.parametrize(
    ("source", "file", "all_of_it"),
    [
        ("redis", "redis.prom", True),
        ("redis", "redis-away.prom", False),
        ("operator", "controller-runtime.prom", True),
        ("node", "node-exporter.prom", True),
        ("node", "node-exporter-1.5.prom", True),
    ],
)
def test_a_contract_says_what_the_real_program_wrote(source: Source, file: str, all_of_it: bool) -> None:
    known = source_metrics(source)
    page = (RECORDED / file).read_text(encoding="utf-8")
    types = dict(re.findall(r"^# TYPE (\S+) (\w+)$", page, re.MULTILINE))
    # What the node exporter reads from the kernel without knowing more is "untyped"; all that is asked for of it only grows.
    stated = {name: "counter" if kind == "untyped" else kind for name, kind in types.items()}
    assert stated == {name: metric.type for name, metric in known.items() if name in types}
    assert set(types) == set(known) if all_of_it else types
    for sample, labels in re.findall(r"^(\w+)\{(.*)\} ", page, re.MULTILINE):
        name = sample if sample in known else re.sub("_(bucket|sum|count)$", "", sample)
        assert set(re.findall(r'(\w+)="', labels)) - {"le"} <= {*known[name].labels}, sample


def test_a_gpu_is_its_engines_and_not_the_exporters() -> None:
    job = job_of(made({"type": "dcgm"}), "dcgm")
    assert job["honor_labels"] is True
    at = relabel({**target({"app": "nvidia-dcgm-exporter"}, 9400), "__meta_kubernetes_pod_node_name": "node-a"}, job["relabel_configs"])
    assert at is not None
    assert at["node"] == "node-a"
    name = {"__name__": "DCGM_FI_DEV_GPU_UTIL", "node": "node-a", "gpu": "0"}
    engine = {"namespace": "engines", "pod": "engine-0", "container": "vllm"}
    older = {"pod_namespace": "engines", "pod_name": "engine-0", "container_name": "vllm"}
    exporter = {"namespace": "gpu-operator", "pod": "dcgm-0"}
    taken = [relabel({**name, **labels}, job["metric_relabel_configs"]) or {} for labels in (engine, {**exporter, **older})]
    assert [{label: found[label] for label in engine} for found in taken] == [engine, engine]
    free = relabel({**name, **exporter}, job["metric_relabel_configs"]) or {}
    assert {label: value for label, value in free.items() if value} == name


def test_networks_let_prometheus_connect_to_the_exporter() -> None:
    objects = from_yaml("networkPolicies: {}\nprometheus: {scrapeJobs: [{type: redis, namespaces: [cache-backends]}]}")
    policy = next(item for item in objects if item["kind"] == "NetworkPolicy" and item["metadata"]["name"].endswith("prometheus"))
    to_redis = [rule for rule in policy["spec"]["egress"] if {"port": 9121, "protocol": "TCP"} in rule.get("ports", ())]
    assert [peer["podSelector"]["matchLabels"] for rule in to_redis for peer in rule["to"]] == [{"app.kubernetes.io/name": "redis"}]


def test_networks_let_prometheus_connect_to_exporters_with_the_address_of_their_node() -> None:
    """No policy finds a pod of the host's network by its labels: any address may be its."""
    objects = from_yaml("networkPolicies: {}\nprometheus: {scrapeJobs: [{type: nodeExporter, namespaces: [node-exporter]}]}")
    policy = next(item for item in objects if item["kind"] == "NetworkPolicy" and item["metadata"]["name"].endswith("prometheus"))
    assert {"ports": [{"port": 9100, "protocol": "TCP"}]} in policy["spec"]["egress"]
    assert "prometheus-node-exporter" not in str(policy)


def test_series_of_a_node_carry_its_name() -> None:
    job = job_of(made({"type": "nodeExporter"}), "node-exporter")
    discovered = target({"app.kubernetes.io/name": "prometheus-node-exporter"}, 9100)
    at = relabel({**discovered, "__meta_kubernetes_pod_node_name": "node-a"}, job["relabel_configs"])
    assert at is not None
    assert at["node"] == "node-a"


def addresses(**changes: str) -> set[str]:
    """Addresses at which a pod of the operator is asked whose containers and their ports discovery lists with these changes."""
    job = job_of(made({"type": "operator"}), "router-operator")
    found = relabel({**target(PROGRAMS["operator"][2], 8080), **changes}, job["relabel_configs"])
    return {found["__address__"]} if found else set()


def test_an_operator_whose_container_declares_no_port_is_asked_at_the_number() -> None:
    none = {"__address__": "10.0.0.1", "__meta_kubernetes_pod_container_port_number": ""}
    assert addresses(**none) == {"10.0.0.1:8080"}
    assert addresses(__address__="fd00::1", __meta_kubernetes_pod_ip="fd00::1") == {"[fd00::1]:8080"}


def test_a_pod_of_the_operator_is_one_target_however_many_ports_and_containers_it_has() -> None:
    container = "__meta_kubernetes_pod_container_name"
    ports = [{"__address__": f"10.0.0.1:{port}", "__meta_kubernetes_pod_container_port_number": port} for port in ("8080", "8081", "9443")]
    assert {address for port in ports for address in addresses(**port)} == {"10.0.0.1:8080"}
    assert addresses(**{container: "istio-proxy"}) == set()
    assert addresses(__meta_kubernetes_pod_container_init="true") == set()
    assert addresses(__meta_kubernetes_pod_phase="Succeeded") == set()


def test_labels_and_port_of_another_installation() -> None:
    job = job_of(made({"type": "redis", "name": "valkey", "matchLabels": {"app": "valkey"}, "port": "metrics"}), "valkey")
    found = {**target({"app": "valkey"}, 9121), "__meta_kubernetes_pod_container_port_name": "metrics"}
    assert relabel(found, job["relabel_configs"]) is not None
    assert relabel(target({"app.kubernetes.io/name": "redis"}, 9121), job["relabel_configs"]) is None


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ("{type: redis, port: 0}", "prometheus.scrapeJobs[0].port: 0: "),
        (
            "{type: redis, namespaces: ['*']}",
            "prometheus.scrapeJobs[0].namespaces: '*': reading every namespace needs clusterWide: true, a ClusterRole",
        ),
        ("{type: operator, port: metrics}", "prometheus.scrapeJobs[0].port: 'metrics': write a whole number"),
        ("{type: nodeExporter, port: metrics}", "prometheus.scrapeJobs[0].port: 'metrics': write a whole number"),
        ("{type: redis, targets: ['a:9121']}", "prometheus.scrapeJobs[0]: 'targets': unknown key"),
        ("{type: redis, matchLabels: {a b: c}}", "prometheus.scrapeJobs[0].matchLabels"),
    ],
)
def test_jobs_that_cannot_be(job: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(f"prometheus: {{scrapeJobs: [{job}]}}", tmp_path, capsys).startswith(message)


def test_a_job_that_brings_alerts_is_not_added_later() -> None:
    stack = sro.PrometheusStack(new_chart(), "prometheus")
    with pytest.raises(sro.ConfigError, match="a dashboard and alerts follow from this job; give it to scrape_jobs at construction"):
        stack.add_scrape_job(sro.RedisJob())
