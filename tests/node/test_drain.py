"""A node of two is drained for maintenance: what the budgets allow one after the other, volumes that follow, and what stays unscraped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from cluster.support import synthesize
from cluster.web import Server
from harness.node import require_node
from harness.node_cluster import NodeCluster
from node.support import NAMESPACE, add_routers, deliver, query, value, wait_for_rollouts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.cluster

PODS = f"api/v1/namespaces/{NAMESPACE}/pods"
UNSCRAPED = 60
"""Seconds that a drain may cost: the Pod ends, another node starts it, and the first scrape comes up to an interval of 15 s later."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeCluster]:
    require_node()
    cluster = NodeCluster(tmp_path_factory.mktemp("pair"), nodes=("node-1", "node-2"))
    try:
        yield cluster
    finally:
        cluster.close()


def test_a_drained_node_hands_everything_over_and_pages_nobody(pair: NodeCluster, tmp_path: Path) -> None:
    pair.cluster.create_namespace(NAMESPACE)
    with Server(pair.network, pair.network.address(), 8080) as receiver:
        settings = {"alertmanager": {"replicas": 2, "receivers": [{"type": "webhook", "name": "people", "url": f"{receiver.url}/"}]}}
        found = deliver(pair, synthesize(tmp_path, NAMESPACE, settings), everywhere=True)
        add_routers(pair, NAMESPACE, replicas=2)
        wait_for_rollouts(pair, found)
        pair.cluster.wait(lambda: value(pair, 'count(up{job="alertmanager"} == 1)') == 2, "both Alertmanagers scraped", 90)
        pair.cluster.wait(lambda: value(pair, 'count(up{job="semantic-router"} == 1)') == 2, "2 routers scraped", 90)
        pair.cluster.wait(lambda: query(pair, 'up{job="prometheus"}'), "its own first sample", 60)
        receiver.received.clear()
        begun = time.time()

        leaving = where(pair)["prometheus-0"]
        (staying,) = pair.nodes.keys() - {leaving}
        drain = ("drain", leaving, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s")
        pair.cluster.kubectl(*drain, timeout=200).check()

        wait_for_rollouts(pair, found)
        assert set(where(pair).values()) == {staying}
        # Pods that left with Prometheus keep their last sample for five minutes: nothing marked their series as ended.
        drained = time.time()
        for job, pods in (("semantic-router", 2), ("prometheus", 1)):
            up = f'up{{job="{job}"}}'
            fresh = f"count({up} == 1 and timestamp({up}) > {drained:.3f})"
            pair.cluster.wait(lambda fresh=fresh, pods=pods: value(pair, fresh) == pods, f"{job} scraped", 90)  # type: ignore[misc]
        assert longest_gap(pair, 'up{job="prometheus"}', begun) <= UNSCRAPED
        assert receiver.received == []


def where(pair: NodeCluster) -> dict[str, str]:
    """Name the node of each Pod that is not on its way out."""
    pods = pair.cluster.api(PODS)["items"]
    return {pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in pods if "deletionTimestamp" not in pod["metadata"]}


def longest_gap(pair: NodeCluster, series: str, since: float) -> float:
    """Measure the longest time between two samples, from the last before `since` until now."""
    (found,) = query(pair, f"{series}[{time.time() - since + 60:.0f}s]")
    times = [at for at, _ in found["values"]]
    assert times[0] < since, "the history before the drain is still there"
    return max(later - earlier for earlier, later in zip(times, [*times[1:], time.time()], strict=True))
