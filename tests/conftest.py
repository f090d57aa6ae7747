"""Fixtures that several test folders share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from manifests import from_yaml, new_chart

if TYPE_CHECKING:
    from cdk8s import Chart

    from manifests import Object


@pytest.fixture
def chart() -> Chart:
    """An empty chart in the default namespace."""
    return new_chart()


@pytest.fixture(scope="session")
def default_objects() -> list[Object]:
    """What `main.py` writes when every setting is left out. Shared: do not change it."""
    return from_yaml("")
