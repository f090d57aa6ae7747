"""Rule files: what Prometheus would load, and what it would not."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from harness.programs import program
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.prometheus.rules import RuleFile

if TYPE_CHECKING:
    from pathlib import Path

ALERT = {"alert": "Down", "expr": "up == 0"}
RECORD = {"record": "job:up:sum", "expr": "sum by (job) (up)"}


def file(*rules: Any, **group: Any) -> RuleFile:
    """A rule file with one group."""
    return RuleFile(name="a", groups=({"name": "g", "rules": list(rules), **group},))


RULES = [
    ALERT,
    RECORD,
    ALERT | {"for": "5m", "keep_firing_for": "1h30m", "labels": {"severity": "page"}, "annotations": {"summary": "{{ $value }}"}},
    ALERT | {"for": 0},
    ALERT | {"for": "0s", "labels": None},
    RECORD | {"labels": {"a": 1}},
    {"record": "a", "expr": 1},
    {"record": "service.up", "expr": "up", "labels": {"service.name": "router", "größe": "x"}},
    ALERT | {"labels": {"service.name": "router"}, "annotations": {"runbook-url": "https://example.com", "a b": "c"}},
]


@pytest.mark.parametrize("rule", RULES)
def test_rules(rule: dict[str, Any]) -> None:
    assert file(rule).groups[0]["rules"] == [rule]


def test_promtool_takes_them_too(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    groups = [{"name": f"g{number}", "rules": [rule]} for number, rule in enumerate(RULES)]
    path.write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    done = subprocess.run([program("promtool"), "check", "rules", path], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("group", [{}, {"interval": "1m", "limit": 5, "query_offset": "30s", "labels": {"team": "a"}}])
def test_groups(group: dict[str, Any]) -> None:
    assert file(ALERT, **group).name == "a"


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({}, "give each rule either 'alert' or 'record'"),
        (ALERT | RECORD, "give each rule either 'alert' or 'record'"),
        (["up"], "give each rule either 'alert' or 'record'"),
        (ALERT | {"alert": ""}, "give it a name"),
        (ALERT | {"alert": 5}, "give it a name"),
        (ALERT | {"expr": "up =="}, "not PromQL"),
        (ALERT | {"expr": None}, "not PromQL"),
        (ALERT | {"expr": "sum(up) by"}, "not PromQL"),
        (ALERT | {"for": "5 minutes"}, "write a Prometheus duration"),
        (ALERT | {"severity": "page"}, "unknown key"),
        (RECORD | {"annotations": {"summary": "a"}}, "unknown key"),
        (RECORD | {"for": "5m"}, "unknown key"),
        (ALERT | {"labels": {"__name__": "c"}}, "'__name__' is the metric's"),
        (ALERT | {"annotations": {"": "c"}}, "write a name, such as team"),
        (ALERT | {"labels": ["a"]}, "write names and values"),
    ],
)
def test_no_rules(rule: Any, problem: str) -> None:
    with pytest.raises(ConfigError, match=rf"^RuleFile 'a': groups\[0\].*{problem}"):
        file(rule)


@pytest.mark.parametrize(
    ("group", "problem"),
    [
        ({"interval": "often"}, "write a Prometheus duration"),
        ({"partial_response_strategy": "warn"}, "unknown key"),
        ({"name": 5}, "give each group a name"),
        ({"rules": "up"}, "give each group a name and a list of rules"),
    ],
)
def test_no_groups(group: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        file(ALERT, **group)
