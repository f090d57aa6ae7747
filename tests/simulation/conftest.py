"""All simulations are run once, and looked at by many tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.programs import program
from simulation.outcomes import outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.outcomes import Outcome


SECONDS = 2400
"""The first test waits for all simulations, which take longer than a test may where four processes share two cores."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "found" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """What fired in each simulation, and what people were told."""
    return outcomes(program("promtool"), program("alertmanager"), tmp_path_factory.mktemp("simulation"))
