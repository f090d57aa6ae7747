"""The store of traces: its objects, what follows from it in the other parts, and the real Jaeger behind the real gateway."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

import semantic_router_observability as sro
from harness.process import Process
from harness.programs import program
from harness.spans import CACHE_SPAN, ENGINE_SPAN, FIRST_SPAN, Relay, free_port, page, wait
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from pod_security import violations
from refusals import refusal
from semantic_router_observability.contract.metric import source_metrics
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prometheus_client.samples import Sample

    from manifests import Object

SETTINGS = "traces: {store: {}}"


def made(**arguments: Any) -> list[Object]:
    """Objects of a store alone."""
    chart = new_chart()
    sro.TraceStore(chart, "trace-store", **arguments)
    return objects_of(chart)


def configuration(objects: list[Object]) -> dict[str, Any]:
    """What Jaeger reads."""
    found: dict[str, Any] = yaml.safe_load(find(objects, "ConfigMap", "trace-store-config")["data"]["jaeger.yaml"])
    return found


def test_objects() -> None:
    objects = made(retention="2w", storage=sro.Claim(size="50Gi"))
    workload = find(objects, "StatefulSet", "trace-store")["spec"]
    assert violations(workload["template"]["spec"]) == []
    assert workload["replicas"] == 1
    assert configuration(objects)["extensions"]["jaeger_storage"]["backends"]["traces"]["badger"]["ttl"] == {"spans": "336h"}
    assert find(objects, "PersistentVolumeClaim", "trace-store-data")["spec"]["resources"]["requests"]["storage"] == "50Gi"
    (container,) = workload["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "GOMEMLIMIT", "value": str(2**30 * 4 // 5)}]


def test_a_new_retention_replaces_the_pod() -> None:
    def template(retention: str) -> Any:
        return find(made(retention=retention), "StatefulSet", "trace-store")["spec"]["template"]["metadata"]["annotations"]

    assert template("7d") == template("168h")
    assert template("7d") != template("8d")


def test_the_other_parts_know_it() -> None:
    objects = from_yaml(SETTINGS)
    gateway = yaml.safe_load(find(objects, "ConfigMap", "trace-gateway-config")["data"]["collector.yaml"])
    (exporter,) = gateway["exporters"].values()
    assert exporter["endpoint"] == f"trace-store.{NAMESPACE}.svc:4317"
    sources = yaml.safe_load(find(objects, "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    (source,) = [entry for entry in sources if entry["type"] == "jaeger"]
    assert (source["uid"], source["url"]) == ("jaeger", f"http://trace-store.{NAMESPACE}.svc:16686")
    assert "tracesToLogsV2" not in source.get("jsonData", {}), "there is no store of logs"
    prometheus = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    assert {"trace-gateway", "trace-store"} <= {job["job_name"] for job in prometheus["scrape_configs"]}
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in objects if policy["kind"] == "NetworkPolicy"}
    allowed = {
        (peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"], port["port"])
        for rule in policies["network-trace-store"]["ingress"]
        for peer in rule["from"]
        for port in rule["ports"]
    }
    assert allowed == {("trace-gateway", 4317), ("grafana", 16686), ("prometheus", 8888)}
    assert not policies["network-trace-store"].get("egress"), "it connects to nothing"
    rules = find(objects, "ConfigMap", "prometheus-rules")["data"]
    assert "TraceStoreFilling" in "".join(rules.values())


def test_a_store_elsewhere_gets_every_trace_too() -> None:
    objects = from_yaml("traces: {store: {}, destinations: [{name: vendor, url: 'https://otlp.example.com', protocol: http}]}")
    gateway = yaml.safe_load(find(objects, "ConfigMap", "trace-gateway-config")["data"]["collector.yaml"])
    assert len(gateway["service"]["pipelines"]["traces"]["exporters"]) == 2


@pytest.mark.parametrize(
    ("more", "uid"),
    [
        ("logs: {collectors: [logging]}", "victorialogs"),
        ("grafana: {dataSources: [{type: loki, url: 'http://loki.logging.svc:3100'}]}", "loki"),
    ],
)
def test_traces_link_to_the_lines_of_their_request(more: str, uid: str) -> None:
    files = find(from_yaml(f"{SETTINGS}\n{more}"), "ConfigMap", "grafana-config")["data"]
    (source,) = [entry for entry in yaml.safe_load(files["datasources.yaml"])["datasources"] if entry["type"] == "jaeger"]
    assert source["jsonData"]["tracesToLogsV2"]["datasourceUid"] == uid


def test_without_a_store_there_is_no_alert_on_it() -> None:
    rules = find(from_yaml("traces: {destinations: [{url: 'http://tempo.tracing.svc:4317'}]}"), "ConfigMap", "prometheus-rules")["data"]
    assert "TraceGatewayQueueFull" in "".join(rules.values())
    assert "TraceStoreFilling" not in "".join(rules.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("traces: {}", "traces.destinations: []: give at least one store, such as url: http://tempo.tracing.svc:4317, or store: {} for one of this stack"),
        ("traces: {store: {retention: 10m}}", "traces.store.retention: '10m': write at least 1h: a trace is looked up after its request"),
        (
            "traces: {store: {storage: {type: claim, size: 1Gi}}}",
            "traces.store.storage.size: '1Gi': write at least 5Gi; the store writes files of 1 GiB, and needs room to merge them",
        ),
        ("traces: {store: {retention: forever}}", "traces.store.retention: 'forever'"),
        ("traces: {store: {replicas: 2}}", "traces.store"),
        ("traces: {store: {}}\nimages: {jaeger: 'jaeger:latest'}", "images.jaeger: 'jaeger:latest': name a version"),
        (
            "traces: {store: {}, destinations: [{name: trace-store, url: 'http://a.b.svc:4317'}]}",
            "traces.destinations: 'trace-store'",
        ),
        ("traces: {store: {}}\ngrafana: {dataSources: [{type: jaeger, url: 'http://a.b.svc:16686'}]}", "jaeger"),
    ],
)  # fmt: skip
def test_refusals(text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refusal(text, tmp_path, capsys)


def test_a_store_needs_the_gateway() -> None:
    with pytest.raises(ConfigError, match="only the gateway sends to the store"):
        sro.Observability(new_chart(), "stack", trace_store={})


# --- the real program


class Jaeger:
    """The real Jaeger, configured as the pod is, but for its folder and its ports."""

    def __init__(self, folder: Path) -> None:
        self.ports = {name: free_port() for name in ("otlp", "query", "grpc", "health", "metrics")}
        text: str = find(made(), "ConfigMap", "trace-store-config")["data"]["jaeger.yaml"]
        for shipped, here in (
            ("endpoint: :4317", f"endpoint: 127.0.0.1:{self.ports['otlp']}"),
            ("endpoint: :16686", f"endpoint: 127.0.0.1:{self.ports['query']}"),
            ("endpoint: 127.0.0.1:16685", f"endpoint: 127.0.0.1:{self.ports['grpc']}"),
            ("endpoint: :13133", f"endpoint: 127.0.0.1:{self.ports['health']}"),
            ("port: 8888", f"port: {self.ports['metrics']}"),
            ("keys: /data/", f"keys: {folder}/data/"),
            ("values: /data/", f"values: {folder}/data/"),
            ("maintenance_interval: 5m", "maintenance_interval: 1s"),
        ):
            assert text.count(shipped) == 1, shipped
            text = text.replace(shipped, here)
        file = folder / "jaeger.yaml"
        file.write_text(text)
        self.process = Process([str(program("jaeger")), f"--config={file}"], log=folder / "jaeger.log")
        wait(self.healthy, seconds=180)

    def healthy(self) -> bool:
        """What the probes of the pod ask."""
        return page(self.ports["health"], "/status") is not None

    def traces(self) -> list[dict[str, Any]]:
        """Traces of the router, as Grafana's data source asks for them."""
        text = page(self.ports["query"], "/api/traces?service=vllm-semantic-router&limit=100")
        return [] if text is None else json.loads(text)["data"] or []


