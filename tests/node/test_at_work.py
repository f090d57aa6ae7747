"""The stack at work on a node: it follows the router, its rollouts page nobody, failures are notified, edits arrive, a full volume heals."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.support import synthesize
from cluster.web import Server
from harness.cluster import ApiError
from node.support import NAMESPACE, add_routers, deliver, query, restricted_namespace, value, wait_for_rollouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster

PODS = f"api/v1/namespaces/{NAMESPACE}/pods"
CONFIG = f"api/v1/namespaces/{NAMESPACE}/configmaps/prometheus-config"
ROUTERS_UP = 'count(up{job="semantic-router"} == 1)'
SCRAPE, EVALUATION, GROUPING = 15, 15, 30
"""Seconds between scrapes and evaluations, and for which Alertmanager collects a group, as shipped."""

IN_USE = 120
"""Seconds within which an edit is in use: the kubelet looks at a volume about once a minute, Prometheus at its files every 30 s."""


class Stack:
    """Two Alertmanagers notify a receiver outside the cluster; a dead router is news at once, so that a test need not wait three minutes."""

    def __init__(self, nodes: NodeCluster, receiver: Server) -> None:
        self.nodes, self.cluster, self.receiver = nodes, nodes.cluster, receiver
        self.volume = f"/var/lib/volumes/{NAMESPACE}/prometheus-data"

    def notified(self) -> list[str]:
        """Names of the alerts of which people were notified."""
        bodies = [json.loads(found.body) for found in self.receiver.received]
        return [alert["labels"]["alertname"] for body in bodies for alert in body["alerts"] if alert["status"] == "firing"]

    def routers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cluster.api(f"{PODS}?labelSelector=app%3Dsemantic-router")["items"]
        return found

    def scale(self, count: int) -> float:
        """Scale the router; return the seconds until every replica, and no other, is scraped."""
        self.cluster.kubectl("-n", NAMESPACE, "scale", "deployment/vsr-semantic-router", f"--replicas={count}").check()
        begun = time.monotonic()
        self.cluster.wait(lambda: value(self.nodes, ROUTERS_UP) == count, f"{count} routers scraped", 120)
        return time.monotonic() - begun

    def sync_volumes(self, pod: str) -> None:
        """Make the kubelet look at a Pod's volumes now: any change of the Pod does."""
        self.cluster.patch(f"{PODS}/{pod}", {"metadata": {"annotations": {"looked-at": str(time.time())}}})

    def status(self, pod: str) -> dict[str, Any]:
        """Read the state of a Pod's container; empty while there is none."""
        for found in self.cluster.api(f"{PODS}?fieldSelector=metadata.name%3D{pod}")["items"]:
            status: dict[str, Any] = found["status"].get("containerStatuses", [{}])[0]
            return status
        return {}


@pytest.fixture(scope="module")
def stack(nodes: NodeCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Server(nodes.network, nodes.network.address(), 8080) as receiver, restricted_namespace(nodes, NAMESPACE):
        settings = {
            "alerts": {"rules": {"SemanticRouterDown": {"for": "0s"}, "SemanticRouterAbsent": {"for": "0s"}}},
            "alertmanager": {"replicas": 2, "receivers": [{"type": "webhook", "name": "people", "url": f"{receiver.url}/"}]},
        }
        found = deliver(nodes, synthesize(tmp_path_factory.mktemp("stack"), NAMESPACE, settings), memory={"prometheus-data": "300m"})
        add_routers(nodes, NAMESPACE, replicas=2)
        wait_for_rollouts(nodes, found)
        started = Stack(nodes, receiver)
        nodes.cluster.wait(lambda: value(nodes, ROUTERS_UP) == 2, "2 routers scraped", 90)
        receiver.received.clear()  # before the first scrape there is no router
        yield started


def test_every_replica_of_a_growing_router_is_scraped(stack: Stack) -> None:
    assert stack.scale(10) <= 90
    stack.scale(2)


def test_a_rolling_update_pages_nobody(stack: Stack) -> None:
    for workload in ("statefulset/prometheus", "statefulset/alertmanager"):
        stack.cluster.kubectl("-n", NAMESPACE, "rollout", "restart", workload).check()
        stack.nodes.rollout(NAMESPACE, workload)
    stack.cluster.wait(lambda: value(stack.nodes, 'count(up{job="alertmanager"} == 1)') == 2, "both Alertmanagers scraped", 90)
    stack.cluster.wait(lambda: value(stack.nodes, ROUTERS_UP) == 2, "2 routers scraped", 90)
    assert stack.notified() == []


def test_a_drain_takes_one_alertmanager_at_a_time(stack: Stack) -> None:
    for replica in range(2):
        stack.nodes.wait_ready(NAMESPACE, f"alertmanager-{replica}")
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "alertmanager-0", "namespace": NAMESPACE}}
    stack.cluster.request("POST", f"{PODS}/alertmanager-0/eviction", eviction)
    eviction["metadata"] = {"name": "alertmanager-1", "namespace": NAMESPACE}
    with pytest.raises(ApiError, match="disruption budget") as refused:
        stack.cluster.request("POST", f"{PODS}/alertmanager-1/eviction", eviction)
    assert refused.value.status == 429
    stack.nodes.wait_ready(NAMESPACE, "alertmanager-0")


