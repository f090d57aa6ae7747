"""Files that would end the process, or never let it end, are refused in one line with their place; see `yamltext.Loader`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from manifests import settings_of
from semantic_router_observability import ConfigError, promql
from semantic_router_observability.grafana.dashboards import DashboardFile, load
from semantic_router_observability.nesting import MOST_LEVELS, levels
from semantic_router_observability.yamltext import Loader

if TYPE_CHECKING:
    from pathlib import Path

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {k0: 1, k1: 1}\n" + "".join(
    f"{after}: &{after} {{<<: [{','.join([f'*{before}'] * 9)}]}}\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("prometheus: " + "[" * 100_000, ":1: column 112", "nested more than 100 levels deep"),
        ("".join(f"{' ' * level}a:\n" for level in range(2_000)), ":101: column 101", "nested more than 100 levels deep"),
        (LAUGHS, ":6: column 4", "holds more than 200000 values once its aliases are expanded"),
        (MERGES, "", "holds more than 200000 values once its aliases are expanded"),
        ("prometheus: &a {scrapeJobs: [*a]}", ":1: column 13", "holds an alias of itself"),
        ("namespace: 2024-13-45", ":1: column 12", "2024-13-45 cannot be read as timestamp; in quotes it is text"),
        ("namespace: !!int abc", ":1: column 12", "abc cannot be read as int; in quotes it is text"),
        ("namespace: !!float abc", ":1: column 12", "abc cannot be read as float; in quotes it is text"),
        (f"namespace: {'9' * 5000}", ":1: column 12", "cannot be read as int; in quotes it is text"),
        ("routers: !!set {a, b}", ":1: column 10", "could not determine a constructor for the tag 'tag:yaml.org,2002:set'"),
        ("namespace: !!binary aGVsbG8=", ":1: column 12", "could not determine a constructor"),
        ("prometheus: {guards: {sampleLimit: 0100}}", ":1: column 36", '0100 is the number 64 in YAML; write 64, or "0100" in quotes'),
        ("prometheus: {guards: {sampleLimit: 1:30}}", ":1: column 36", '1:30 is the number 90 in YAML; write 90, or "1:30" in quotes'),
    ],
    ids=lambda value: value[:20],
)
def test_settings_that_would_break_the_process(text: str, place: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings_of(text)
    line = str(refused.value)
    assert place in line
    assert problem in line
    assert "\n" not in line


def test_manifests_may_hold_file_modes() -> None:
    assert yaml.load("defaultMode: 0440", Loader=Loader) == {"defaultMode": 0o440}


def test_aliases_and_merges_within_reason_are_read() -> None:
    text = "a: &a {size: 20Gi}\nb: *a\nc: {<<: *a, type: claim}"
    assert yaml.load(text, Loader=Loader)["c"] == {"size": "20Gi", "type": "claim"}


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 100_000 + "up" + ")" * 100_000,
        "abs(" * 1_000 + "up" + ")" * 1_000,
        "+".join(["up"] * 20_000),
        "-" * 100_000 + "up",
        'up{job="' + "(" * 10 + '"} == ' + "(" * 101 + "1" + ")" * 101,
    ],
    ids=lambda value: value[:8],
)
def test_queries_that_would_end_the_parser(expression: str) -> None:
    with pytest.raises(ValueError, match=r"nested more than 100 levels deep|more than 1000 operators"):
        promql.parse(expression)


def test_brackets_and_operators_in_quotes_do_not_count() -> None:
    expression = 'up{job=~"' + "[(]" * 500 + "-" * 2_000 + '"}'
    assert levels(expression) == 1
    assert promql.parse(expression)


def test_a_dashboard_nested_without_end(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    for depth in (MOST_LEVELS, 900, 100_000):
        file.write_text('{"title": "x", "uid": "x", "panels": ' + "[" * depth + "]" * depth + "}")
        with pytest.raises(ConfigError, match="is nested more than 100 levels deep"):
            load([DashboardFile(path=str(file))])


@pytest.mark.parametrize("zero", ["0", "0s", "0m", "0h0m"])
def test_a_rule_may_wait_for_no_time(zero: str) -> None:
    rules = [{"name": "team", "groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up == 0", "for": zero}]}]}]
    assert settings_of(json.dumps({"prometheus": {"rules": rules}}))
    assert settings_of(json.dumps({"alerts": {"own": [{"name": "A", "expr": "up == 0", "for": zero, "severity": "info", "summary": "a"}]}}))
