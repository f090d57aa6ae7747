"""`examples/logs/`: what users wrote never reaches a store of logs, in no collector's pipeline; the real OpenTelemetry Collector runs its own."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import yaml

from harness.process import Process
from harness.programs import program
from manifests import from_yaml
from modules import load
from pod_security import violations
from semantic_router_observability import images

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "logs"
TIME = '"ts":"2026-11-27T04:05:06.789","caller":"logging/logging.go:141"'
QUESTION = r"what did my \"doctor\" say \\ about my knee, \"query\":\""
LINES = {
    "cache hit": f'{{"level":"info",{TIME},"msg":"cache_hit","event":"cache_hit","request_id":"r-1","query":"{QUESTION}","category":"health"}}',
    "last field": f'{{"level":"info",{TIME},"msg":"cache_entry_added","backend":"memory","query":"{QUESTION}"}}',
    "cut off": f'{{"level":"info",{TIME},"msg":"cache_hit","request_id":"r-1","query":"{QUESTION}',
    "cut off in an escape": f'{{"level":"info",{TIME},"msg":"cache_hit","query":"my knee \\',
    "stack": f'{{"level":"error",{TIME},"msg":"config_reload_failed","component":"extproc","stage":"parse","stacktrace":"main.main\\n\\t/app/knee.go:1"}}',
    "both": f'{{"level":"error",{TIME},"msg":"x","query":"knee","stacktrace":"knee"}}',
    "decision": f'{{"level":"info",{TIME},"msg":"routing_decision","component":"extproc","request_id":"r-1","decision":"math"}}',
    "text": "  _____ vLLM Semantic Router v0.3.0",
    "klog": 'I1127 04:05:06.789 1 controller.go:1] "query": leader elected',
}
PERSONAL = ("knee", "doctor")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return load(ROOT / "docs" / "generate_log_pipelines.py")


def test_files_are_fresh(generator: ModuleType) -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == generator.files(), (
        "run: python docs/generate_log_pipelines.py"
    )


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_the_expression_removes_the_fields_and_leaves_the_rest(generator: ModuleType, line: str) -> None:
    cleaned = re.sub(generator.FIELD, "", line)
    assert not any(word in cleaned for word in PERSONAL)
    try:
        fields = json.loads(line)
    except ValueError:
        assert line.startswith(cleaned)
    else:
        assert json.loads(cleaned) == {name: value for name, value in fields.items() if name not in generator.DROPPED}


@pytest.mark.parametrize("name", ["vector.yaml", "config.alloy"])
def test_collectors_with_regular_expressions_use_this_one(generator: ModuleType, name: str) -> None:
    """Both take it unescaped: a raw string of Vector's language, and one of Alloy's."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text.count(generator.FIELD) == 1
    quoted = {"vector.yaml": f"r'{generator.FIELD}'", "config.alloy": f"`({generator.FIELD})`"}[name]
    assert quoted in text
    assert "'" not in generator.FIELD
    assert "`" not in generator.FIELD
    # What is parsed into labels is parsed from the cleaned line.
    assert text.index(generator.FIELD) < text.index("parse_json" if name == "vector.yaml" else "stage.json")


