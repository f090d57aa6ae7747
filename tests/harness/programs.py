"""Finds the real programs that tests run; `tests/tools/build.py` builds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.build import find

if TYPE_CHECKING:
    from pathlib import Path


def program(name: str) -> Path:
    """Find the pinned program `name`; skip the test when it is not there."""
    found = find(name)
    if found is None:
        pytest.skip(
            f"{name} is missing or not the pinned version: run `make tools` (it needs Go, and npm for cdk8s and yaml-language-server)"
        )
    return found
