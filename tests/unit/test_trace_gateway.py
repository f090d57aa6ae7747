"""The gateway for traces: what is rendered, what follows from it in the other parts, and that the real collector takes it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from harness.programs import program
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from pod_security import violations
from refusals import refusal
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.dashboards import render
from semantic_router_observability.dashboards.traces import PANEL_IDS, traces
from semantic_router_observability.promql import parse
from semantic_router_observability.tracing.options import PERSONAL

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

TEMPO = "http://tempo.tracing.svc:4317"
CASES: dict[str, dict[str, Any]] = {
    "plain": {"destinations": [sro.TraceDestination(url=TEMPO)]},
    "sampled": {"destinations": [sro.TraceDestination(url=TEMPO)], "sampling": sro.TailSampling()},
    "errors dropped": {
        "destinations": [sro.TraceDestination(url=TEMPO)],
        "sampling": sro.TailSampling(percent=0.5, errors=False, slow="1m", wait="2m"),
    },
    "several": {
        "destinations": [
            sro.TraceDestination(url=TEMPO, name="tempo"),
            sro.TraceDestination(
                name="data-prepper",
                url="https://data-prepper.search.svc:21890",
                ca=sro.SecretKey("store", "ca.crt"),
                certificate=sro.SecretKey("store", "tls.crt"),
                key=sro.SecretKey("store", "tls.key"),
                server_name="data-prepper",
            ),
            sro.TraceDestination(
                name="vendor",
                url="https://otlp.example.com/otlp",
                protocol="http",
                headers={"authorization": sro.SecretKey("vendor", "token"), "X-Scope-OrgID": sro.SecretKey("vendor", "tenant")},
            ),
        ],
        "drop_attributes": ["endpoint.address", "http.path"],
        "replicas": 3,
    },
}


def made(**arguments: Any) -> list[Object]:
    """Objects of a gateway alone."""
    chart = new_chart()
    sro.TraceGateway(chart, "trace-gateway", **arguments)
    return objects_of(chart)


def config_of(objects: list[Object]) -> dict[str, Any]:
    """What the collector reads."""
    return dict(yaml.safe_load(find(objects, "ConfigMap", "trace-gateway-config")["data"]["collector.yaml"]))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_real_program_takes_the_configuration(case: dict[str, Any], tmp_path: Path) -> None:
    for key in ("ca.crt", "tls.crt", "tls.key"):
        (tmp_path / "secrets" / "store").mkdir(parents=True, exist_ok=True)
        (tmp_path / "secrets" / "store" / key).write_text("")
    file = tmp_path / "collector.yaml"
    file.write_text(
        find(made(**case), "ConfigMap", "trace-gateway-config")["data"]["collector.yaml"].replace("/etc/otelcol", str(tmp_path))
    )
    variables = {"HEADER_VENDOR_AUTHORIZATION": "Bearer a", "HEADER_VENDOR_X_SCOPE_ORGID": "a"}
    done = subprocess.run(
        [program("otel-collector"), "validate", f"--config={file}"], capture_output=True, text=True, check=False, env=variables, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr


def test_a_key_that_the_program_does_not_know_would_be_noticed(tmp_path: Path) -> None:
    config = config_of(made(**CASES["sampled"]))
    config["processors"]["tail_sampling"]["decision_waits"] = "1s"
    file = tmp_path / "collector.yaml"
    file.write_text(yaml.safe_dump(config))
    done = subprocess.run(
        [program("otel-collector"), "validate", f"--config={file}"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert "decision_waits" in done.stderr + done.stdout


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_pods_pass_restricted_and_hold_no_credential(case: dict[str, Any]) -> None:
    objects = made(**case)
    template = find(objects, "Deployment", "trace-gateway")["spec"]["template"]["spec"]
    assert violations(template) == []
    assert template["automountServiceAccountToken"] is False
    (container,) = template["containers"]
    assert container["image"] == "docker.io/otel/opentelemetry-collector-k8s:0.161.0"
    config = config_of(objects)
    read = {variable["name"] for variable in container.get("env", ()) if "valueFrom" in variable}
    assert set(re.findall(r"\$\{env:(\w+)\}", str(config))) == read
    assert [exporter.get("headers", {}) for exporter in config["exporters"].values()] == [
        {header: f"${{env:HEADER_{given.name.upper().replace('-', '_')}_{header.upper().replace('-', '_')}}}" for header in given.headers}
        for given in case["destinations"]
    ]
    assert ("PodDisruptionBudget" in {item["kind"] for item in objects}) == (case.get("replicas", 1) > 1)


def test_every_pipeline_begins_with_the_memory_limit_and_cleans_before_anything_waits() -> None:
    for case in CASES.values():
        pipeline = config_of(made(**case))["service"]["pipelines"]["traces"]
        assert pipeline["processors"][:2] == ["memory_limiter", "transform/personal"]
        assert len(pipeline["exporters"]) == len(case["destinations"])


@pytest.mark.parametrize(
    "name",
    [
        *("cache.key", "user", "user.id", "user.email", "enduser.id", "session.id", "conversation.id", "gen_ai.conversation.id"),
        *("gen_ai.prompt", "gen_ai.prompt.0.content", "gen_ai.completion", "gen_ai.input.messages", "gen_ai.output.messages"),
    ],
)
def test_what_users_wrote_and_who_they_are_is_deleted(name: str) -> None:
    assert re.fullmatch(PERSONAL, name)


@pytest.mark.parametrize(
    "name",
    [
        *("request.id", "http.method", "http.path", "http.status_code", "model.name", "endpoint.address", "decision.name", "plugin.type"),
        *(
            "cache.hit",
            "cache.lookup_time_ms",
            "cache.threshold",
            "category.name",
            "routing.selected_model",
            "rag.backend",
            "user_agent.name",
        ),
        *("gen_ai.usage.prompt_tokens", "gen_ai.request.model", "signal.matched_rules", "service.name", "k8s.pod.name"),
    ],
)
def test_what_explains_a_request_stays(name: str) -> None:
    """Every other attribute of the router's spans among them."""
    assert not re.fullmatch(PERSONAL, name)