def test_collectors_that_remove_parsed_fields_remove_lines_that_they_cannot_parse(generator: ModuleType) -> None:
    fluent_bit = yaml.safe_load((FOLDER / "fluent-bit.yaml").read_text(encoding="utf-8"))["pipeline"]["filters"]
    forwarder = yaml.safe_load((FOLDER / "cluster-log-forwarder.yaml").read_text(encoding="utf-8"))["spec"]
    (parse,) = [step for step in fluent_bit if step["name"] == "parser"]
    assert (parse["key_name"], parse["preserve_key"]) == ("log", False)
    (record,) = [step for step in fluent_bit if step["name"] == "record_modifier"]
    assert {*generator.DROPPED} <= {*record["remove_key"]}
    (modify,) = [step for step in fluent_bit if step["name"] == "modify"]
    expressions = [modify["condition"].removeprefix("Key_value_matches log ")]
    steps = {step["name"]: step for step in forwarder["filters"]}
    assert steps["personal"]["prune"]["in"] == [f".structured.{field}" for field in generator.DROPPED]
    (pipeline,) = forwarder["pipelines"]
    assert pipeline["filterRefs"] == ["json", "cut-off", "personal"]
    expressions.append(steps["cut-off"]["drop"][0]["test"][0]["matches"])
    for expression in expressions:
        for name, line in LINES.items():
            # Only what is no JSON still stands in the line's own field.
            if name.startswith("cut off"):
                assert re.search(expression, line), name
    assert not re.search(expressions[1], LINES["text"])
    assert not re.search(expressions[1], LINES["klog"])


def test_every_file_is_about_the_routers_container_alone_and_has_the_labels(generator: ModuleType) -> None:
    for name, text in generator.files().items():
        assert generator.CONTAINER in text
        if name != "cluster-log-forwarder.yaml":  # its labels are OpenShift's own
            assert all(field in text for field in generator.INDEXED), name
        if name.endswith(".yaml"):
            assert all(isinstance(document, dict) for document in yaml.safe_load_all(text))


@pytest.fixture(scope="module")
def daemon_set() -> dict[str, dict[str, Any]]:
    """Objects of the collector for clusters without one, by kind."""
    text = (FOLDER / "collector-daemonset.yaml").read_text(encoding="utf-8")
    return {document["kind"]: document for document in yaml.safe_load_all(text)}


