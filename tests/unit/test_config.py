"""`prometheus.yml`: jobs, guards, relabelling of samples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from relabel import relabel, scraped
from semantic_router_observability.checks import Url
from semantic_router_observability.kubernetes.endpoint import Endpoint
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.prometheus.config import extra_job, render, router_job, router_jobs, stack_jobs
from semantic_router_observability.prometheus.guards import ANY_PAGE, CLIENT_LABEL_VALUES, metric_relabel_configs, own_names
from semantic_router_observability.prometheus.scrape import PodJob, RawJob, ScrapeGuards, ServiceJob, StaticJob
from semantic_router_observability.router.catalogue import families
from semantic_router_observability.router.target import RouterTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from semantic_router_observability.prometheus.presets import ScrapeJob

SECRETS = "/etc/secrets"


def job(scrape_job: ScrapeJob) -> dict[str, Any]:
    """The job in Prometheus's words."""
    return extra_job(scrape_job, "own", SecretFiles(SECRETS))


def test_static_job() -> None:
    assert job(StaticJob(name="vllm", targets=("a:80",), labels={"engine": "vllm"}, interval="30s", timeout="5s", sample_limit=0)) == {
        "job_name": "vllm",
        "scrape_interval": "30s",
        "scrape_timeout": "5s",
        "metrics_path": "/metrics",
        "scheme": "http",
        "follow_redirects": False,
        "static_configs": [{"targets": ["a:80"], "labels": {"engine": "vllm"}}],
        "metric_relabel_configs": own_names(),
    }


def test_a_page_may_be_as_long_as_its_samples_need() -> None:
    assert job(StaticJob(name="vllm", targets=("a:80",), sample_limit=500_000))["body_size_limit"] == "190MB"
    assert job(StaticJob(name="vllm", targets=("a:80",), sample_limit=1))["body_size_limit"] == "1MB"


def test_credentials_are_files() -> None:
    files = SecretFiles(SECRETS)
    written = extra_job(
        StaticJob(name="a", targets=("b:1",), scheme="https", bearer_token=SecretKey("s.x", "token"), ca=SecretKey("s.x", "ca.crt")),
        "own",
        files,
    )
    assert written["authorization"] == {"credentials_file": "/etc/secrets/s.x/token"}
    assert written["tls_config"] == {"ca_file": "/etc/secrets/s.x/ca.crt"}
    (volume,) = files.volumes()
    assert volume["secret"]["items"] == [{"key": "token", "path": "token"}, {"key": "ca.crt", "path": "ca.crt"}]
    assert files.mounts() == [{"name": volume["name"], "mountPath": "/etc/secrets/s.x", "readOnly": True}]


@pytest.mark.parametrize(
    "read",
    [SecretFiles.mounts, SecretFiles.volumes, lambda files: files.uses("own", "prometheus", "reread")],
    ids=["mounts", "volumes", "uses"],
)
def test_a_path_that_would_not_be_mounted_is_refused(read: Callable[[SecretFiles], object]) -> None:
    files = SecretFiles(SECRETS)
    files.path(SecretKey("a", "token"))
    read(files)
    with pytest.raises(RuntimeError, match=r"key ca\.crt of Secret a: its path was asked for after the pod's mounts were read"):
        files.path(SecretKey("a", "ca.crt"))


POD = {
    "__address__": "10.0.0.1:8000",
    "__meta_kubernetes_namespace": "own",
    "__meta_kubernetes_pod_name": "vllm-0",
    "__meta_kubernetes_pod_phase": "Running",
    "__meta_kubernetes_pod_label_app": "vllm.v1",
    "__meta_kubernetes_pod_container_port_name": "api",
    "__meta_kubernetes_pod_container_port_number": "8000",
}