def test_without_it_nothing_of_it_is_there(default_objects: list[Object]) -> None:
    assert "trace" not in "".join(item["metadata"]["name"] for item in default_objects)
    rules = find(default_objects, "ConfigMap", "prometheus-rules")["data"]
    assert "TraceGateway" not in "".join(rules.values())


SETTINGS = """
routers: [{install: helm, release: vsr, namespaces: [routing]}]
traces: {destinations: [{url: 'http://tempo.tracing.svc:4317'}]}
"""


def test_prometheus_scrapes_it_has_its_alerts_and_grafana_its_dashboard() -> None:
    objects = from_yaml(SETTINGS)
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    (job,) = [job for job in config["scrape_configs"] if job["job_name"] == "trace-gateway"]
    assert job["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": [NAMESPACE]}}]
    assert "8888" in str(job["relabel_configs"])
    alerts = find(objects, "ConfigMap", "prometheus-rules")["data"]["alerts-traces.yaml"]
    assert re.findall(r"alert: (\w+)", alerts) == ["TraceGatewayRefusesSpans", "TraceGatewayQueueFull", "TraceGatewayDeliveryFailing"]
    assert find(objects, "ConfigMap", "grafana-dashboard-traces")
    assert find(objects, "NetworkPolicy", "network-trace-gateway")


def test_only_routers_may_send() -> None:
    rules = find(from_yaml(SETTINGS), "NetworkPolicy", "network-trace-gateway")["spec"]["ingress"]
    (senders,) = [rule["from"] for rule in rules if rule["ports"] == [{"protocol": "TCP", "port": 4317}]]
    assert [sender["podSelector"]["matchLabels"] for sender in senders] == [
        {"app.kubernetes.io/instance": "vsr", "app.kubernetes.io/component": "router"}
    ]
    assert senders[0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "routing"}


def test_constructs_alone_do_the_same() -> None:
    chart = new_chart()
    gateway = sro.TraceGateway(
        chart,
        "trace-gateway",
        destinations=[sro.TraceDestination(url=TEMPO)],
        targets=[sro.RouterTarget.helm("vsr", namespaces=["routing"])],
    )
    prometheus = sro.PrometheusStack(
        chart, "prometheus", targets=[sro.RouterTarget.helm("vsr", namespaces=["routing"])], scrape_jobs=[gateway.scrape_job]
    )
    sro.GrafanaStack(chart, "grafana", sources=[prometheus])
    sro.NetworkPolicies(chart, "network")
    wanted, found = (
        {(item["kind"], item["metadata"]["name"]): item for item in objects} for objects in (from_yaml(SETTINGS), objects_of(chart))
    )
    for key in wanted:
        if "trace" in key[1] or key == ("ConfigMap", "prometheus-config"):
            assert found[key] == wanted[key]
    assert gateway.endpoint.url.text == f"http://trace-gateway.{NAMESPACE}.svc:4317"


def test_an_alert_its_panel_and_its_link_show_one_number() -> None:
    model = json.loads(render(traces()))
    shown = {panel["id"]: panel for panel in model["panels"]}
    for alert in topics(Facts(optional_dashboards=frozenset({"traces"})))["traces"]:
        rule = alert.rule()
        assert rule.dashboard == sro.Panel(uid=model["uid"], id=PANEL_IDS[alert.name])
        query = re.sub(r'\b\w+=~"\$\w+",?', "", shown[PANEL_IDS[alert.name]]["targets"][0]["expr"])
        assert str(parse(query)) == str(parse(alert.shape.number(alert.tuning)))


