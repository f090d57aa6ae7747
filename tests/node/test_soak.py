"""The short form of `make soak`: its first events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from node.soak import soak

if TYPE_CHECKING:
    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster


def test_what_happens_costs_no_stored_sample(nodes: NodeCluster) -> None:
    soaked = soak(nodes, 45)
    assert soaked.lost == 0, soaked.report()
    assert len(soaked.recovered) >= 2
