"""Finds the real programs that tests run; `tests/tools/build.py` builds them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.build import TOOLS, find


def program(name: str) -> Path:
    """Find the pinned program `name`; skip the test when it is not there."""
    found = find(name)
    if found is None:
        pytest.skip(
            f"{name} is missing or not the pinned version: run `make tools` (it needs Go, and npm for cdk8s, pictures and yaml-language-server)"
        )
    return found


def module_folder(pins: str, module: str) -> Path:
    """Find the sources of a Go module that a folder of `tests/tools/` pins: it may hold definitions besides the program."""
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"the definitions of {module} come from its Go module, and there is no go")
    found = subprocess.run([go, "mod", "download", "-json", module], cwd=TOOLS / pins, capture_output=True, text=True, check=True)
    return Path(json.loads(found.stdout)["Dir"])
