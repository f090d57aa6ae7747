"""Probes run by the real exporter with the configuration that is shipped: which answers it takes, what it measures, what it sends."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from textwrap import indent
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import cdk8s
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

import semantic_router_observability as sro
from harness.credentials import Authority
from harness.process import Process
from harness.programs import program
from manifests import find, new_chart, objects_of
from semantic_router_observability.contract.metric import samples, source_metrics
from simulator.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TOKEN = "of-the-canary"
RIGHT = {"choices": [{"message": {"role": "assistant", "content": "Earth."}}]}
SILENT = {"choices": [{"message": {"role": "assistant", "content": ""}}]}
ROUTED = {"x-vsr-selected-model": "qwen3-8b", "x-vsr-response-path": "upstream"}


@dataclass
class Answer:
    """What a path of the gateway answers."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0


ANSWERS = {
    "/page": Answer(body="<title>Chat</title>"),
    "/moved": Answer(status=302, headers={"Location": "/page"}),
    "/broken": Answer(status=500, body="<title>Chat</title>"),
    "/right": Answer(body=json.dumps(RIGHT), headers=ROUTED),
    "/silent": Answer(body=json.dumps(SILENT), headers=ROUTED),
    "/cached": Answer(body=json.dumps(RIGHT), headers={**ROUTED, "x-vsr-response-path": "cache"}),
    "/refused": Answer(status=429, body=json.dumps(RIGHT)),
    "/late": Answer(body=json.dumps(RIGHT), seconds=3),
}


