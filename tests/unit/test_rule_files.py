"""Rule files by path, and in how many ConfigMaps rules are kept."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from harness.programs import program
from manifests import find, from_yaml, new_chart, objects_of
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.budget import OBJECT_BUDGET, size_in_annotation
from semantic_router_observability.prometheus.rule_files import rules_at
from semantic_router_observability.prometheus.rule_maps import check_rule_config_maps

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object


def group(name: str, rules: int, text: str = "is down") -> dict[str, Any]:
    """A group of rules, about 100 bytes each."""
    return {
        "name": name,
        "rules": [{"alert": f"A{number}", "expr": f'up{{job="{name}"}} == 0', "annotations": {"summary": text}} for number in range(rules)],
    }


def maps(objects: list[Object]) -> dict[str, dict[str, str]]:
    """ConfigMaps with rules and what is in each."""
    return {
        found["metadata"]["name"]: found.get("data") or {}
        for found in objects
        if found["kind"] == "ConfigMap" and found["metadata"]["name"].startswith("prometheus-rules")
    }


def made(*rules: sro.RuleFile, **grafana: Any) -> list[Object]:
    """Objects of a stack with these rules."""
    chart = new_chart()
    prometheus = sro.PrometheusStack(chart, "prometheus", rules=rules)
    sro.GrafanaStack(chart, "grafana", sources=[prometheus], **grafana)
    return objects_of(chart)


LARGE = [sro.RuleFile(name=f"team-{number}", groups=[group(f"g{number}", 300)]) for number in range(20)]


@pytest.mark.parametrize("grafana", [{}, {"external_url": "https://grafana.example.com"}], ids=["", "linked"])
def test_rules_take_as_many_config_maps_as_they_need(grafana: dict[str, Any], tmp_path: Path) -> None:
    objects = made(*LARGE, **grafana)
    found = maps(objects)
    assert list(found) == ["prometheus-rules", "prometheus-rules-2", "prometheus-rules-3"]
    assert all(sum(map(size_in_annotation, texts.values())) < OBJECT_BUDGET for texts in found.values())
    files = [file for texts in found.values() for file in texts]
    assert len(files) == len(set(files))
    assert {file for file in files if file.startswith("team-")} == {f"team-{number}.yaml" for number in range(20)}
    volumes = find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"]
    (rules,) = (volume for volume in volumes if volume["name"] == "rules")
    assert [source["configMap"]["name"] for source in rules["projected"]["sources"]] == list(found)
    for texts in found.values():
        for file, text in texts.items():
            (tmp_path / file).write_text(text, encoding="utf-8")
    command = [program("promtool"), "check", "rules", *sorted(tmp_path.glob("*.yaml"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_most_files_stay_where_they_are_when_one_is_added() -> None:
    before, after = maps(made(*LARGE)), maps(made(*LARGE, sro.RuleFile(name="z", groups=[group("z", 1)])))
    assert {name: [file for file in texts if file != "z.yaml"] for name, texts in after.items()} == {
        name: list(texts) for name, texts in before.items()
    }


def test_by_default_there_is_one() -> None:
    objects = made()
    assert list(maps(objects)) == ["prometheus-rules"]
    volumes = find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "rules", "configMap": {"name": "prometheus-rules"}} in volumes


def test_a_file_that_no_config_map_holds_is_divided_between_its_groups() -> None:
    file = sro.RuleFile(name="all", groups=[group(f"g{number}", 300) for number in range(12)])
    texts = {name: text for held in maps(made(file)).values() for name, text in held.items() if name.startswith("all")}
    assert sorted(texts) == ["all-1.yaml", "all-2.yaml"]
    groups = [found for name in sorted(texts) for found in yaml.safe_load(texts[name])["groups"]]
    assert groups == list(file.groups)


def test_a_group_that_no_config_map_holds_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^prometheus: rules: group g: '\d+ bytes': keep a group under 220000 bytes; make two of it"):
        made(sro.RuleFile(name="all", groups=[group("g", 2500, "x" * 50)]))


OPERATOR = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "x"},
    "spec": {"groups": [group("o", 1)]},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with rule files."""
    (tmp_path / "Node Exporter.yml").write_text(yaml.safe_dump({"groups": [group("node", 2)]}), encoding="utf-8")
    (tmp_path / "operator.yaml").write_text(yaml.safe_dump(OPERATOR), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no rules", encoding="utf-8")
    return tmp_path


def test_files_and_directories(folder: Path) -> None:
    found = rules_at("x", [str(folder), str(folder / "operator.yaml")])
    assert [file.name for file in found] == ["node-exporter", "operator", "operator"]
    assert found[0].groups == (group("node", 2),)
    assert found[1].groups == (group("o", 1),)


def test_paths_are_relative_to_the_settings(folder: Path) -> None:
    (folder / "more").mkdir()
    objects = from_yaml("prometheus: {ruleFiles: [operator.yaml, 'Node Exporter.yml']}", folder)
    assert {"operator.yaml", "node-exporter.yaml"} <= set(maps(objects)["prometheus-rules"])


def test_config_maps_of_others(tmp_path: Path) -> None:
    """Each has a directory of its own, and may be missing."""
    objects = from_yaml("prometheus: {ruleConfigMaps: [checkout-rules, team.rules]}", tmp_path)
    (config,) = (item["data"]["prometheus.yml"] for item in objects if item["metadata"]["name"] == "prometheus-config")
    assert yaml.safe_load(config)["rule_files"] == [
        "/etc/prometheus/rules/*.yaml",
        "/etc/prometheus/config-maps/checkout-rules/*.yaml",
        "/etc/prometheus/config-maps/checkout-rules/*.yml",
        "/etc/prometheus/config-maps/team.rules/*.yaml",
        "/etc/prometheus/config-maps/team.rules/*.yml",
    ]
    (pod,) = (
        item["spec"]["template"]["spec"] for item in objects if item["kind"] == "StatefulSet" and item["metadata"]["name"] == "prometheus"
    )
    volumes = {volume["name"]: volume["configMap"] for volume in pod["volumes"] if volume["name"].startswith("rule-config-map")}
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    assert {mounts[name]: source for name, source in volumes.items()} == {
        "/etc/prometheus/config-maps/checkout-rules": {"name": "checkout-rules", "optional": True},
        "/etc/prometheus/config-maps/team.rules": {"name": "team.rules", "optional": True},
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a, b, a]", r"rule_config_maps\[2\]: 'a': is named twice; remove one"),
        ("[A_b]", r"rule_config_maps\[0\]: 'A_b': "),
        ("rules", r"rule_config_maps: 'rules': write a list, even of one"),
    ],
)
def test_config_maps_that_cannot_be(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        check_rule_config_maps("rule_config_maps", yaml.safe_load(text))


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.yaml", None, r"a\.yaml: 'FileNotFoundError': cannot be read; give a dashboard or a rule file"),
        ("a.yaml", "groups: [", r"a\.yaml: 'groups: \[': is neither JSON nor YAML"),
        ("a.yaml", "a: b", r"a\.yaml: 'a: b': holds no rules and no dashboard"),
        ("a.yaml", '{"title": "x", "panels": [{}]}', r"a\.yaml: a dashboard: give a file with rule groups"),
        (
            "a.yaml",
            "groups: [{name: g, rules: [{alert: A, expr: 'up =='}]}]",
            r"a\.yaml: groups\[0\]\.rules\[0\]\.expr: 'up ==': not PromQL",
        ),
        ("a", None, "holds no .yaml or .yml file"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, text: str | None, problem: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    elif "." not in name:
        path.mkdir()
    with pytest.raises(ConfigError, match=rf"^x\[0\]: .*{problem}"):
        rules_at("x", [str(path)])
