"""A real Prometheus as an agent, as its manifests start it, and a real one that receives, by https and with a password."""

from __future__ import annotations

import base64
import itertools
import json
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import yaml

from agent.parts import AGENT, free_port, router, start_agent, wait
from harness.credentials import Authority, hashed
from harness.process import Process
from harness.programs import program
from manifests import NAMESPACE, from_yaml

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

AWAY = 12
"""Seconds for which the storage is away."""

LONG_ENOUGH, TOO_SHORT = "as documented", "control"
"""An agent whose log is truncated at intervals of twice the time away, as `unsent` has it, and one at intervals of a sixth of it."""

SETTINGS = """
addOn:
  scrapedBy:
    type: agent
    externalLabels: {{cluster: west}}
    replicas: 2
    remoteWrite:
      - url: {url}/api/v1/write
        basicAuth: {{username: {{secret: storage, key: username}}, password: {{secret: storage, key: password}}}}
        ca: {{secret: storage, key: ca.crt}}
        serverName: storage.example.com
        # A queue that a few seconds fill, as the default one is filled by minutes of many routers.
        extra: {{queue_config: {{batch_send_deadline: 1s, capacity: 20, max_samples_per_send: 10, max_shards: 4}}}}
  interval: 1s
  shownBy: {{type: none}}
"""


@dataclass
class Storage:
    """A Prometheus that takes remote write."""

    directory: Path
    tls: ssl.SSLContext
    port: int = field(default_factory=free_port)
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, on the data that is there."""
        flags = [
            f"--config.file={self.directory}/storage.yml",
            f"--web.config.file={self.directory}/web.yml",
            f"--storage.tsdb.path={self.directory}/stored",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.enable-remote-write-receiver",
        ]
        self.process = Process([str(program("prometheus")), *flags], log=self.directory / "storage.log")
        wait(lambda: self.status("/-/ready") == 200, lambda: f"no storage: {self.process and self.process.log()[-2000:]}")

    def kill(self) -> None:
        """End it without a warning."""
        if self.process is not None:
            self.process.kill()

    def get(self, path: str, password: str = "secret") -> bytes:
        """Ask it, as the agent's user."""
        token = base64.b64encode(f"agent:{password}".encode()).decode()
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Basic {token}"})
        with urllib.request.urlopen(request, context=self.tls, timeout=10) as answer:
            content: bytes = answer.read()
        return content

    def status(self, path: str, password: str = "secret") -> int:
        """Ask for a status; 0 where nothing listens."""
        try:
            self.get(path, password)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0
        return 200

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Evaluate an expression."""
        found: list[dict[str, Any]] = json.loads(self.get(f"/api/v1/query?{urlencode({'query': expression})}"))["data"]["result"]
        return found


@dataclass(frozen=True)
class Sent:
    """Two agents that write to a storage."""

    storage: Storage
    agents: dict[str, Process]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Wait until the samples of both are in the storage."""
    directory = tmp_path_factory.mktemp("agent")
    program("prometheus")
    authority = Authority(directory, "storage")
    storage = Storage(directory, authority.client())
    issued = authority.issue("storage.example.com")
    for name in ("tls.crt", "tls.key"):
        (directory / name).write_text(issued[name])
    (directory / "storage.yml").write_text("global: {}\n")
    web = {"tls_server_config": {"cert_file": str(directory / "tls.crt"), "key_file": str(directory / "tls.key")}}
    (directory / "web.yml").write_text(yaml.safe_dump(web) + f"basic_auth_users:\n  {hashed('agent', 'secret')}\n")
    (directory / "secrets" / "storage").mkdir(parents=True)
    for name, content in {"username": "agent", "password": "secret", "ca.crt": issued["ca.crt"]}.items():
        (directory / "secrets" / "storage" / name).write_text(content)
    objects = from_yaml(SETTINGS.format(url=storage.url))
    with ExitStack() as stack:
        port = stack.enter_context(router())
        stack.callback(storage.kill)
        storage.start()
        agents = {}
        for name, every in {LONG_ENOUGH: 2 * AWAY, TOO_SHORT: AWAY // 6}.items():
            agents[name] = start_agent(objects, directory, name, port, every)
            stack.callback(agents[name].kill)
        # Samples of one scrape may arrive in several requests.
        first = [
            'up{job="semantic-router"} == 1',
            'up{job="semantic-router-clients"} == 1',
            'llm_model_requests_total{job="semantic-router"}',
            'llm_model_inflight_requests{job="semantic-router"}',
            "llm_request_errors_total",
            'prometheus_remote_storage_samples_total{job="prometheus-agent"}',
        ]
        wait(
            lambda: all({found["metric"]["__replica__"] for found in storage.query(series)} == set(agents) for series in first),
            lambda: f"{storage.query('up')} {[agent.log()[-2000:] for agent in agents.values()]}",
        )
        yield Sent(storage, agents)


def test_the_storage_gets_what_the_plain_stack_stores(sent: Sent) -> None:
    for family, value in {"llm_model_requests_total": "100", "llm_model_inflight_requests": "3"}.items():
        found = sent.storage.query(f'{family}{{job="semantic-router"}}')
        assert {series["value"][1] for series in found} == {value}
        assert {series["metric"]["__replica__"] for series in found} == set(sent.agents)
        for series in found:
            expected = {"namespace": NAMESPACE, "cluster": "west", "model": "qwen3-8b", "pod": "router-0", "service": "vsr-metrics"}
            assert expected.items() <= series["metric"].items()
    assert sent.storage.query('{fake="1"}') == []
    (model,) = {series["metric"]["model"] for series in sent.storage.query("llm_request_errors_total")}
    assert model.startswith("client-")


def test_what_is_no_router_is_not_sent(sent: Sent) -> None:
    assert len(sent.storage.query('up{job=~"semantic-router.*"}')) == 2 * 2


def test_an_agent_tells_of_itself(sent: Sent) -> None:
    found = sent.storage.query('prometheus_remote_storage_samples_total{job="prometheus-agent"}')
    assert {(series["metric"]["instance"], series["metric"]["namespace"]) for series in found} == {(AGENT, NAMESPACE)}


def test_the_storage_refuses_another_password(sent: Sent) -> None:
    assert sent.storage.status("/api/v1/query?query=up", "guess") == 401


def test_a_storage_that_was_killed_misses_no_sample(sent: Sent) -> None:
    storage, begun = sent.storage, time.time()
    storage.kill()
    time.sleep(AWAY)
    storage.start()
    back = time.time()

    def times(agent: str) -> list[float]:
        window = int(time.time() - begun) + 10
        (series,) = storage.query(f'up{{job="semantic-router",__replica__="{agent}"}}[{window}s]')
        return [float(at) for at, _ in series["values"]]

    wait(
        lambda: all(times(agent)[-1] > back + 2 for agent in sent.agents), lambda: f"nothing later: {[times(name) for name in sent.agents]}"
    )
    during = {name: sum(begun < at < back for at in times(name)) for name in sent.agents}
    gaps = {name: max(later - earlier for earlier, later in itertools.pairwise(times(name))) for name in sent.agents}
    # A scrape a second, of which a busy machine may skip some.
    assert gaps[LONG_ENOUGH] < AWAY / 2, during
    assert during[LONG_ENOUGH] > AWAY * 0.7
    assert gaps[TOO_SHORT] > AWAY / 2, "a log that is truncated more often loses what is not sent"
