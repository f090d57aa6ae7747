"""The life of the stack's Pods: what they may do, and what they lose when they are killed, removed, starved or when the node fails."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from documentation import ROOT
from harness.cgroups import disk
from harness.cluster import ApiError
from node.support import NAMESPACE, add_routers, deliver, restricted_namespace, value, wait_for_rollouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster

USER = 10001
LIVENESS = 30
"""Seconds after which the liveness probe restarts a program that does not answer: 6 tries, one each 5 s."""

SAMPLES = 'count_over_time(up{job="prometheus"}[1h])'


@pytest.fixture(scope="module")
def stack(nodes: NodeCluster) -> Iterator[NodeCluster]:
    """Run the committed `dist/` with a router."""
    with restricted_namespace(nodes, NAMESPACE):
        found = deliver(nodes, ROOT / "dist")
        add_routers(nodes, NAMESPACE)
        wait_for_rollouts(nodes, found)
        nodes.cluster.wait(lambda: samples(nodes) > 1, "samples to lose", 60)
        yield nodes


@pytest.mark.parametrize(("name", "volume", "token"), [("prometheus", "/prometheus", True), ("grafana", "/var/lib/grafana", False)])
def test_a_program_has_no_more_rights_than_promised(stack: NodeCluster, name: str, volume: str, *, token: bool) -> None:
    pod = stack.wait_ready(NAMESPACE, f"{name}-0")
    (process,) = stack.node.processes(pod, name)
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == set(status["Groups"].split()) == {str(USER)}
    assert {int(status[capabilities], 16) for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert "Read-only file system" in execute(stack, name, "touch", "/x").stderr
    assert execute(stack, name, "touch", f"{volume}/x").ok
    assert execute(stack, name, "ls", "/var/run/secrets/kubernetes.io/serviceaccount/token").ok == token


def test_a_program_that_is_ready_is_ready_to_its_service(stack: NodeCluster) -> None:
    """The start-up probe asks often: a Pod is Ready within seconds of its container's start, not after a period of 15 s."""
    for name in ("prometheus-0", "grafana-0"):
        assert seconds_to_ready(stack.wait_ready(NAMESPACE, name)) <= 6, name


def test_a_killed_program_loses_no_sample(stack: NodeCluster) -> None:
    before, begun = samples(stack), time.time()
    pod = stack.wait_ready(NAMESPACE, "prometheus-0")
    (process,) = stack.node.processes(pod, "prometheus")
    os.kill(process, signal.SIGKILL)
    stack.cluster.wait(lambda: restarts(stack, "prometheus-0") == 1, "the container's restart", 60)
    stack.wait_ready(NAMESPACE, "prometheus-0")
    state = stack.cluster.get("pod", "prometheus-0", NAMESPACE)["status"]["containerStatuses"][0]["lastState"]
    assert state["terminated"]["exitCode"] == 137
    assert_samples(stack, before, begun)


def test_a_removed_pod_loses_no_sample(stack: NodeCluster) -> None:
    before, begun = samples(stack), time.time()
    uid = stack.wait_ready(NAMESPACE, "prometheus-0")["metadata"]["uid"]
    stack.cluster.kubectl("-n", NAMESPACE, "delete", "pod", "prometheus-0", "--force", "--grace-period=0").check()
    stack.cluster.wait(lambda: (now := find(stack, "prometheus-0")) and now["metadata"]["uid"] != uid, "another Pod", 60)
    pod = stack.wait_ready(NAMESPACE, "prometheus-0")
    assert seconds_to_ready(pod) <= 6
    assert_samples(stack, before, begun)


def test_a_program_beyond_its_memory_limit_is_killed_and_comes_back(stack: NodeCluster) -> None:
    path = f"apis/apps/v1/namespaces/{NAMESPACE}/statefulsets/prometheus"
    before, begun = samples(stack), time.time()
    container = stack.cluster.api(path)["spec"]["template"]["spec"]["containers"][0]
    set_resources(stack, path, {"limits": {"memory": "24Mi"}, "requests": {"memory": "24Mi"}})
    stack.cluster.wait(lambda: "OOMKilled" in str(status_of(stack, "prometheus-0")), "the kernel to kill it", 90)
    set_resources(stack, path, container["resources"])
    # A StatefulSet's controller does not replace a Pod that never became ready; its documentation calls that a forced rollback.
    stack.cluster.kubectl("-n", NAMESPACE, "delete", "pod", "prometheus-0", "--grace-period=1").check()
    stack.rollout(NAMESPACE, "statefulset/prometheus")
    assert_samples(stack, before, begun)


