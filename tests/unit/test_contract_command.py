"""`sro contract`: what it prints and how it exits."""

from __future__ import annotations

import io
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from harness.pages import RECORDED
from semantic_router_observability.__main__ import main
from simulator import Router, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GOOD = "sum(rate(llm_model_requests_total[5m]))"
BAD = "sum(rate(llm_model_request_total[5m]))"
PAGE = Router(1, Scenario.everything_on()).exposition(3600.0)


def rule_file(expression: str) -> str:
    return yaml.safe_dump({"groups": [{"name": "g", "rules": [{"alert": "A", "expr": expression}]}]})


def dashboard(expression: str) -> str:
    return json.dumps({"title": "t", "uid": "u", "panels": [{"title": "P", "targets": [{"refId": "A", "expr": expression}]}]})


def holder(kind: str, **fields: object) -> str:
    return yaml.safe_dump_all([{"apiVersion": "v1", "kind": "Service"}, {"apiVersion": "v1", "kind": kind, **fields}])


FORMS = {
    "rules.yaml": rule_file,
    "dashboard.json": dashboard,
    "api.json": lambda expression: json.dumps({"dashboard": json.loads(dashboard(expression)), "meta": {}}),
    "operator.yaml": lambda expression: holder("PrometheusRule", spec=yaml.safe_load(rule_file(expression))),
    "configmap.yaml": lambda expression: holder("ConfigMap", data={"a.json": dashboard(expression), "b.yaml": rule_file(GOOD)}),
}


