"""Metrics that nothing shipped queries: which they are, and that only those can be dropped."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from documentation import ROOT
from manifests import find, from_yaml
from refusals import refusal
from semantic_router_observability.__main__ import main
from semantic_router_observability.prometheus.unused import is_queried, queried
from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "tests" / "recorded" / "mixed.prom"
SPARE = "llm_model_selection_history"


def test_the_command_lists_them_and_the_setting_that_drops_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "unused", "--metrics", str(PAGE)]) == 0
    printed = capsys.readouterr().out
    report, _, setting = printed.partition("\n\n")
    listed = [line.split()[1] for line in report.splitlines()[:-1]]
    assert SPARE in listed
    assert not [name for name in listed if is_queried(name)]
    text = PAGE.read_text(encoding="utf-8")
    for line in report.splitlines()[:-1]:
        number, name = line.split()
        assert len(re.findall(rf"^{name}(?:_bucket|_sum|_count)?[ {{]", text, re.MULTILINE)) == int(number.replace(",", ""))
    assert "295  of 1,253 series of this page, 24%" in report
    names = yaml.safe_load(setting)["prometheus"]["guards"]["dropFamilies"]
    assert set(names) <= set(listed)
    assert from_yaml(setting)


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "unused", "--metrics", str(PAGE), "--output", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["series"] == 1253
    assert sum(entry["series"] for entry in answer["unused"]) == 295
    assert SPARE in answer["dropFamilies"]
    assert main(["contract", "unused", "--metrics", "nowhere.prom"]) == 2


def test_what_rules_and_dashboards_query_is_known() -> None:
    assert {"llm_model_requests_total", "llm_model_completion_latency_seconds_bucket"} <= queried()
    assert 60 < sum(is_queried(name) for name in families()) < len(families())


def test_dropped_families_are_not_stored() -> None:
    data = find(from_yaml(f"prometheus: {{guards: {{dropFamilies: [{SPARE}, go_info]}}}}"), "ConfigMap", "prometheus-config")["data"]
    jobs = {job["job_name"]: job for job in yaml.safe_load(data["prometheus.yml"])["scrape_configs"]}
    drop = {"source_labels": ["__name__"], "regex": f"(?:go_info|{SPARE})(?:_bucket|_count|_sum)?", "action": "drop"}
    assert drop in jobs["semantic-router"]["metric_relabel_configs"]


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (
            "llm_model_requests_total",
            "[0]: 'llm_model_requests_total': a shipped dashboard or rule queries it; sro contract unused lists what may go",
        ),
        (
            "go_info, llm_model_selection_histor",
            (
                "[1]: 'llm_model_selection_histor': the router has no family of this name; did you mean llm_model_selection_history? "
                "sro contract unused lists what may go"
            ),
        ),
        ("go_info, go_info", ": 'go_info': two families share this name; rename one"),
    ],
)
def test_others_are_refused(names: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(f"prometheus: {{guards: {{dropFamilies: [{names}]}}}}", tmp_path, capsys) == f"prometheus.guards.dropFamilies{line}"