def metrics(jaeger: Jaeger) -> dict[str, Sample]:
    """Its own metrics, by name."""
    text = page(jaeger.ports["metrics"], "/metrics") or ""
    return {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}


def spans(jaeger: Jaeger) -> dict[str, dict[str, Any]]:
    """Attributes of the spans that are stored, by the id of their trace."""
    return {trace["traceID"]: {tag["key"]: tag["value"] for tag in trace["spans"][0]["tags"]} for trace in jaeger.traces()}


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with ExitStack() as stack:
        made = Relay(tmp_path_factory.mktemp("traces"), stack)
        stack.callback(made.store.server_close)
        stack.callback(made.store.shutdown)
        made.start()
        yield made


def test_traces_are_stored_without_personal_data_and_survive_a_restart(relay: Relay, tmp_path: Path) -> None:
    jaeger = Jaeger(tmp_path)
    gateway = relay.start_gateway(to=jaeger.ports["otlp"])
    try:
        for number, attributes in enumerate((FIRST_SPAN, CACHE_SPAN, ENGINE_SPAN), start=1):
            assert relay.send(number, attributes)
        wait(lambda: len(jaeger.traces()) == 3)
        stored = json.dumps(jaeger.traces())
        for personal in ("doctor", "knee", "anna", "cache.key", "user.id", "session.id"):
            assert personal not in stored
        assert {tags["request.id"] for tags in spans(jaeger).values() if "request.id" in tags} == {"r-1"}
        before = spans(jaeger)
        assert jaeger.process.terminate() == 0
        jaeger = Jaeger(tmp_path)
        assert spans(jaeger) == before
        # What comes while it is away waits in the gateway.
        assert jaeger.process.terminate() == 0
        assert relay.send(4, FIRST_SPAN)
        jaeger = Jaeger(tmp_path)
        assert gateway.terminate() == 0
    finally:
        gateway.kill()
        jaeger.process.kill()


