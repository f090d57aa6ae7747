"""`sro diff`: each kind of effect is found where it is, and nowhere else; what the command reads, prints and exits with."""

from __future__ import annotations

import copy
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from changes import CHANGES, HOME, Stack
from documentation import ROOT
from manifests import from_yaml
from semantic_router_observability.__main__ import main
from semantic_router_observability.effects.changes import compare
from semantic_router_observability.effects.effect import KINDS
from snapshot_cases import IN_YAML

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

FILES = ROOT / "tests" / "snapshot" / "files"


def edited(objects: list[Object], name: str) -> list[Object]:
    stack = Stack(copy.deepcopy(objects))
    CHANGES[name].edit(stack)
    return stack.objects


def write(folder: Path, objects: list[Object]) -> Path:
    folder.mkdir()
    (folder / "all.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_has_its_effects_and_no_others(name: str, default_objects: list[Object]) -> None:
    found = compare(default_objects, edited(default_objects, name)).effects
    expected = CHANGES[name].effects
    for key, start in expected.items():
        assert [effect for effect in found if f"{effect.kind} {effect.subject}" == key and effect.text.startswith(start)], (key, found)
    assert {f"{effect.kind} {effect.subject}" for effect in found} == set(expected)


def test_every_kind_is_tried() -> None:
    assert {key.split(" ", 1)[0] for change in CHANGES.values() for key in change.effects} == set(KINDS)


def test_the_page_lists_the_kinds() -> None:
    table = (ROOT / "docs" / "review-a-change.md").read_text(encoding="utf-8").split("<!-- table: kinds -->\n")[1].split("\n\n")[0]
    assert [line.split("`")[1] for line in table.splitlines()[2:]] == list(KINDS)


def test_the_way_back_of_a_loosening_is_none(default_objects: list[Object]) -> None:
    for name in (
        "a higher threshold",
        "a slower alert",
        "a lower severity",
        "less time",
        "less space",
        "one more verb",
        "a policy with a hole",
    ):
        assert compare(edited(default_objects, name), default_objects).effects == (), name


@pytest.mark.parametrize("name", IN_YAML)
def test_every_snapshot_case_against_the_default(name: str, default_objects: list[Object], tmp_path: Path) -> None:
    for file in FILES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    after = from_yaml(IN_YAML[name], tmp_path)
    changes = compare(default_objects, after)
    assert compare(after, after) == ((), (), (), ())
    assert all(effect.kind in KINDS and effect.subject and effect.text for effect in changes.effects)
    claims = {item["metadata"]["name"] for item in default_objects if item["kind"] == "PersistentVolumeClaim"}
    left = {item["metadata"]["name"] for item in after if item["kind"] == "PersistentVolumeClaim"}
    if name != "namespace":
        assert {effect.subject.split("/")[1] for effect in changes.effects if "no longer in the manifests" in effect.text} == claims - left


def test_the_forms_of_the_report(tmp_path: Path, default_objects: list[Object], capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path / "old", default_objects)
    new = write(tmp_path / "new", edited(default_objects, "another image"))
    assert main(["diff", str(old), str(new)]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Pods replaced\n  StatefulSet {HOME}/prometheus: its pod is replaced;")
    assert text.endswith(f"Changed: StatefulSet {HOME}/prometheus\nObjects: 1 changed. Pods replaced: 1. Images changed: 1\n")
    assert main(["diff", str(old), str(new), "--output", "markdown"]) == 0
    assert f"### Images changed\n\n- `StatefulSet {HOME}/prometheus`: container prometheus:" in capsys.readouterr().out
    assert main(["diff", str(old), str(new), "--output", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["changed"] == [f"StatefulSet {HOME}/prometheus"]
    assert [effect["kind"] for effect in found["effects"]] == ["restart", "images"]
    assert main(["diff", str(old), str(old)]) == 0
    assert capsys.readouterr().out == "No object changes\n"


def test_exit_codes(tmp_path: Path, default_objects: list[Object]) -> None:
    sides = [str(write(tmp_path / "old", default_objects)), str(write(tmp_path / "new", edited(default_objects, "another image")))]
    assert main(["diff", *sides, "--fail-on", "data"]) == 0
    assert main(["diff", *sides, "--fail-on", "data", "--fail-on", "restart"]) == 1
    assert main(["diff", *sides, "--fail-on", "any"]) == 1
    assert main(["diff", sides[0], sides[0], "--fail-on", "any"]) == 0


def test_sides_may_be_settings_and_git_revisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "other.yaml"
    settings.write_text("prometheus: {retention: 2d}\n", encoding="utf-8")
    monkeypatch.chdir(ROOT)
    assert main(["diff", "dist", str(settings)]) == 0
    assert "retention time 15d -> 2d" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "a"],
    ):
        if command == ["add", "."]:
            write(tmp_path / "dist", from_yaml(""))
        subprocess.run(["git", *command], check=True)
    write(tmp_path / "now", from_yaml("prometheus: {retention: 2d}"))
    assert main(["diff", "HEAD", "now"]) == 0
    assert "retention time 15d -> 2d" in capsys.readouterr().out
    assert main(["diff", "HEAD:dist", "dist"]) == 0
    assert capsys.readouterr().out == "No object changes\n"


NOWHERE = "is no file, folder or git revision that holds manifests; write a path such as dist, or a revision such as main or main:dist"


@pytest.mark.parametrize(
    ("files", "sides", "line"),
    [
        ({}, ["nowhere", "dist"], f"error: OLD: 'nowhere': {NOWHERE}"),
        ({}, ["--", "--upload-pack=x", "dist"], f"error: OLD: '--upload-pack=x': {NOWHERE}"),
        ({"a.yaml": "kind: Service\nmetadata: {name: a}\n"}, ["a.yaml", ""], f"error: NEW: '': {NOWHERE}"),
        ({"a.yaml": "[1, 2]\n"}, ["a.yaml", "a.yaml"], "error: OLD: 'a.yaml': holds something that is not a Kubernetes object"),
        ({"a.yaml": "a: [\n"}, ["a.yaml", "a.yaml"], "error: OLD: 'a.yaml': is not YAML"),
        ({"a.yaml": "namespace: a\n"}, ["a.yaml", "a.yaml"], "error: OLD: 'a.yaml': is a settings file, and there is no main.py here"),
    ],
    ids=["nothing of the name", "an option of git", "an empty name", "a list", "no YAML", "settings without a main.py"],
)
def test_a_side_that_cannot_be_read(
    files: dict[str, str], sides: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["diff", *sides]) == 2
    assert capsys.readouterr().err.startswith(line)
