"""Commands that take long report their steps to someone who watches, and to nobody else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from documentation import ROOT
from semantic_router_observability.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What someone sees on standard error who runs a command in a terminal."""
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        main([*arguments])
    return terminal.getvalue().splitlines()


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=Someone", "-c", "user.email=someone@example.com", *arguments]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one object in the `dist` of its only commit, and settings that a `main.py` synthesizes into two."""
    (tmp_path / "dist").mkdir()
    manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}, data: {a: b}}\n"
    (tmp_path / "dist" / "a.yaml").write_text(manifest.replace("NAME", "first"), encoding="utf-8")
    manifests = "---\n".join(manifest.replace("NAME", name) for name in ("first", "second"))
    program = f"import pathlib, sys\nout = pathlib.Path(sys.argv[-1])\nout.mkdir()\n(out / 'a.yaml').write_text({manifests!r})\n"
    (tmp_path / "main.py").write_text(program, encoding="utf-8")
    (tmp_path / "settings.yaml").write_text("namespace: a\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "dist")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("repository")
def test_diff_reports_reading_and_synthesizing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert watched(["diff", "HEAD", "settings.yaml"], monkeypatch) == [
        "OLD: reading dist of git revision HEAD",
        "NEW: synthesizing settings.yaml with main.py",
        "comparing 1 objects with 2",
    ]
    report = capsys.readouterr().out
    assert main(["diff", "HEAD", "settings.yaml"]) == 0
    unwatched = capsys.readouterr()
    assert unwatched.err == ""
    assert unwatched.out == report, "the report is the same"


KUBECTL = """\
#!/bin/sh
case "$*" in
  *"config current-context"*) echo kind-here ;;
  *"get namespace vllm-semantic-router-system"*"--ignore-not-found"*) ;;
  *"get namespace vllm-semantic-router-system"*) echo namespace/vllm-semantic-router-system ;;
  *"get secret grafana-admin --ignore-not-found"*) echo secret/grafana-admin ;;
  *"--output=json"*) echo '{"items": []}' ;;
  *) ;;
esac
"""


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl of a cluster that has the namespace and nothing in it."""
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text(KUBECTL, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


@pytest.mark.usefixtures("kubectl")
def test_doctor_reports_what_it_asks_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["doctor", str(ROOT / "dist")]
    steps = watched(command, monkeypatch)
    assert steps[0] == "asking the API server for namespaces"
    assert steps[1].startswith("looking for ")
    assert steps[1].endswith(" objects")
    assert steps[2:] == ["looking for Secrets and their keys", "looking at claims and pods"]
    report = capsys.readouterr().out
    main(command)
    unwatched = capsys.readouterr()
    assert unwatched.err == ""
    assert unwatched.out == report


@pytest.mark.usefixtures("kubectl")
def test_try_reports_its_steps_in_a_terminal_alone(tmp_path: Path) -> None:
    command = ["bash", str(ROOT / "examples" / "try" / "try.sh"), "up"]
    environment = {name: value for name, value in os.environ.items() if name != "CONTEXT"}
    primary, terminal = pty.openpty()
    try:
        with (tmp_path / "out").open("wb") as out:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=terminal, check=False, timeout=60)
        shown = os.read(primary, 65536).decode().splitlines()
    finally:
        os.close(terminal)
        os.close(primary)
    assert done.returncode == 0, shown
    assert shown == [
        "preparing namespace vllm-semantic-router-system",
        "applying two simulated routers",
        "applying dist/",
        *(
            f"waiting for {workload}, 10 minutes at the most"
            for workload in ("deployment/semantic-router", "statefulset/prometheus", "statefulset/grafana")
        ),
    ]
    quiet = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=60)
    assert quiet.stderr == ""
    assert quiet.stdout == (tmp_path / "out").read_text(encoding="utf-8")
