"""The node that these tests share, and a namespace for each that wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.node import require_node
from harness.node_cluster import NodeCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeCluster]:
    """One node for the whole run; skips with the reason where there can be none."""
    require_node()
    cluster = NodeCluster(tmp_path_factory.mktemp("node"))
    yield cluster
    cluster.close()
