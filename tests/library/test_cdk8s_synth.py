"""`cdk8s synth` gives the same bytes as `python main.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from harness.programs import program

ROOT = Path(__file__).resolve().parents[2]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_cdk8s_synth_writes_what_main_writes(tmp_path):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    by_cli, by_main = tmp_path / "cli", tmp_path / "main"
    synth = [program("cdk8s"), "synth", "--check-upgrade=false", "--output", by_cli]
    subprocess.run(synth, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)
    subprocess.run([sys.executable, "main.py", "--output", by_main], cwd=ROOT, check=True, capture_output=True, timeout=120)
    assert contents(by_cli) == contents(by_main)
    assert contents(by_main)