def test_the_collector_for_clusters_without_one_is_what_kubernetes_knows(daemon_set: dict[str, dict[str, Any]]) -> None:
    for manifest in daemon_set.values():
        for version in ("1.27", "1.34", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(manifest, version, strict=True)
    assert {manifest["metadata"].get("namespace", "logging") for manifest in daemon_set.values()} == {"logging"}


def test_its_namespace_says_that_it_is_privileged_and_it_takes_no_more_than_it_needs(daemon_set: dict[str, dict[str, Any]]) -> None:
    assert daemon_set["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"
    pod = daemon_set["DaemonSet"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == images.OTEL_COLLECTOR
    restricted = {**pod, "volumes": [volume for volume in pod["volumes"] if "hostPath" not in volume]}
    allowed = {
        **restricted,
        "containers": [{**container, "securityContext": {**container["securityContext"], "runAsUser": 1, "runAsNonRoot": True}}],
    }
    assert violations(pod) != []
    assert violations(allowed) == [], "files of the node and root, who may read them, are all that restricted forbids"
    assert {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]} == {
        "/etc/otelcol": True,
        "/var/log/pods": True,
        "/var/lib/otelcol": False,
    }


def test_the_store_takes_lines_from_its_namespace() -> None:
    objects = from_yaml("logs: {collectors: [logging]}")
    (policy,) = [made for made in objects if made["kind"] == "NetworkPolicy" and made["metadata"]["name"].endswith("log-store")]
    names = [peer.get("namespaceSelector", {}).get("matchLabels", {}) for rule in policy["spec"]["ingress"] for peer in rule["from"]]
    assert {"kubernetes.io/metadata.name": "logging"} in names


def test_the_real_collector_takes_its_configuration(daemon_set: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """But for the parts that read and keep files: their modules cannot be built here."""
    config = yaml.safe_load(daemon_set["ConfigMap"]["data"]["collector.yaml"])
    (receiver,) = config["receivers"].values()
    assert receiver["storage"] == config["exporters"]["otlp_http/log-store"]["sending_queue"].pop("storage") == "file_storage"
    assert config["service"]["extensions"] == ["health_check", "file_storage"]
    del config["extensions"]["file_storage"]
    config["service"]["extensions"] = ["health_check"]
    config["receivers"] = {"otlp": {"protocols": {"http": {"endpoint": "127.0.0.1:0"}}}}
    config["service"]["pipelines"]["logs/semantic-router"]["receivers"] = ["otlp"]
    (tmp_path / "collector.yaml").write_text(yaml.safe_dump(config))
    done = subprocess.run(
        [program("otel-collector"), "validate", f"--config={tmp_path / 'collector.yaml'}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    mounted = {mount["mountPath"] for mount in daemon_set["DaemonSet"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]}
    assert yaml.safe_load(daemon_set["ConfigMap"]["data"]["collector.yaml"])["extensions"]["file_storage"]["directory"] in mounted
    pipeline = yaml.safe_load((FOLDER / "otel-collector-log-store.yaml").read_text(encoding="utf-8"))
    assert pipeline["processors"].items() <= config["processors"].items()


class Store(ThreadingHTTPServer):
    """Takes OTLP as JSON."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.texts: list[str] = []
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def lines(self) -> list[dict[str, Any]]:
        """Every log record that arrived."""
        return [
            record
            for text in self.texts
            for resource in json.loads(text)["resourceLogs"]
            for scope in resource["scopeLogs"]
            for record in scope["logRecords"]
        ]


class Handler(BaseHTTPRequestHandler):
    server: Store  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        self.server.texts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def test_the_real_collector_stores_no_question(tmp_path: Path) -> None:
    """Its processor, between a receiver and an exporter of OTLP; the receiver of files has another release than the processor here."""
    config = yaml.safe_load((FOLDER / "otel-collector.yaml").read_text(encoding="utf-8"))
    store = Store()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config["receivers"] = {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}}}
    config["exporters"]["otlp_http/loki"] |= {
        "endpoint": f"http://127.0.0.1:{store.server_address[1]}",
        "encoding": "json",
        "compression": "none",
        "sending_queue": {"enabled": False},
    }
    config["service"]["pipelines"]["logs/semantic-router"]["receivers"] = ["otlp"]
    config["service"]["telemetry"] = {"metrics": {"level": "none"}}
    (tmp_path / "collector.yaml").write_text(yaml.safe_dump(config))
    collector = Process([str(program("otel-collector")), f"--config={tmp_path / 'collector.yaml'}"], log=tmp_path / "collector.log")
    try:
        records = [{"timeUnixNano": str(number), "body": {"stringValue": line}} for number, line in enumerate(LINES.values(), start=1)]
        body = json.dumps({"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": records}]}]}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/logs", body, {"Content-Type": "application/json"})
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(request, timeout=10).close()
                break
            except OSError:
                assert time.monotonic() < end, collector.log()
                time.sleep(0.2)
        stored = {int(record["timeUnixNano"]): record for record in store.lines()}
    finally:
        collector.kill()
        store.shutdown()
        store.server_close()
    by_name = dict(zip(LINES, (stored[number] for number in range(1, len(LINES) + 1)), strict=True))
    everything = "".join(store.texts)
    assert not any(word in everything for word in PERSONAL)
    labels = {
        name: {entry["key"]: entry["value"]["stringValue"] for entry in record.get("attributes", ())} for name, record in by_name.items()
    }
    assert labels["decision"] == {"level": "info", "component": "extproc"}
    assert labels["cache hit"] == labels["last field"] == {"level": "info"}
    assert labels["stack"] == {"level": "error", "component": "extproc"}
    assert labels["text"] == labels["klog"] == labels["cut off"] == {}
    assert (by_name["stack"]["severityNumber"], by_name["stack"]["severityText"]) == (17, "error")
    assert by_name["text"]["body"]["stringValue"] == LINES["text"]
    assert by_name["klog"]["body"]["stringValue"] == LINES["klog"]
    assert json.loads(by_name["cache hit"]["body"]["stringValue"])["category"] == "health"
    assert '"vllm-semantic-router"' in everything
