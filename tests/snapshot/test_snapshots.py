"""What each option writes, one reviewable file a case.

`test_default.yaml` shows everything, except dashboards: `dashboards/` holds them. Every other file shows what a reviewer of that option looks
at: its settings, the names of the objects that are gone, and in full the objects that are new or different, except rule files, of which it
shows the rules that are new or different. Renew them with `python -m pytest tests/snapshot --snapshot-update`.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from manifests import from_yaml, key, new_chart, objects_of
from rule_changes import changes, rule_files
from snapshot_cases import IN_PYTHON, IN_YAML

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cdk8s import Chart
    from syrupy.assertion import SnapshotAssertion

    from manifests import Object
    from rule_changes import Rules

FILES = Path(__file__).parent / "files"
"""Dashboards that cases refer to; settings are read as if they lay here."""


class YamlFile(SingleFileSnapshotExtension):
    """A snapshot is a YAML file named after its test and case."""

    file_extension = "yaml"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots in the form above."""
    return snapshot.use_extension(YamlFile)


def test_default(snapshot: SnapshotAssertion, default_objects: list[Object]) -> None:
    assert document("Every setting left out.", default_objects) == snapshot


@pytest.mark.parametrize("case", IN_YAML)
def test_settings(case: str, snapshot: SnapshotAssertion, default_objects: list[Object], tmp_path: Path) -> None:
    for file in FILES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = inspect.cleandoc(IN_YAML[case])
    assert difference(text, default_objects, from_yaml(text, tmp_path)) == snapshot


@pytest.mark.parametrize("build", IN_PYTHON, ids=lambda build: build.__name__)
def test_code(build: Callable[[Chart], None], snapshot: SnapshotAssertion, default_objects: list[Object]) -> None:
    chart = new_chart()
    build(chart)
    source = inspect.cleandoc(inspect.getsource(build))
    assert difference(source, default_objects, objects_of(chart)) == snapshot


def difference(title: str, before: list[Object], after: list[Object]) -> str:
    """The objects of `after` that `before` has not, or has otherwise; those that are gone by name."""
    known = {key(manifest): manifest for manifest in before}
    left = {key(manifest) for manifest in after}
    gone = [name for name in known if name not in left]
    changed = [manifest for manifest in after if known.get(key(manifest)) != manifest]
    same = len(after) - len(changed)
    notes = [title, "", f"Unchanged: {same} objects.", *(f"Gone: {name}" for name in gone)]
    return document("\n".join(notes), changed, rule_files(before))


def document(title: str, objects: list[Object], known: Mapping[str, Rules] = {}) -> str:
    """YAML documents under a comment."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in title.splitlines())
    shown = [
        yaml.dump(_readable(manifest, known), Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True) for manifest in objects
    ]
    return comment + "".join(f"---\n{text}" for text in shown)


def _readable(value: Any, known: Mapping[str, Rules], name: str = "") -> Any:
    """Name a dashboard instead of repeating it, and show of a known rule file what differs."""
    if isinstance(value, dict):
        return {inner: _readable(item, known, inner) for inner, item in value.items()}
    if isinstance(value, list):
        return [_readable(item, known) for item in value]
    if name.endswith(".json") and isinstance(value, str):
        model = json.loads(value)
        return f"(dashboard {model['uid']!r}: {model['title']})"
    return changes(value, known[name]) if name in known else value


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as it is, and nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