def test_a_copy_of_the_volume_of_a_running_store_starts_with_its_traces(relay: Relay, tmp_path: Path) -> None:
    """As a restored snapshot does: Jaeger stands still while its files are copied, and writes none at an end."""
    running, restored = tmp_path / "running", tmp_path / "restored"
    running.mkdir()
    restored.mkdir()
    jaeger = Jaeger(running)
    gateway = relay.start_gateway(to=jaeger.ports["otlp"])
    try:
        for number in range(1, 6):
            assert relay.send(number, FIRST_SPAN)
        wait(lambda: len(jaeger.traces()) == 5)
        before = spans(jaeger)
        os.kill(jaeger.process.pid, signal.SIGSTOP)
        # Its files are mostly holes, up to 2 GiB large.
        subprocess.run(["cp", "--archive", "--sparse=always", running / "data", restored / "data"], check=True)
    finally:
        jaeger.process.kill()
        gateway.kill()
    jaeger = Jaeger(restored)
    try:
        assert spans(jaeger) == before
    finally:
        jaeger.process.kill()


def test_the_alert_reads_what_the_store_shows(tmp_path: Path) -> None:
    jaeger = Jaeger(tmp_path)
    try:
        known = source_metrics("jaeger")
        free = "jaeger_storage_badger_value_log_bytes_available"
        wait(lambda: free in metrics(jaeger), seconds=180)
        # Some of the others are shown only once something was written.
        shown = {name: sample for name, sample in metrics(jaeger).items() if name.startswith("jaeger_storage_badger_")}
        assert shown.keys() <= known.keys()
        for name, sample in shown.items():
            assert set(sample.labels) == set(known[name].labels), name
        assert shown[free].value == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.05)
    finally:
        jaeger.process.kill()