def test_a_slow_disk_at_start_is_waited_for(stack: NodeCluster) -> None:
    """Reading the write-ahead log takes longer than the liveness probe would wait; until it is read the start-up probe counts."""
    pod = stack.wait_ready(NAMESPACE, "prometheus-0")
    (process,) = stack.node.processes(pod, "prometheus")
    device = disk(Path(f"/proc/{process}/root/prometheus"))
    if device is None:
        pytest.skip("the file system of the volumes has no disk of its own, whose reads could be slowed down")
    before, begun, count = samples(stack), time.time(), restarts(stack, "prometheus-0")
    volume = f"/var/lib/volumes/{NAMESPACE}/prometheus-data"
    size = int(stack.node.run("du", "-sb", f"{volume}/wal").check().stdout.split()[0])
    known = stack.node.group.processes(f"pod{pod['metadata']['uid']}")
    os.kill(process, signal.SIGKILL)

    def started() -> tuple[str, list[int]] | None:
        found = stack.node.group.processes(f"pod{pod['metadata']['uid']}")
        return next(((name, processes) for name, processes in found.items() if name not in known and processes), None)

    container, processes = stack.cluster.wait(started, "another container", 120)
    # It waits while its log leaves the page cache and its disk becomes slow.
    for started_now in processes:
        os.kill(started_now, signal.SIGSTOP)
    stack.node.run("sh", "-c", f"sync; find {volume} -type f -exec dd if={{}} iflag=nocache count=0 status=none ';'").check()
    stack.node.group.limit_reads(container, device, max(4096, size // (3 * LIVENESS)))
    for started_now in processes:
        os.kill(started_now, signal.SIGCONT)
    stack.cluster.wait(lambda: restarts(stack, "prometheus-0") == count + 1, "the container's restart", 60)
    assert seconds_to_ready(stack.wait_ready(NAMESPACE, "prometheus-0", timeout=300)) > LIVENESS
    assert restarts(stack, "prometheus-0") == count + 1
    assert_samples(stack, before, begun)


def test_a_node_that_lost_power_brings_everything_back(stack: NodeCluster) -> None:
    before, begun = samples(stack), time.time()
    started = execute(stack, "grafana", "cat", "/var/lib/grafana/grafana.db").check().stdout
    uids = {name: container_of(stack, name) for name in ("prometheus-0", "grafana-0")}
    stack.node.crash()
    stack.node.start()
    for name, uid in uids.items():
        stack.cluster.wait(lambda name=name, uid=uid: container_of(stack, name) != uid, f"a new container of {name}", 180)  # type: ignore[misc]
        stack.wait_ready(NAMESPACE, name)
    assert execute(stack, "grafana", "cat", "/var/lib/grafana/grafana.db").check().stdout.startswith(started)
    assert_samples(stack, before, begun)


def samples(stack: NodeCluster) -> float:
    return value(stack, SAMPLES) or 0


def assert_samples(stack: NodeCluster, before: float, begun: float) -> None:
    """Assert that none of the samples of before is lost, and that new ones come."""
    stack.cluster.wait(lambda: samples(stack) > before, "a new sample", 90)
    assert value(stack, f"count_over_time(up{{job='prometheus'}}[1h] @ {begun:.3f})") == before


def execute(stack: NodeCluster, name: str, *command: str) -> Any:
    return stack.execute(NAMESPACE, f"{name}-0", *command)


def find(stack: NodeCluster, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = stack.cluster.get("pod", name, NAMESPACE)
    except ApiError as error:
        if error.status != 404:
            raise
        return None
    return found


def status_of(stack: NodeCluster, name: str) -> dict[str, Any]:
    pod = find(stack, name)
    return pod["status"].get("containerStatuses", [{}])[0] if pod else {}


def restarts(stack: NodeCluster, name: str) -> int:
    return int(status_of(stack, name).get("restartCount", 0))


def container_of(stack: NodeCluster, name: str) -> str:
    return str(status_of(stack, name).get("containerID"))


def set_resources(stack: NodeCluster, path: str, resources: dict[str, Any]) -> None:
    change = {"name": "prometheus", "resources": resources}
    body = {"spec": {"template": {"spec": {"containers": [change]}}}}
    stack.cluster.request("PATCH", path, body, content_type="application/strategic-merge-patch+json")


def seconds_to_ready(pod: dict[str, Any]) -> float:
    """Seconds from the container's start to the Pod's readiness, by the kubelet's clock of whole seconds."""
    started = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
    ready = next(condition for condition in pod["status"]["conditions"] if condition["type"] == "Ready")
    return (datetime.fromisoformat(ready["lastTransitionTime"]) - datetime.fromisoformat(started)).total_seconds()
