"""`sro doctor` without a cluster: what it needs, and what it says of the answers of a Prometheus. With one: `tests/cluster/test_doctor.py`."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from documentation import ROOT
from semantic_router_observability.__main__ import main
from semantic_router_observability.doctor import prometheus
from semantic_router_observability.doctor.cluster import Cluster
from semantic_router_observability.doctor.finding import FINE, PROBLEM, UNKNOWN, Finding, report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from manifests import Object

PAGES: dict[str, Any] = {}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(PAGES[self.path.partition("?")[0]]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    PAGES.clear()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor", str(ROOT / "dist")]) == 2
    assert capsys.readouterr().err == "error: kubectl: None: is not on PATH; install it, or run this where it is\n"


def test_a_cluster_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text("#!/bin/sh\necho 'The connection to the server localhost:8080 was refused' >&2\nexit 1\n", encoding="utf-8")
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert main(["doctor", str(ROOT / "dist")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "?? namespace vllm-semantic-router-system exists",
        "    The connection to the server localhost:8080 was refused",
    ]
    assert lines[-1] == "0 checks passed, 0 found a problem, 1 could not be checked"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("sample_limit exceeded", "prometheus.guards.sampleLimit"),
        ("body size limit exceeded", "larger than prometheus.guards"),
        ("dial tcp 10.0.0.1:9190: connect: connection refused", "loads its models"),
        ("context deadline exceeded", "NetworkPolicy"),
        ("server returned HTTP status 403 Forbidden", "strict mTLS"),
        ("something else", "README"),
    ],
)
def test_the_error_of_a_target_leads_to_its_cause(error: str, words: str, url: str) -> None:
    PAGES["/api/v1/targets"] = {
        "data": {"activeTargets": [{"labels": {"job": "semantic-router", "pod": "a"}, "health": "down", "lastError": error}]}
    }
    answers, router = prometheus.targets(url, {}, "here", Cluster(program="kubectl"))
    assert (answers.state, router.state, router.reason) == (FINE, PROBLEM, error)
    assert words in router.remedy


def test_rules_that_are_not_loaded_or_fail(url: str, default_objects: list[Object]) -> None:
    PAGES["/api/v1/rules"] = {"data": {"groups": []}}
    (missing,) = prometheus.rules(url, default_objects)
    assert missing.state == PROBLEM
    assert "not loaded: " in missing.reason
    groups = [part.strip() for part in missing.reason.removeprefix("not loaded: ").split(",")]
    PAGES["/api/v1/rules"] = {"data": {"groups": [{"name": name, "rules": []} for name in groups]}}
    (fine,) = prometheus.rules(url, default_objects)
    assert fine.state == FINE
    PAGES["/api/v1/rules"]["data"]["groups"][0]["rules"] = [{"name": "Mine", "health": "err", "lastError": "many-to-many"}]
    (failing,) = prometheus.rules(url, default_objects)
    assert (failing.state, failing.reason) == (PROBLEM, "Mine: many-to-many")


def test_series_alertmanagers_and_grafana(url: str) -> None:
    PAGES["/api/v1/query"] = {"data": {"result": []}}
    assert [finding.state for finding in prometheus.series(url)] == [PROBLEM]
    PAGES["/api/v1/query"] = {"data": {"result": [{"value": [0, "1"]}]}}
    assert [finding.state for finding in prometheus.series(url)] == [FINE]
    PAGES["/api/v1/alertmanagers"] = {"data": {"activeAlertmanagers": []}}
    assert list(prometheus.alertmanagers(url, {})) == []
    assert [finding.state for finding in prometheus.alertmanagers(url, {"alerting": {"alertmanagers": [{}]}})] == [PROBLEM]
    PAGES["/api/health"] = {"database": "failing"}
    assert [finding.state for finding in prometheus.grafana(url)] == [PROBLEM]
    PAGES["/api/health"] = {"database": "ok"}
    assert [finding.state for finding in prometheus.grafana(url)] == [FINE]


def test_the_report_counts() -> None:
    text = report([Finding("a", FINE), Finding("b", PROBLEM, "because", "do this"), Finding("c", UNKNOWN, "no rights")])
    assert (
        text == "ok a\n!! b\n    because\n    do this\n?? c\n    no rights\n\n1 checks passed, 1 found a problem, 1 could not be checked\n"
    )
