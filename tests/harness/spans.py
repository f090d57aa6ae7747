"""Spans on their way from a router: a relay that speaks gRPC on both sides of the real gateway, and what it is sent."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

import semantic_router_observability as sro
from harness.process import Process
from harness.programs import program
from manifests import find, new_chart, objects_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
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
    """A port that nothing listens on."""
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
        wait(lambda: listens(self.ports["in"]) and listens(self.ports["out"]))

    def start_gateway(self, to: int | None = None, **arguments: Any) -> Process:
        """Start the gateway as its ConfigMap says, on ports of this machine; it sends to the store, or to a port."""
        chart = new_chart()
        sro.TraceGateway(chart, "trace-gateway", destinations=[sro.TraceDestination(url="http://store.tracing.svc:4317")], **arguments)
        text: str = find(objects_of(chart), "ConfigMap", "trace-gateway-config")["data"]["collector.yaml"]
        for shipped, here in (
            ("endpoint: :4317", f"endpoint: 127.0.0.1:{self.ports['otlp']}"),
            ("endpoint: :13133", f"endpoint: 127.0.0.1:{self.ports['health']}"),
            ("port: 8888", f"port: {self.ports['metrics']}"),
            ("store.tracing.svc:4317", f"127.0.0.1:{to or self.ports['out']}"),
        ):
            assert text.count(shipped) == 1
            text = text.replace(shipped, here)
        process = self._start("gateway", text)
        wait(lambda: page(self.ports["health"], "/") is not None)
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
        text = page(self.ports["metrics"], "/metrics")
        assert text is not None
        found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
        return found


def _attributes(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def attributes_of(span: dict[str, Any]) -> dict[str, str]:
    """Attributes of a span or of an event, by name."""
    return {entry["key"]: entry["value"]["stringValue"] for entry in span.get("attributes", ())}


def listens(port: int) -> bool:
    """Whether a port of this machine is listened on."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def page(port: int, path: str) -> str | None:
    """Text of a page; None where nothing answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except OSError:
        return None


def wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