@pytest.mark.parametrize("port", ["api", 8000])
def test_pods_job(port: str | int) -> None:
    written = job(PodJob(name="vllm", match_labels={"app": "vllm.v1"}, port=port))
    assert written["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": ["own"]}}]
    configs = written["relabel_configs"]
    assert scraped(POD, configs, "vllm") == {"job": "vllm", "instance": "10.0.0.1:8000", "namespace": "own", "pod": "vllm-0"}
    for change in (
        {"__meta_kubernetes_pod_label_app": "vllm-v1"},
        {"__meta_kubernetes_pod_phase": "Failed"},
        {"__meta_kubernetes_pod_container_port_name": "apis", "__meta_kubernetes_pod_container_port_number": "80001"},
    ):
        assert scraped(POD | change, configs, "vllm") is None


@pytest.mark.parametrize("port", ["http", 8080])
def test_services_job(port: str | int) -> None:
    written = job(ServiceJob(name="a", match_labels={"example.com/team": "a"}, port=port, namespaces=("x", "y")))
    assert written["kubernetes_sd_configs"] == [{"role": "endpointslice", "namespaces": {"names": ["x", "y"]}}]
    found = {
        "__address__": "[fd00::1]:8080",
        "__meta_kubernetes_namespace": "x",
        "__meta_kubernetes_service_name": "a",
        "__meta_kubernetes_service_label_example_com_team": "a",
        "__meta_kubernetes_endpointslice_port_name": "http",
        "__meta_kubernetes_endpointslice_port": "8080",
        "__meta_kubernetes_pod_ip": "10.0.0.1",
    }
    assert scraped(found, written["relabel_configs"], "a") == {"job": "a", "instance": "10.0.0.1:8080", "namespace": "x", "service": "a"}
    without_pod = {name: text for name, text in found.items() if "_pod_" not in name}
    retained = scraped(without_pod, written["relabel_configs"], "a")
    assert retained is not None
    assert retained["instance"] == "[fd00::1]:8080"
    assert scraped(found | {"__meta_kubernetes_service_label_example_com_team": "b"}, written["relabel_configs"], "a") is None


def test_everywhere_has_no_namespace_list() -> None:
    assert job(PodJob(name="a", match_labels={"a": "b"}, port=1, namespaces=("*",)))["kubernetes_sd_configs"] == [{"role": "pod"}]


def test_raw_job_passes_through() -> None:
    config = {"sample_limit": 10, "body_size_limit": "1MB", "honor_labels": True}
    assert job(RawJob(name="a", config=config)) == {"job_name": "a", **config}


@pytest.mark.parametrize(
    ("stated", "limits"),
    [
        ({}, {"sample_limit": 50_000, "body_size_limit": "19MB"}),
        ({"sample_limit": None}, {"sample_limit": 50_000, "body_size_limit": "19MB"}),
        ({"sample_limit": 1_000_000}, {"sample_limit": 1_000_000, "body_size_limit": "381MB"}),
        ({"sample_limit": 0}, {"sample_limit": 0}),
        ({"body_size_limit": "1GB"}, {"sample_limit": 50_000, "body_size_limit": "1GB"}),
        ({"sample_limit": 0, "body_size_limit": 0}, {"sample_limit": 0, "body_size_limit": 0}),
    ],
)
def test_a_raw_job_has_the_limits_of_others_unless_it_states_its_own(stated: dict[str, Any], limits: dict[str, Any]) -> None:
    assert job(RawJob(name="a", config=stated)) == {"job_name": "a", **limits}


def test_stack_scrapes_itself_and_the_grafana_beside_it() -> None:
    itself, grafana = stack_jobs(Endpoint(url=Url.of("http://prometheus.own.svc:9090/prometheus")), "own", files=SecretFiles(SECRETS))
    assert (itself["metrics_path"], itself["static_configs"]) == ("/prometheus/metrics", [{"targets": ["localhost:9090"]}])
    found = {
        "__address__": "10.0.0.1:3000",
        "__metrics_path__": "/metrics",
        "__meta_kubernetes_namespace": "own",
        "__meta_kubernetes_service_name": "grafana",
        "__meta_kubernetes_service_label_app_kubernetes_io_part_of": "semantic-router-observability",
        "__meta_kubernetes_service_label_app_kubernetes_io_name": "grafana",
        "__meta_kubernetes_endpointslice_port_name": "http",
        "__meta_kubernetes_endpointslice_port": "3000",
        "__meta_kubernetes_pod_ip": "10.0.0.1",
        "__meta_kubernetes_pod_name": "grafana-0",
    }
    at_root = relabel(found, grafana["relabel_configs"])
    below = relabel(found | {"__meta_kubernetes_service_annotation_prometheus_io_path": "/ui/metrics"}, grafana["relabel_configs"])
    assert at_root is not None
    assert below is not None
    assert (at_root["__metrics_path__"], below["__metrics_path__"]) == ("/metrics", "/ui/metrics")
    assert relabel(found | {"__meta_kubernetes_endpointslice_port_name": "web"}, grafana["relabel_configs"]) is None
    assert (
        relabel(found | {"__meta_kubernetes_service_label_app_kubernetes_io_part_of": "kube-prometheus"}, grafana["relabel_configs"])
        is None
    )


