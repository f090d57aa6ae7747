"""Spans through the real collector with the configuration that is shipped: what arrives at the store, what does not, and what is counted."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

import semantic_router_observability as sro
from harness.process import Process
from harness.programs import program
from manifests import find, new_chart, objects_of
from semantic_router_observability.alerting.defaults.traces import traces as alerts
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.contract.metric import source_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUESTION = "what did my doctor say about my knee"
RESOURCE = {"service.name": "vllm-semantic-router", "user.id": "anna"}
CACHE_SPAN = {"plugin.type": "response_cache", "cache.key": QUESTION, "cache.hit": "false", "request.id": "r-1"}
FIRST_SPAN = {
    "request.id": "r-1",
    "http.method": "POST",
    "http.path": f"/v1/chat/completions?q={QUESTION}",
    "user.id": "anna",
    "session.id": "s-1",
}
ENGINE_SPAN = {
    "model.name": "qwen3-8b",
    "endpoint.address": "10.0.0.7:8000",
    "gen_ai.input.messages": QUESTION,
    "gen_ai.usage.input_tokens": "9",
}


class Store(ThreadingHTTPServer):
    """Takes OTLP as JSON; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.spans: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.status = 200
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Store  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.status == 200:
            self.server.texts.append(text)
            self.server.spans += [
                span for resource in json.loads(text)["resourceSpans"] for scope in resource["scopeSpans"] for span in scope["spans"]
            ]
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Relay:
    """A router's side, the gateway, the store's side. Both sides are one further collector, as only Go speaks gRPC here."""

    folder: Path
    stack: ExitStack
    store: Store = field(default_factory=Store)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ("in", "otlp", "metrics", "health", "out")})

    def start(self) -> None:
        """Take spans as JSON and send them to the gateway by gRPC; take them from the gateway and send them to the store as JSON."""
        plain = {"sending_queue": {"enabled": False}, "retry_on_failure": {"enabled": False}}
        config = {
            "receivers": {
                "otlp/in": {"protocols": {"http": {"endpoint": f"127.0.0.1:{self.ports['in']}"}}},
                "otlp/out": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{self.ports['out']}"}}},
            },
            "exporters": {
                "otlp_grpc": {"endpoint": f"127.0.0.1:{self.ports['otlp']}", "tls": {"insecure": True}, **plain},
                "otlp_http": {
                    "endpoint": f"http://127.0.0.1:{self.store.server_address[1]}",
                    "encoding": "json",
                    "compression": "none",
                    **plain,
                },
            },
            "service": {
                "telemetry": {"metrics": {"level": "none"}},
                "pipelines": {
                    "traces/in": {"receivers": ["otlp/in"], "exporters": ["otlp_grpc"]},
                    "traces/out": {"receivers": ["otlp/out"], "exporters": ["otlp_http"]},
                },
            },
        }
        self._start("relay", yaml.safe_dump(config))
        _wait(lambda: _listens(self.ports["in"]) and _listens(self.ports["out"]))

    def start_gateway(self, **arguments: Any) -> Process:
        """Start the gateway as its ConfigMap says, on ports of this machine."""
        chart = new_chart()
        sro.TraceGateway(chart, "trace-gateway", destinations=[sro.TraceDestination(url="http://store.tracing.svc:4317")], **arguments)
        text: str = find(objects_of(chart), "ConfigMap", "trace-gateway-config")["data"]["collector.yaml"]
        for shipped, here in (
            ("endpoint: :4317", f"endpoint: 127.0.0.1:{self.ports['otlp']}"),
            ("endpoint: :13133", f"endpoint: 127.0.0.1:{self.ports['health']}"),
            ("port: 8888", f"port: {self.ports['metrics']}"),
            ("store.tracing.svc:4317", f"127.0.0.1:{self.ports['out']}"),
        ):
            assert text.count(shipped) == 1
            text = text.replace(shipped, here)
        process = self._start("gateway", text)
        _wait(lambda: _get(self.ports["health"], "/") is not None)
        return process

    def _start(self, name: str, config: str) -> Process:
        file = self.folder / f"{name}.yaml"
        file.write_text(config)
        process = Process([str(program("otel-collector")), f"--config={file}"], log=self.folder / f"{name}.log")
        self.stack.callback(process.kill)
        return process

    def send(self, number: int, attributes: dict[str, str], *, status: int = 0, seconds: float = 0.01, patience: float = 30) -> bool:
        """Send a trace of one span, again until the gateway takes it, as a router does; whether it did at the end."""
        start = time.time_ns()
        span = {
            "traceId": f"{number:032x}",
            "spanId": f"{number:016x}",
            "name": "semantic_router.test",
            "kind": 1,
            "startTimeUnixNano": str(start),
            "endTimeUnixNano": str(start + int(seconds * 1e9)),
            "attributes": _attributes(attributes),
            "events": [
                {"name": "exception", "timeUnixNano": str(start), "attributes": _attributes({"cache.key": QUESTION, "exception.type": "E"})}
            ],
            "status": {"code": status},
        }
        body = {"resourceSpans": [{"resource": {"attributes": _attributes(RESOURCE)}, "scopeSpans": [{"spans": [span]}]}]}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['in']}/v1/traces", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        end = time.monotonic() + patience
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10):
                    return True
            except urllib.error.HTTPError as error:
                error.close()
            if time.monotonic() > end:
                return False
            time.sleep(0.1)

    def metrics(self) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
        """The gateway's own metrics, by name and labels."""
        text = _get(self.ports["metrics"], "/metrics")
        assert text is not None
        found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
        return found