class Gateway(ThreadingHTTPServer):
    """Answers by path and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.port = int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    server: Gateway  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, text))
        answer = ANSWERS[self.path]
        time.sleep(answer.seconds)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body.encode())

    def do_POST(self) -> None:
        self.do_GET()

    def handle(self) -> None:
        # A probe that gives up, or trusts no such certificate, closes the connection.
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Gateway]:
    """Run a gateway, with TLS if there is a context."""
    gateway = Gateway()
    if context:
        gateway.socket = context.wrap_socket(gateway.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        thread.join()
        gateway.server_close()


@dataclass
class Exporter:
    """The exporter and its job, as a chart has them."""

    address: str
    process: Process
    job: Mapping[str, Any]
    plain: Gateway
    secure: Gateway

    def run(self, name: str) -> dict[str, float]:
        """Have a probe run as Prometheus would; its samples without labels, by name."""
        (labels,) = [target["labels"] for target in self.job["static_configs"] if target["labels"]["probe"] == name]
        asked = urlencode({"module": labels["__param_module"], "target": labels["__param_target"]})
        with urllib.request.urlopen(f"http://{self.address}/probe?{asked}", timeout=20) as page:
            text = page.read().decode()
        known = samples(source_metrics("blackbox").values())
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                metric = known[sample.name].metric
                # The job adds the labels that say which probe it was.
                assert set(metric.labels) - {"probe", "type"} == set(sample.labels), sample.name
                assert metric.type == family.type, sample.name
                if not sample.labels:
                    found[sample.name] = sample.value
        return found


def made(plain: int, secure: int) -> sro.Probes:
    """Probes of two gateways on these ports."""
    chat = {"body": "(?i)earth", "headers": {"x-vsr-selected-model": "qwen3-.+", "X-VSR-Response-Path": "upstream"}, "timeout": "2s"}
    ca = sro.SecretKey("internal-ca", "ca.crt")

    def canary(name: str) -> sro.CanaryProbe:
        return sro.CanaryProbe(name=name, url=f"http://127.0.0.1:{plain}/{name}", **chat)  # type: ignore[arg-type]

    return sro.Probes(
        new_chart(),
        "probes",
        http=[
            sro.HttpProbe(name="page", url=f"http://127.0.0.1:{plain}/page", body="<title>Chat"),
            sro.HttpProbe(name="other-text", url=f"http://127.0.0.1:{plain}/page", body="<title>Login"),
            sro.HttpProbe(name="moved", url=f"http://127.0.0.1:{plain}/moved"),
            sro.HttpProbe(name="moved-on-purpose", url=f"http://127.0.0.1:{plain}/moved", status=[302]),
            sro.HttpProbe(name="broken", url=f"http://127.0.0.1:{plain}/broken"),
            sro.HttpProbe(name="nobody", url="http://127.0.0.1:1/"),
            sro.HttpProbe(
                name="trusted",
                url=f"https://localhost:{secure}/page",
                ca=ca,
                server_name="chat.example.com",
                bearer_token=sro.SecretKey("canary", "token"),
            ),
            sro.HttpProbe(name="not-trusted", url=f"https://localhost:{secure}/page"),
            sro.HttpProbe(name="other-name", url=f"https://localhost:{secure}/page", ca=ca),
        ],
        tcp=[
            sro.TcpProbe(name="port", address=f"127.0.0.1:{plain}"),
            sro.TcpProbe(name="closed", address="127.0.0.1:1"),
            sro.TcpProbe(name="tls", address=f"localhost:{secure}", tls=True, ca=ca, server_name="chat.example.com"),
            sro.TcpProbe(name="no-tls", address=f"127.0.0.1:{plain}", tls=True, timeout="2s"),
        ],
        canaries=[canary(path.removeprefix("/")) for path in ("/right", "/silent", "/cached", "/refused", "/late")],
    )


def exporter_program() -> str:
    found = shutil.which("prometheus-blackbox-exporter") or shutil.which("blackbox_exporter")
    if found is None:
        pytest.skip("prometheus-blackbox-exporter is not installed; .ci/run says which package has it")
    return found


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporter]:
    """The exporter with the ConfigMap of a chart, whose paths lead to this machine's files."""
    binary, directory = exporter_program(), tmp_path_factory.mktemp("probes")
    authority = Authority(directory, "internal")
    issued = authority.issue("chat.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for name in ("tls.crt", "tls.key"):
        (directory / name).write_text(issued[name])
    context.load_cert_chain(directory / "tls.crt", directory / "tls.key")
    for secret, key, text in (("internal-ca", "ca.crt", issued["ca.crt"]), ("canary", "token", f"{TOKEN}\n")):
        (directory / "secrets" / secret).mkdir(parents=True)
        (directory / "secrets" / secret / key).write_text(text)
    with ExitStack() as stack:
        plain, secure = stack.enter_context(serving()), stack.enter_context(serving(context))
        probes = made(plain.port, secure.port)
        config: str = find(_objects(probes), "ConfigMap", "probes-config")["data"]["blackbox.yml"]
        file = directory / "blackbox.yml"
        file.write_text(config.replace("/etc/blackbox", str(directory)))
        checked = subprocess.run([binary, f"--config.file={file}", "--config.check"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        address = f"127.0.0.1:{_free_port()}"
        process = Process([binary, f"--config.file={file}", f"--web.listen-address={address}"], log=directory / "log")
        stack.callback(process.kill)
        _wait_for(address, process)
        yield Exporter(address, process, probes.scrape_job.config, plain, secure)


def _objects(probes: sro.Probes) -> list[dict[str, Any]]:
    return objects_of(cdk8s.Chart.of(probes))


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as found:
        return int(found.server_address[1])


def _wait_for(address: str, process: Process) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://{address}/-/healthy", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(process.log())


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("page", True),
        ("other-text", False),
        ("moved", False),
        ("moved-on-purpose", True),
        ("broken", False),
        ("nobody", False),
        ("trusted", True),
        ("not-trusted", False),
        ("other-name", False),
        ("port", True),
        ("closed", False),
        ("tls", True),
        ("no-tls", False),
        ("right", True),
        ("silent", False),
        ("cached", False),
        ("refused", False),
        ("late", False),
    ],
)
def test_the_right_answer_succeeds_and_every_other_one_fails(exporter: Exporter, name: str, right: bool) -> None:
    assert exporter.run(name)["probe_success"] == right


def test_a_failure_says_why(exporter: Exporter) -> None:
    assert exporter.run("silent")["probe_failed_due_to_regex"] == 1
    assert exporter.run("cached")["probe_failed_due_to_regex"] == 1
    assert exporter.run("refused")["probe_http_status_code"] == 429
    assert exporter.run("nobody")["probe_http_status_code"] == 0
    assert exporter.run("late")["probe_duration_seconds"] == pytest.approx(2, abs=0.5)


@pytest.mark.parametrize("name", ["trusted", "tls"])
def test_a_certificate_about_to_expire_is_seen_before_clients_refuse_it(exporter: Exporter, name: str) -> None:
    """Authorities of the tests sign for two days: the alert fires while the probe still succeeds."""
    found = exporter.run(name)
    days = (found["probe_ssl_earliest_cert_expiry"] - time.time()) / 86_400
    assert found["probe_success"] == 1
    assert 1.9 < days < 2.1


def test_without_tls_there_is_no_certificate(exporter: Exporter) -> None:
    assert "probe_ssl_earliest_cert_expiry" not in exporter.run("page")


def test_the_request_of_a_canary_is_that_of_a_user_with_a_label(exporter: Exporter) -> None:
    exporter.run("right")
    method, _, headers, text = [asked for asked in exporter.plain.asked if asked[1] == "/right"][-1]
    assert method == "POST"
    assert (headers["x-canary"], headers["user-agent"]) == ("right", "semantic-router-canary")
    assert headers["content-type"] == "application/json"
    assert json.loads(text)["max_tokens"] == 16


def test_the_token_is_sent_without_the_line_break_of_its_file(exporter: Exporter) -> None:
    exporter.run("trusted")
    assert exporter.secure.asked[-1][2]["authorization"] == f"Bearer {TOKEN}"


def test_a_key_that_the_program_does_not_know_would_be_noticed(tmp_path: Path) -> None:
    file = tmp_path / "blackbox.yml"
    file.write_text(yaml.safe_dump({"modules": {"a": {"prober": "http", "http": {"valid_status_code": [200]}}}}))
    checked = subprocess.run(
        [exporter_program(), f"--config.file={file}", "--config.check"], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode != 0
    assert "valid_status_code" in checked.stderr


def test_prometheus_has_every_probe_run_at_its_own_interval(exporter: Exporter, tmp_path: Path) -> None:
    """The job as it is shipped, but for the exporter's address."""
    job = {"job_name": "semantic-router-probes", **exporter.job}
    job["static_configs"] = [{**target, "targets": [exporter.address]} for target in job["static_configs"]]
    with Prometheus(program("prometheus"), tmp_path, targets=[], more=indent(yaml.safe_dump([job]), "  ")) as running:
        # The first scrape of a target comes within its interval, so not all are seen in the time of a test.
        running.wait_for('probe_success{job="semantic-router-probes", type!="canary"} == 1', seconds=60)
        with urllib.request.urlopen(f"{running.url}/api/v1/targets?state=active", timeout=10) as answer:
            targets = json.load(answer)["data"]["activeTargets"]
        found = {
            target["labels"]["probe"]: (target["scrapeInterval"], target["scrapeTimeout"], target["labels"]["instance"])
            for target in targets
            if target["scrapePool"] == "semantic-router-probes"
        }
        assert len(found) == len(job["static_configs"])
        assert found["page"] == ("30s", "11s", f"http://127.0.0.1:{exporter.plain.port}/page")
        assert found["right"] == ("240s", "3s", f"http://127.0.0.1:{exporter.plain.port}/right")
        series, *_ = running.query('probe_success{job="semantic-router-probes"}')
        assert series["metric"].keys() == {"__name__", "instance", "job", "namespace", "probe", "type"}