@pytest.mark.parametrize("name", FORMS)
def test_check(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / name
    file.write_text(FORMS[name](GOOD))
    assert main(["contract", "check", str(file)]) == 0
    assert capsys.readouterr().out == ""
    file.write_text(FORMS[name](BAD))
    assert main(["contract", "check", str(file)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(str(file))
    assert "no metric llm_model_request_total; the nearest are llm_model_requests_total" in line


def test_what_is_shipped_keeps_the_contract_strictly(capsys: pytest.CaptureFixture[str]) -> None:
    """Recording rules, alerts and dashboards of the default stack, as synthesized, and the dashboards that are imported by hand."""
    files = [
        ROOT / "dist" / "1-prometheus-rules.configmap.k8s.yaml",
        *(ROOT / "dist").glob("grafana-dashboard-*"),
        *(ROOT / "dashboards").glob("*.json"),
    ]
    assert main(["contract", "check", "--strict", *map(str, files)]) == 0
    assert capsys.readouterr().out == ""


def test_check_knows_what_another_file_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    p95 = "histogram_quantile(0.95, sum by (le) (rate(llm_model_ttft_seconds_bucket[5m])))"
    recorded = yaml.safe_dump({"groups": [{"name": "g", "rules": [{"record": "a:ttft:p95", "expr": p95}]}]})
    (tmp_path / "records.yaml").write_text(recorded)
    (tmp_path / "alerts.yaml").write_text(rule_file("a:ttft:p95 > 10"))
    assert main(["contract", "check", str(tmp_path / "alerts.yaml"), str(tmp_path / "records.yaml")]) == 1
    assert "> 10 can never be true" in capsys.readouterr().out


def test_check_takes_labels_and_strictness(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(rule_file('rate(llm_model_requests_total{cluster="a"}[5m]) > 1'))
    assert main(["contract", "check", str(file)]) == 1
    assert main(["contract", "check", str(file), "--label", "cluster"]) == 0
    file.write_text(rule_file("shop_orders_total > 5"))
    assert main(["contract", "check", str(file)]) == 0
    assert main(["contract", "check", str(file), "--strict"]) == 1
    assert "no metric shop_orders_total" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), ("{", "neither JSON nor YAML"), ("a: 1", "holds no rules and no dashboard"), ("", "holds no rules")],
)
def test_check_says_which_file_is_unusable(text: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file.yaml"
    if text is not None:
        file.write_text(text)
    assert main(["contract", "check", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {file}: ")
    assert said in line


CHANGES = {
    "same": (lambda page: page, []),
    "renamed": (
        lambda page: page.replace("llm_cache_entries_total", "llm_cache_entries"),
        ["renamed: llm_cache_entries_total is now llm_cache_entries"],
    ),
    "renamed as OpenMetrics names counters": (
        lambda page: page.replace("llm_model_selection_history", "llm_model_selection_history_total"),
        ["renamed: llm_model_selection_history is now llm_model_selection_history_total"],
    ),
    "dropped": (
        lambda page: "\n".join(line for line in page.splitlines() if "llm_decision_evaluation_total" not in line),
        ["dropped: llm_decision_evaluation_total (counter) should be there from the start"],
    ),
    "added": (
        lambda page: page + '# TYPE llm_brand_new_thing gauge\nllm_brand_new_thing{shape="round"} 1\n',
        ["added: llm_brand_new_thing (gauge) with shape"],
    ),
    "type": (
        lambda page: page.replace("# TYPE llm_cache_entries_total gauge", "# TYPE llm_cache_entries_total counter"),
        ["changed: llm_cache_entries_total is a counter, was a gauge"],
    ),
    "labels": (
        lambda page: re.sub(r"(llm_cache_entries_total\{)backend=", r"\1store=", page),
        ["changed: llm_cache_entries_total has label store", "changed: llm_cache_entries_total lacks label backend"],
    ),
    "buckets": (
        lambda page: re.sub(r'(llm_model_ttft_seconds_bucket\{.*le=")10"', r'\g<1>60"', page),
        [
            (
                "changed: llm_model_ttft_seconds has buckets 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 60; "
                "were 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10"
            )
        ],
    ),
    "another Go": (lambda page: page + "# TYPE go_brand_new gauge\ngo_brand_new 1\n", []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_diff(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change, lines = CHANGES[name]
    file = tmp_path / "metrics"
    file.write_text(change(PAGE))
    assert main(["contract", "diff", "--metrics", str(file)]) == (1 if lines else 0)
    assert capsys.readouterr().out.splitlines() == lines


def test_diff_of_a_quiet_router_misses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "metrics"
    file.write_text(Router(1, Scenario.silent()).exposition(60.0))
    assert main(["contract", "diff", "--metrics", str(file)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(r"^\d+ families that appear with their first event are not on the page", printed.err, re.MULTILINE)


@pytest.fixture
def served() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/metrics"
        server.shutdown()
        thread.join()


def test_diff_finds_values_that_no_list_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page"
    recorded = (RECORDED / "mixed.prom").read_text(encoding="utf-8")
    page.write_text(recorded.replace('reason="upstream_5xx"', 'reason="jailbreak_block"'), encoding="utf-8")
    assert main(["contract", "diff", "--metrics", str(page)]) == 1
    output = capsys.readouterr()
    assert output.out == 'changed: llm_request_errors_total has reason="jailbreak_block", which is in no list\n'
    assert "not on the page: llm_request_errors_total with reason " in output.err
    assert "upstream_5xx" in output.err


def test_diff_misses_values_that_are_there_from_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page"
    recorded = (RECORDED / "start.prom").read_text(encoding="utf-8")
    page.write_text("".join(line for line in recorded.splitlines(keepends=True) if 'method="knn"' not in line), encoding="utf-8")
    assert main(["contract", "diff", "--metrics", str(page)]) == 1
    assert 'changed: llm_model_selection_total lacks method="knn", which should be there from the start' in capsys.readouterr().out


@pytest.mark.parametrize(
    "selector",
    [
        'llm_request_errors_total{reason="jailbreak_block"}',
        'llm_request_errors_total{reason="pii_policy_denied"}',
        'llm_request_errors_total{reason="cancellation"}',
        'llm_request_errors_total{reason=~"jailbreak.*"}',
        'llm_plugin_execution_total{status="blocked"}',
        'llm_signal_match_total{signal_type="context"}',
        'llm_cache_plugin_hits_total{plugin_type="semantic-cache"}',
        'llm_plugin_execution_total{plugin_type="semantic-cache"}',
    ],
)
def test_strict_refuses_values_that_the_router_never_writes(selector: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        json.dumps({"groups": [{"name": "a", "rules": [{"record": "a:b", "expr": f"rate({selector}[5m])"}]}]}), encoding="utf-8"
    )
    assert main(["contract", "check", "--strict", str(rules)]) == 1
    assert f"{selector.partition('{')[0]} has no " in capsys.readouterr().out


def test_diff_reads_an_address_and_standard_input(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["contract", "diff", "--metrics", served]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(PAGE))
    assert main(["contract", "diff", "--metrics", "-"]) == 0


@pytest.mark.parametrize("text", [None, "", "<html>", "metric{ 5", 'metric{a="1", ="2"} 5'])
def test_diff_says_that_a_page_is_unusable(text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "metrics"
    if text is not None:
        file.write_text(text)
    assert main(["contract", "diff", "--metrics", str(file)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_diff_says_that_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "diff", "--metrics", "http://127.0.0.1:1/metrics"]) == 2
    assert "cannot be read" in capsys.readouterr().err
