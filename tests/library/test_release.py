"""What `.ci/release` writes: an archive that is the same each time, the wheel, notes, and checksums that fit; and when it refuses."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = re.findall(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[0]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the checkout that git knows, as they are now."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    wanted = [name for name in listed if name and not name.startswith(("tests/", "imports/", "docs/")) and (ROOT / name).is_file()]
    for name in wanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / ".ci" / "release").chmod(0o755)
    return folder


def release(checkout: Path, version: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHON": sys.executable}
    return subprocess.run([".ci/release", version], cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_files(checkout: Path) -> None:
    done = release(checkout, f"v{VERSION}")
    assert done.returncode == 0, done.stderr
    out = checkout / "build" / "release"
    archive = out / f"semantic-router-observability-{VERSION}-manifests.tar.gz"
    assert {path.name for path in out.iterdir()} == {
        archive.name,
        f"semantic_router_observability-{VERSION}-py3-none-any.whl",
        "images.txt",
        "notes.md",
        "SHA256SUMS",
    }
    lines = (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert sums == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir() if path.name != "SHA256SUMS"}
    with tarfile.open(archive) as files:
        names = files.getnames()
    assert {f"dist/{path.name}" for path in (ROOT / "dist").iterdir()} <= set(names)
    assert {"kustomization.yaml", "observability.yaml", "LICENSE"} <= set(names)
    assert "sro doctor" in (out / "notes.md").read_text(encoding="utf-8")
    # The part of the version, once it has one, and nothing else.
    changelog = checkout / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(text.replace("## Unreleased", f"## Unreleased\n\n- Later.\n\n## {VERSION}"), encoding="utf-8")
    assert release(checkout, VERSION).returncode == 0
    assert "Later." not in (out / "notes.md").read_text(encoding="utf-8")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == sums[archive.name]
    changelog.write_text(text, encoding="utf-8")


def test_refusals(checkout: Path) -> None:
    done = release(checkout, "v9.9.9")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f"error: version: '9.9.9': pyproject.toml has {VERSION}; write the version there, and tag that commit",
    )
    stale = checkout / "dist" / "images.txt"
    text = stale.read_bytes()
    stale.write_bytes(text + b"more\n")
    try:
        done = release(checkout, f"v{VERSION}")
    finally:
        stale.write_bytes(text)
    assert done.returncode == 2
    assert done.stderr == "error: dist: is not what observability.yaml gives; run make dist and commit\n"