GUARDS = metric_relabel_configs(ScrapeGuards())


def test_what_clients_can_multiply_is_scraped_apart_and_each_series_once() -> None:
    most, rest = router_jobs([RouterTarget()], ScrapeGuards(), "own")
    assert (most["job_name"], rest["job_name"]) == ("semantic-router", "semantic-router-clients")
    assert rest["metric_relabel_configs"][-1] == {"target_label": "job", "replacement": "semantic-router"}
    for labels, growing in (
        ({"__name__": "llm_model_requests_total", "model": "a"}, True),
        ({"__name__": "llm_request_errors_total", "model": "a", "reason": "model_not_found"}, True),
        ({"__name__": "llm_request_errors_total", "model": "a", "reason": "parse_error"}, True),
        ({"__name__": "llm_request_errors_total", "model": "a", "reason": "upstream_5xx"}, False),
        ({"__name__": "sr_request_params_unknown_field_stripped_total", "field": "top_k"}, True),
        ({"__name__": "llm_model_inflight_requests", "model": "a"}, False),
    ):
        assert (relabel(labels, most["metric_relabel_configs"]) is None) == growing
        assert (relabel(labels, rest["metric_relabel_configs"]) is not None) == growing


def test_limits_of_the_router_job() -> None:
    written = router_job([RouterTarget()], ScrapeGuards(sample_limit=7, label_limit=0), "own")
    assert written["sample_limit"] == 7
    assert "label_limit" not in written
    assert written["label_name_length_limit"] == 200


def test_a_person_is_not_stored() -> None:
    assert relabel({"__name__": "llm_memory_retrieval_total", "user_id": "alice"}, GUARDS) is None
    retained = {"__name__": "llm_memory_retrieval_total", "backend": "redis"}
    assert relabel(retained, GUARDS) == retained


@pytest.mark.parametrize("name", ["gpt-4", "x" * 5000, "a;b", "llm_request_errors_total;model_not_found"])
def test_what_clients_choose_is_bounded(name: str) -> None:
    written = relabel({"__name__": "llm_request_errors_total", "reason": "model_not_found", "model": name}, GUARDS)
    assert written is not None
    assert re.fullmatch(r"client-\d{1,4}", written["model"])
    assert set(written) == {"__name__", "reason", "model"}


