"""What tests of agents share: a router's page, and an agent's container as a process on loopback.

There is no API server: targets stand in the configuration, with the labels that discovery would find.
"""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import yaml

from harness.process import Process
from harness.programs import program
from manifests import NAMESPACE, find
from simulator.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from manifests import Object

AGENT = "semantic-router-agent"

PAGE = """\
# TYPE llm_request_errors_total counter
llm_request_errors_total{model="made-up-by-a-client",reason="model_not_found"} 5
# TYPE up gauge
up{fake="1"} -1
# TYPE llm_model_requests_total counter
llm_model_requests_total{model="qwen3-8b"} 100
# TYPE llm_model_inflight_requests gauge
llm_model_inflight_requests{model="qwen3-8b"} 3
"""


def free_port() -> int:
    """Find a port of loopback that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait(condition: Callable[[], bool], what: Callable[[], str], seconds: float = 60) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.3)


class Page(BaseHTTPRequestHandler):
    """The metrics of a router."""

    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def router() -> Iterator[int]:
    """Serve a router's page on a free port."""
    with serving(Page) as address:
        yield int(address.rpartition(":")[2])


def discovered(labels: dict[str, str], port: int) -> dict[str, Any]:
    """A target with the labels of discovery by endpoint slices."""
    meta = {
        "namespace": NAMESPACE,
        "pod_name": "router-0",
        "pod_ip": "127.0.0.1",
        "pod_phase": "Running",
        "service_name": "vsr-metrics",
        "endpointslice_port_name": "metrics",
        "endpointslice_port": str(port),
        **{f"pod_label_{name}": value for name, value in labels.items()},
    }
    return {"targets": [f"127.0.0.1:{port}"], "labels": {f"__meta_kubernetes_{name}": value for name, value in meta.items()}}


def start_agent(objects: list[Object], directory: Path, name: str, router: int, every: int) -> Process:
    """Start the container of the StatefulSet as a process, its files and volumes in a directory."""
    own, port = directory / name, free_port()
    own.mkdir()
    config = yaml.safe_load(find(objects, "ConfigMap", f"{AGENT}-config")["data"]["prometheus.yml"])
    *jobs, itself = config["scrape_configs"]
    for job in jobs:
        del job["kubernetes_sd_configs"]
        job["static_configs"] = [discovered({"app": "semantic-router"}, router), discovered({"app": "other"}, router)]
    itself["static_configs"][0]["targets"] = [f"127.0.0.1:{port}"]
    text = yaml.safe_dump(config, sort_keys=False).replace("/etc/prometheus/secrets", str(directory / "secrets"))
    (own / "prometheus.yml").write_text(text)
    (container,) = find(objects, "StatefulSet", AGENT)["spec"]["template"]["spec"]["containers"]
    places = {"/etc/prometheus/config": str(own), "=/prometheus": f"={own}/data", "frequency=14400s": f"frequency={every}s"}
    arguments = []
    for argument in container["args"]:
        for there, here in places.items():
            argument = argument.replace(there, here)  # noqa: PLW2901
        arguments.append(argument)
    assert f"--storage.agent.wal-truncate-frequency={every}s" in arguments
    return Process(
        [str(program("prometheus")), *arguments, f"--web.listen-address=127.0.0.1:{port}"], log=own / "log", env={"POD_NAME": name}
    )