@pytest.fixture(scope="module")
def edited(stack: Stack) -> float:
    """Edit a ConfigMap and a Secret; return the time. What they lead to comes while other tests run."""
    password = {"stringData": {"admin-password": "another password"}}
    stack.cluster.patch(f"api/v1/namespaces/{NAMESPACE}/secrets/grafana-admin", password)
    edit(stack, "scrape_interval: 15s", "scrape_interval: 14s")
    return time.time()


@pytest.mark.usefixtures("edited")
def test_a_router_that_hangs_is_notified_through_the_alertmanagers(stack: Stack) -> None:
    stack.receiver.received.clear()
    processes = [process for pod in stack.routers() for process in stack.nodes.node.processes(pod, "router")]
    assert len(processes) == 2
    begun = time.monotonic()
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        stack.cluster.wait(lambda: "SemanticRouterDown" in stack.notified(), "a notification", 180)
        took = time.monotonic() - begun
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
    timeout, delivery = 10, 20
    assert GROUPING <= took <= SCRAPE + timeout + EVALUATION + GROUPING + delivery
    assert stack.notified().count("SemanticRouterDown") == 1, "two replicas notify once"
    assert set(stack.notified()) == {"SemanticRouterDown"}
    stack.cluster.wait(lambda: value(stack.nodes, ROUTERS_UP) == 2, "2 routers scraped", 90)


def test_an_edit_is_in_use_within_two_minutes_without_a_restart(stack: Stack, edited: float) -> None:
    stack.cluster.wait(lambda: "scrape_interval: 14s" in config_in_use(stack), "the edit in use", IN_USE)
    loaded = value(stack.nodes, "prometheus_config_last_reload_success_timestamp_seconds")
    stack.cluster.wait(lambda: mounted_password(stack) == "another password", "the new password in the Pod", IN_USE)
    assert loaded is not None
    assert loaded - edited <= IN_USE
    assert stack.status("prometheus-0")["restartCount"] == 0


def test_a_broken_edit_is_refused_and_told_at_the_next_restart(stack: Stack) -> None:
    before = stack.status("prometheus-0")["restartCount"]
    edit(stack, "scrape_interval: 14s", "scrape_interval: oops")
    stack.sync_volumes("prometheus-0")
    refused = "prometheus_config_last_reload_successful"
    # The series is its own scrape's: it follows within an interval.
    stack.cluster.wait(lambda: value(stack.nodes, refused) == 0, "the edit refused", IN_USE)
    status = stack.status("prometheus-0")
    assert (status["ready"], status["restartCount"]) == (True, before)
    assert "scrape_interval: 14s" in config_in_use(stack)
    stack.cluster.kubectl("-n", NAMESPACE, "delete", "pod", "prometheus-0").check()
    reason = stack.cluster.wait(
        lambda: stack.status("prometheus-0").get("lastState", {}).get("terminated", {}).get("message"), "its reason", 60
    )
    assert "oops" in reason
    edit(stack, "scrape_interval: oops", "scrape_interval: 15s")
    stack.sync_volumes("prometheus-0")
    stack.nodes.wait_ready(NAMESPACE, "prometheus-0", timeout=180)


def test_a_full_volume_stores_nothing_and_heals_without_a_restart(stack: Stack) -> None:
    own = 'last_over_time(up{job="prometheus"}[20s])'
    stack.cluster.wait(lambda: query(stack.nodes, own), "a sample", 60)
    before = stack.status("prometheus-0")["restartCount"]
    filled = stack.nodes.node.run("sh", "-c", f"cat /dev/zero > {stack.volume}/filler")
    assert "No space left" in filled.stderr
    try:
        stack.cluster.wait(lambda: not query(stack.nodes, own), "that nothing is stored", 90)
        targets = stack.nodes.fetch(NAMESPACE, "prometheus-0", "http://localhost:9090/api/v1/targets?state=active")
        assert {target["health"] for target in targets["data"]["activeTargets"]} == {"up"}
        assert stack.status("prometheus-0")["ready"]
    finally:
        stack.nodes.node.run("rm", f"{stack.volume}/filler").check()
    stack.cluster.wait(lambda: query(stack.nodes, own), "samples again", 60)
    assert stack.status("prometheus-0")["restartCount"] == before


def edit(stack: Stack, old: str, new: str) -> None:
    """Edit prometheus.yml as `kubectl edit` does."""
    text = stack.cluster.api(CONFIG)["data"]["prometheus.yml"]
    assert old in text
    stack.cluster.patch(CONFIG, {"data": {"prometheus.yml": text.replace(old, new)}})


def mounted_password(stack: Stack) -> str:
    return stack.nodes.execute(NAMESPACE, "grafana-0", "cat", "/etc/grafana-secrets/grafana-admin/admin-password").check().stdout


def config_in_use(stack: Stack) -> str:
    answer = stack.nodes.fetch(NAMESPACE, "prometheus-0", "http://localhost:9090/api/v1/status/config")
    text: str = answer["data"]["yaml"]
    assert yaml.safe_load(text)
    return text