@pytest.mark.parametrize(
    "series", [{"__name__": "llm_model_requests_total"}, {"__name__": "llm_request_errors_total", "reason": "parse_error"}]
)
@pytest.mark.parametrize(
    ("name", "retained"),
    [
        ("Qwen/Qwen3-8B", True),
        ("модель 7", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("x" * 5000, False),
        ("a\nb", False),
        ("a\x1b[31m", False),
    ],
)
def test_names_of_models_stay_and_other_values_are_a_clients(series: dict[str, str], name: str, retained: bool) -> None:
    written = relabel({**series, "model": name}, GUARDS)
    assert written is not None
    assert set(written) == {*series, "model"}
    assert written["model"] == name if retained else re.fullmatch(r"client-\d{1,4}", written["model"])


@pytest.mark.parametrize("label", sorted({label for family in families().values() if family.fed for label in family.labels}))
def test_no_label_of_the_router_can_fail_the_scrape(label: str) -> None:
    assert relabel({"__name__": "llm_new_total", label: "x" * 1001}, GUARDS) is None
    assert relabel({"__name__": "llm_new_total", "namespace": "x" * 2000, "decision": "x" * 900}, GUARDS) is not None


def test_bounding_keeps_the_number_of_series_small() -> None:
    names = {
        (relabel({"__name__": "llm_request_errors_total", "reason": "model_not_found", "model": f"m{n}"}, GUARDS) or {})["model"]
        for n in range(20_000)
    }
    assert len(names) <= CLIENT_LABEL_VALUES
    assert len(names) > CLIENT_LABEL_VALUES / 2


@pytest.mark.parametrize(
    "series",
    [
        {"__name__": "llm_request_errors_total", "reason": "timeout", "model": "qwen3"},
        {"__name__": "llm_model_requests_total", "model": "qwen3"},
        {"__name__": "llm_model_requests_total", "model": "model_not_found"},
        {"__name__": "anything_else", "field": "kept"},
        {"__name__": "sr_request_params_unknown_field_stripped_total", "field": "chat_template_kwargs"},
    ],
)
def test_all_else_is_stored_as_it_is(series: dict[str, str]) -> None:
    assert relabel(series, GUARDS) == series


@pytest.mark.parametrize(
    ("name", "retained"),
    [
        ("up", False),
        ("ALERTS_FOR_STATE", False),
        ("scrape_duration_seconds", False),
        ("model:llm_model_requests:rate5m", False),
        ("vllm:num_requests_running", True),
        ("scrape_error", True),
        ("upstream_total", True),
        ("prometheus_tsdb_head_series", True),
    ],
)
def test_names_that_prometheus_writes_are_its_own(name: str, retained: bool) -> None:
    assert (relabel({"__name__": name}, own_names()) is not None) == retained
    assert relabel({"__name__": "prometheus_tsdb_head_series"}, own_names("prometheus")) is None


def test_guards_can_be_lifted() -> None:
    lifted = metric_relabel_configs(ScrapeGuards(drop_personal=False, bound_client_labels=False, label_value_length_limit=0))
    assert lifted == []


@pytest.mark.parametrize("limit", [1, 10, 999, 1000, 1001, 2000, 2500, 10_000])
def test_long_values_are_dropped_before_they_fail_the_scrape(limit: int) -> None:
    configs = metric_relabel_configs(ScrapeGuards(bound_client_labels=False, label_value_length_limit=limit))
    for length, retained in ((limit, True), (limit + 1, False), (limit + 500, False)):
        series = {"__name__": "llm_request_errors_total", "model": "x" * length}
        assert (relabel(series, configs) is not None) == retained
    for config in configs:
        assert not re.search(r"\)\{\d", config["regex"]), "Go refuses repetitions of repetitions past 1,000"
        assert all(int(count) <= 1000 for count in re.findall(r"\{(\d+)\}", config["regex"]))


def test_every_unbounded_label_of_the_catalogue_is_treated() -> None:
    for family in families().values():
        for growing in family.unbounded:
            if not family.fed:
                continue
            for written in (
                "anything a client writes",
                *(f"{known}2" for known in growing.known),
                *(f" {known}" for known in growing.known),
            ):
                series = {"__name__": family.name, **growing.when, growing.label: written}
                assert relabel(series, GUARDS) != series


def test_render() -> None:
    text = render(
        interval="30s",
        external_labels={"cluster": "a"},
        tsdb={"retention": {"time": "15d"}},
        jobs=[{"job_name": "a", "relabel_configs": [{"source_labels": ["b", "c"], "action": "keep"}]}],
        remote_write=[],
        rule_files=["/rules/*.yaml"],
    )
    assert "    - source_labels: [b, c]\n" in text or "  - source_labels: [b, c]\n" in text
    assert yaml.safe_load(text) == {
        "global": {"scrape_interval": "30s", "evaluation_interval": "30s", **ANY_PAGE, "external_labels": {"cluster": "a"}},
        "storage": {"tsdb": {"retention": {"time": "15d"}}},
        "rule_files": ["/rules/*.yaml"],
        "scrape_configs": [{"job_name": "a", "relabel_configs": [{"source_labels": ["b", "c"], "action": "keep"}]}],
    }