URL = "url: 'http://tempo.tracing.svc:4317'"
BAD = [
    (
        "traces: {}",
        "traces.destinations: []: give at least one store, such as url: http://tempo.tracing.svc:4317, or store: {} for one of this stack",
    ),
    (
        "traces: {destinations: []}",
        "traces.destinations: []: give at least one store, such as url: http://tempo.tracing.svc:4317, or store: {} for one of this stack",
    ),
    (
        "traces: {destinations: [{url: 'tempo:4317'}]}",
        "traces.destinations[0].url: 'tempo:4317': write an absolute URL such as https://grafana.example.com",
    ),
    (
        "traces: {destinations: [{url: 'http://tempo'}]}",
        "traces.destinations[0].url: 'http://tempo': write the port, mostly 4317: gRPC has no usual one",
    ),
    (
        "traces: {destinations: [{url: 'http://a.b.svc:4317/x'}]}",
        "traces.destinations[0].url: 'http://a.b.svc:4317/x': gRPC has no path: remove /x, or set protocol to http",
    ),
    (
        "traces: {destinations: [{url: 'https://a.example.com/v1/traces', protocol: http}]}",
        "traces.destinations[0].url: 'https://a.example.com/v1/traces': remove /v1/traces: it is appended",
    ),
    (f"traces: {{destinations: [{{{URL}, protocol: thrift}}]}}", "traces.destinations[0].protocol: 'thrift': write one of grpc, http"),
    (f"traces: {{destinations: [{{{URL}}}, {{{URL}}}]}}", "traces.destinations: 'store': two destinations share this name; rename one"),
    (
        "traces: {destinations: [{url: 'http://a.example.com:4317', headers: {authorization: {secret: a, key: b}}}]}",
        "traces.destinations[0].headers.authorization: 'a': write https:// as url: outside the cluster, the header would be readable on its way",
    ),
    (
        f"traces: {{destinations: [{{{URL}, headers: {{Authorization: {{secret: a, key: b}}}}}}]}}",
        "traces.destinations[0].headers: 'Authorization': write it in lower case, as gRPC does",
    ),
    (
        f"traces: {{destinations: [{{{URL}, headers: {{'a b': {{secret: a, key: b}}}}}}]}}",
        "traces.destinations[0].headers: 'a b': write the name of an HTTP header, such as authorization",
    ),
    (
        f"traces: {{destinations: [{{{URL}, ca: {{secret: a, key: b}}}}]}}",
        "traces.destinations[0].ca: 'a': only https uses it; write https:// or remove it",
    ),
    (
        f"traces: {{destinations: [{{{URL}}}], replicas: 2, sampling: {{}}}}",
        "traces.replicas: 2: write 1: sampling decides on whole traces, and the spans of one would reach several pods",
    ),
    (f"traces: {{destinations: [{{{URL}}}], replicas: 0}}", "traces.replicas: 0: write 1 to 9"),
    (
        f"traces: {{destinations: [{{{URL}}}], sampling: {{percent: 100}}}}",
        "traces.sampling.percent: 100.0: write a percentage above 0 and below 100, or omit the sampling to keep every trace",
    ),
    (
        f"traces: {{destinations: [{{{URL}}}], sampling: {{slow: 2m}}}}",
        "traces.sampling.wait: '60s': write more than slow, 2m: a slow trace is not complete before",
    ),
    (
        f"traces: {{destinations: [{{{URL}}}], sampling: {{wait: 1h}}}}",
        "traces.sampling.wait: '1h': write at most 10m: all spans of that time are held in memory",
    ),
    (
        f"traces: {{destinations: [{{{URL}}}], sampling: {{traces: 5}}}}",
        "traces.sampling.traces: 5: write 100 to 1,000,000: each may hold some 5 kB of memory",
    ),
    (
        f"traces: {{destinations: [{{{URL}}}], dropAttributes: ['gen_ai.*']}}",
        "traces.dropAttributes[0]: 'gen_ai.*': write the whole name of a span's attribute, such as http.path; patterns are not expanded",
    ),
    (
        f"{{traces: {{destinations: [{{{URL}}}]}}, images: {{otelCollector: 'otel/opentelemetry-collector-k8s:latest'}}}}",
        "images.otelCollector: 'otel/opentelemetry-collector-k8s:latest': name a version: what 'latest' means changes under a running stack",
    ),
    (
        f"{{traces: {{destinations: [{{{URL}}}]}}, prometheus: {{scrapeJobs: [{{type: static, name: trace-gateway, targets: ['a:1']}}]}}}}",
        "prometheus.scrapeJobs: 'trace-gateway': two scrape jobs share this name; rename one",
    ),
]


@pytest.mark.parametrize(("text", "line"), BAD, ids=[line[:60] for _, line in BAD])
def test_what_cannot_work_is_refused_in_one_line(text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == line
