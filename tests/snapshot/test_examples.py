"""Every example runs as a program, and is reviewed as options are: `test_snapshots.py` says how."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cdk8s
import pytest
import yaml

from manifests import from_settings, key
from modules import load
from semantic_router_observability import settings_file
from semantic_router_observability.kubernetes.manifest import objects_of
from snapshot.test_snapshots import YamlFile, difference

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from manifests import Object

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted((ROOT / "examples").glob("*.py"))
SETTINGS = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots as YAML files."""
    return snapshot.use_extension(YamlFile)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_program(path: Path, snapshot: SnapshotAssertion, default_objects: list[Object]) -> None:
    module = load(path)
    app = cdk8s.App()
    module.build(app)
    assert difference(f"examples/{path.name}", default_objects, objects_of(app)) == snapshot


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_program_writes_its_manifests(path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-W", "ignore:Prefer using dashboardv2.Dashboard instead:DeprecationWarning"]
    done = subprocess.run([*command, str(path), str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    written = [
        manifest for file in (tmp_path / "out").glob("*.k8s.yaml") for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]
    assert len({key(manifest) for manifest in written}) == len(written) > 10


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.stem)
def test_settings(path: Path, snapshot: SnapshotAssertion, default_objects: list[Object]) -> None:
    objects = from_settings(settings_file.load(path))
    assert difference(f"examples/{path.name}", default_objects, objects) == snapshot


def test_each_example_is_listed_where_readers_look() -> None:
    for page in ("README.md", "docs/use-as-a-library.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        missing = [path.name for path in (*PROGRAMS, *SETTINGS) if f"examples/{path.name})" not in text]
        assert missing == [], page
