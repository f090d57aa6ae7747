"""Connections that real programs open, and the network policies that a real API server has."""

from __future__ import annotations

import ipaddress
import time
from pathlib import Path
from typing import TYPE_CHECKING

from policies import Host, Network, Pod
from wiring import Connection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harness.cluster import Cluster
    from harness.container import Container


def both_readings(cluster: Cluster, namespace: str) -> list[Network]:
    """The policies of a namespace as the API server has them, under both readings of address ranges."""
    policies = cluster.api(f"apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies")["items"]
    return [Network(policies), Network(policies, ranges_hold_pods=True)]


def connections(
    cluster: Cluster, namespace: str, containers: Sequence[Container], *, seconds: float, expected: Collection[tuple[str, int]]
) -> set[Connection]:
    """Watch TCP connections that the containers open to others.

    Some last for milliseconds and can be missed: until all that is expected, by workload and port, was seen, it goes on for up to four times as long.
    """
    pods = {
        pod["status"]["podIP"]: Pod(pod["metadata"]["name"], namespace, pod["metadata"]["labels"], pod["status"]["podIP"])
        for pod in cluster.api(f"api/v1/namespaces/{namespace}/pods")["items"]
        if "podIP" in pod["status"]
    }
    found: set[tuple[str, str, int]] = set()
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds or (
        passed < 4 * seconds and not {(workload(pods[source]), port) for source, _, port in found} >= set(expected)
    ):
        time.sleep(0.001)
        for container in containers:
            ports = {int(port["containerPort"]) for port in container.spec["ports"]}
            found |= {
                (container.address, *other) for other in _opened(container.pid, ports) if other[0] not in ("127.0.0.1", container.address)
            }
    return {Connection(pods[source], pods.get(address, Host(address)), port) for source, address, port in found}


def workload(pod: Pod) -> str:
    """Name of the StatefulSet that a pod belongs to."""
    return pod.name.rpartition("-")[0]


def _opened(pid: int, listening: set[int]) -> set[tuple[str, int]]:
    """Address and port at the other end of each connection that was not made to a port the pod listens on; its network is its own."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, other, *_ = line.split()
            address, port = other.split(":")
            if port != "0000" and int(local.split(":")[1], 16) not in listening:
                # The last four bytes are an IPv4 address, by itself or inside an IPv6 one, in the order of this machine's numbers.
                found.add((str(ipaddress.IPv4Address(bytes.fromhex(address[-8:])[::-1])), int(port, 16)))
    return found