def _attributes(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def _named(span: dict[str, Any]) -> dict[str, str]:
    return {entry["key"]: entry["value"]["stringValue"] for entry in span.get("attributes", ())}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _get(port: int, path: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return None


def _wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def counter_of(name: str) -> str:
    """Metric that an alert counts."""
    (found,) = [alert.shape for alert in alerts() if alert.name == name]
    assert isinstance(found, Count)
    return found.events.name


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """The relay, which all tests share; each starts a gateway of its own."""
    with ExitStack() as stack:
        made = Relay(tmp_path_factory.mktemp("traces"), stack)
        stack.callback(made.store.server_close)
        stack.callback(made.store.shutdown)
        made.start()
        yield made


def test_no_question_and_nobody_reaches_the_store_and_the_rest_does(relay: Relay) -> None:
    relay.store.spans.clear()
    relay.store.texts.clear()
    gateway = relay.start_gateway()
    for number, attributes in enumerate((FIRST_SPAN, CACHE_SPAN, ENGINE_SPAN), start=1):
        assert relay.send(number, attributes)
    _wait(lambda: len(relay.store.spans) == 3)
    text = "".join(relay.store.texts)
    for personal in ("doctor", "knee", "anna", "s-1", "cache.key", "user.id", "session.id", "gen_ai.input"):
        assert personal not in text
    by_number = {int(span["spanId"], 16): _named(span) for span in relay.store.spans}
    assert by_number == {
        1: {"request.id": "r-1", "http.method": "POST", "http.path": "/v1/chat/completions"},
        2: {"plugin.type": "response_cache", "cache.hit": "false", "request.id": "r-1"},
        3: {"model.name": "qwen3-8b", "endpoint.address": "10.0.0.7:8000", "gen_ai.usage.input_tokens": "9"},
    }
    assert all(_named(span["events"][0]) == {"exception.type": "E"} for span in relay.store.spans)
    assert "vllm-semantic-router" in text
    # What dashboards and alerts ask for is what the program says.
    _wait(lambda: sum(relay.metrics().get("otelcol_exporter_sent_spans_total", {}).values()) == 3)
    shown = relay.metrics()
    assert sum(shown["otelcol_receiver_accepted_spans_total"].values()) == 3
    known = source_metrics("otelcol")
    for name, series in shown.items():
        metric = known.get(name)
        if metric is None:
            assert not name.startswith("otelcol_") or name.endswith(("_bucket", "_sum", "_count")), name
            continue
        for labels in series:
            assert {label for label, _ in labels} <= set(metric.labels), name
    assert gateway.terminate() == 0


def test_a_store_that_refuses_is_counted_and_one_that_is_away_gets_everything_later(relay: Relay) -> None:
    relay.store.spans.clear()
    gateway = relay.start_gateway()
    relay.store.status = 400
    assert relay.send(10, FIRST_SPAN)
    failed = counter_of("TraceGatewayDeliveryFailing")
    _wait(lambda: sum(relay.metrics().get(failed, {}).values()) == 1)
    relay.store.status = 503
    for number in range(11, 31):
        assert relay.send(number, FIRST_SPAN)
    _wait(lambda: sum(relay.metrics()["otelcol_exporter_queue_size"].values()) > 0)
    assert relay.store.spans == []
    relay.store.status = 200
    _wait(lambda: len(relay.store.spans) == 20)
    assert sum(relay.metrics()[failed].values()) == 1
    assert gateway.terminate() == 0


def test_a_full_queue_is_counted(relay: Relay) -> None:
    """With room for two spans in place of 20,000."""
    relay.store.spans.clear()
    relay.store.status = 503
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("semantic_router_observability.tracing.config.QUEUE", 2)
        patch.setattr("semantic_router_observability.tracing.config._BATCH", 1)
        patch.setattr("semantic_router_observability.tracing.config._LARGEST_BATCH", 2)
        gateway = relay.start_gateway()
    name = counter_of("TraceGatewayQueueFull")
    taken = [relay.send(number, FIRST_SPAN, patience=0 if number > 40 else 30) for number in range(40, 46)]
    _wait(lambda: sum(relay.metrics().get(name, {}).values()) > 0)
    assert taken[0]
    relay.store.status = 200
    gateway.kill()


def test_a_killed_gateway_loses_no_more_than_documented_and_a_terminated_one_nothing(relay: Relay) -> None:
    relay.store.spans.clear()
    gateway = relay.start_gateway()
    for number in range(100, 120):
        assert relay.send(number, FIRST_SPAN)
    time.sleep(2.5)  # more than the second for which spans are collected
    assert relay.send(120, FIRST_SPAN)
    gateway.kill()
    assert {int(span["spanId"], 16) for span in relay.store.spans} >= set(range(100, 120))
    assert not relay.send(121, FIRST_SPAN, patience=0), "a router is told, and tries again"
    again = relay.start_gateway()
    assert relay.send(121, FIRST_SPAN)
    assert relay.send(122, FIRST_SPAN)
    assert again.terminate() == 0
    assert {int(span["spanId"], 16) for span in relay.store.spans} >= {*range(100, 120), 121, 122}


def test_sampling_keeps_failed_and_slow_traces(relay: Relay) -> None:
    relay.store.spans.clear()
    gateway = relay.start_gateway(sampling=sro.TailSampling(percent=0.001, slow="2s", wait="3s"))
    for number in range(200, 220):
        assert relay.send(number, FIRST_SPAN)
    assert relay.send(300, FIRST_SPAN, status=2)
    assert relay.send(301, FIRST_SPAN, seconds=5)
    _wait(lambda: len(relay.store.spans) == 2)
    time.sleep(2)
    assert {int(span["spanId"], 16) for span in relay.store.spans} == {300, 301}
    assert gateway.terminate() == 0
