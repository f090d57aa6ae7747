"""Fixtures that several test folders share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from manifests import from_yaml, new_chart

if TYPE_CHECKING:
    from cdk8s import Chart

    from manifests import Object


TOGETHER = {"agent": "cluster", "cluster": "cluster", "node": "node", "simulation": "simulation"}
"""Folders whose tests share what takes long to start: a control plane, a node, or a server with hours of samples."""


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # its package has no types of it
    """Gives each process whole files, and whole folders where tests share a start: what is not shared is started twice."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.removeprefix("tests/").partition("/")[0]
        return TOGETHER.get(folder, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduler:
    """Distribute by what tests share; the mark `xdist_group` of pytest-xdist 3.8 has no effect in pytest 9."""
    return Scheduler(config, log)


@pytest.fixture
def chart() -> Chart:
    """An empty chart in the default namespace."""
    return new_chart()


@pytest.fixture(scope="session")
def default_objects() -> list[Object]:
    """What `main.py` writes when every setting is left out. Shared: do not change it."""
    return from_yaml("")
