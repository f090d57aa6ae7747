"""`make demo`: the Prometheus of `dist/` runs on this machine, finds simulated routers, evaluates its rules, and ends without leaving anything."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from documentation import ROOT
from harness.programs import program
from semantic_router_observability import Sizing
from simulator.demo import configuration, main, notifying

if TYPE_CHECKING:
    from pathlib import Path


def test_configuration_keeps_what_is_not_of_the_cluster(tmp_path: Path) -> None:
    whole = yaml.safe_load(
        yaml.safe_load((ROOT / "dist" / "1-prometheus-config.configmap.k8s.yaml").read_text(encoding="utf-8"))["data"]["prometheus.yml"]
    )
    found = configuration(ROOT / "dist", ["127.0.0.1:1", "127.0.0.1:2"], "127.0.0.1:9090", tmp_path)
    assert [job["job_name"] for job in found["scrape_configs"]] == ["semantic-router", "semantic-router-clients", "prometheus"]
    router, before = found["scrape_configs"][0], whole["scrape_configs"][0]
    assert [group["targets"] for group in router["static_configs"]] == [["127.0.0.1:1"], ["127.0.0.1:2"]]
    assert {group["labels"]["pod"] for group in router["static_configs"]} == {"semantic-router-0", "semantic-router-1"}
    assert router["metric_relabel_configs"] == before["metric_relabel_configs"]
    assert router["sample_limit"] == before["sample_limit"]
    assert found["global"] == whole["global"]


def test_a_folder_without_a_prometheus(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no configuration of a Prometheus"):
        configuration(tmp_path, [], "127.0.0.1:9090", tmp_path)


def test_a_program_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--prometheus", str(tmp_path / "prometheus")]) == 2
    assert "is missing; run make tools" in capsys.readouterr().err


def asked(port: int, path: str, **query: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=10) as answer:
        return json.load(answer)["data"]


@pytest.mark.cluster
def test_demo(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'constructs'}", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "simulator.demo", "--prometheus", str(program("prometheus")), "--port", str(port)]
    text = (ROOT / "dist" / "1-prometheus-rules.configmap.k8s.yaml").read_text(encoding="utf-8")
    shipped = [
        rule for file in yaml.safe_load(text)["data"].values() for group in yaml.safe_load(file)["groups"] for rule in group["rules"]
    ]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        assert demo.stdout.readline() == f"Prometheus   http://127.0.0.1:{port}/query\n"
        end = time.monotonic() + 60

        def answer(query: str, least: int = 1) -> Any:
            """Ask until there are so many series: each job has its own moment of the first scrape."""
            while len(series := asked(port, "query", query=query)["result"]) < least:
                assert time.monotonic() < end, f"{query}: {series}"
                time.sleep(0.5)
            return series

        found = answer('up{job="semantic-router"} == 1', 2)
        assert {series["metric"]["namespace"] for series in found} == {"vllm-semantic-router-system"}
        assert {series["metric"]["pod"] for series in found} == {"semantic-router-0", "semantic-router-1"}
        answer("count(llm_model_requests_total)")
        (own,) = answer('scrape_samples_post_metric_relabeling{job="prometheus"}')
        # Some of them show after the first queries and evaluations.
        counted = Sizing(pods=1).series_by_job["prometheus"]
        assert 0.75 * counted < float(own["value"][1]) < 1.1 * counted
        rules = [rule for group in asked(port, "rules")["groups"] for rule in group["rules"]]
        assert len(rules) == len(shipped)
        assert [rule["name"] for rule in rules if rule["health"] == "err"] == []
    finally:
        demo.send_signal(signal.SIGINT)
        rest = demo.communicate(timeout=30)[0]
    assert demo.returncode == 0, rest
    assert [path.name for path in tmp_path.iterdir()] == []
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.cluster
def test_alertmanager_of_the_manifests_routes_as_they_say(tmp_path: Path) -> None:
    """Its configuration is that of the manifests; what it would send is printed with the receiver that the routes choose."""
    settings = tmp_path / "observability.yaml"
    settings.write_text((ROOT / "examples" / "alertmanager.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(
        [sys.executable, "main.py", "--config", settings, "--output", tmp_path / "dist"], cwd=ROOT, check=True, capture_output=True
    )
    with socket.socket() as first, socket.socket() as second:
        ports = []
        for free in (first, second):
            free.bind(("127.0.0.1", 0))
            ports.append(str(free.getsockname()[1]))
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'constructs'}"}
    programs = ["--prometheus", str(program("prometheus")), "--alertmanager", str(program("alertmanager"))]
    command = [sys.executable, "-m", "simulator.demo", "--manifests", str(tmp_path / "dist"), *programs]
    demo = subprocess.Popen(
        [*command, "--port", ports[0], "--alertmanager-port", ports[1]], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert demo.stdout is not None
        printed = []
        # The heartbeat of the dead man's switch comes at once, by a route and a receiver of its own.
        while not (printed and printed[-1].startswith("notified")):
            printed.append(demo.stdout.readline())
            assert printed[-1], printed
        assert f"Alertmanager http://127.0.0.1:{ports[1]}, which prints here what it would send\n" in printed
        assert printed[-1].split() == ["notified", "dead-man-switch", "firing", "Watchdog", "info"]
    finally:
        demo.send_signal(signal.SIGINT)
        rest = demo.communicate(timeout=30)[0]
    assert demo.returncode == 0, rest


def test_an_alertmanager_keeps_its_routes_and_loses_its_credentials() -> None:
    config = {
        "global": {"smtp_auth_password_file": "/secret"},
        "templates": ["/a.tmpl"],
        "route": {"receiver": "chat", "routes": [{"receiver": "nobody", "matchers": ['severity="info"']}]},
        "receivers": [{"name": "chat / all", "slack_configs": [{"api_url_file": "/secret"}]}, {"name": "nobody"}],
    }
    assert notifying(config, "http://127.0.0.1:1") == {
        "route": config["route"],
        "receivers": [{"name": "chat / all", "webhook_configs": [{"url": "http://127.0.0.1:1/chat%20%2F%20all"}]}, {"name": "nobody"}],
    }


def test_an_alertmanager_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_map = {"data": {"alertmanager.yml": "receivers: []\n"}}
    (tmp_path / "1-alertmanager-config.configmap.k8s.yaml").write_text(yaml.safe_dump(config_map), encoding="utf-8")
    given = ["--manifests", str(tmp_path), "--prometheus", sys.executable, "--alertmanager", str(tmp_path / "alertmanager")]
    assert main(given) == 2
    assert "make demo ALERTMANAGER=PROGRAM" in capsys.readouterr().err
