"""Connections that real programs open, and the network policies that a real API server has."""

from __future__ import annotations

import ipaddress
import time
from pathlib import Path
from typing import TYPE_CHECKING

from policies import Host, Network, Pod
from wiring import Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cluster import Cluster
    from harness.container import Container


def both_readings(cluster: Cluster, namespace: str) -> list[Network]:
    """The policies of a namespace as the API server has them, under both readings of address ranges."""
    policies = cluster.api(f"apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies")["items"]
    return [Network(policies), Network(policies, ranges_hold_pods=True)]


def connections(cluster: Cluster, namespace: str, containers: Sequence[Container], *, seconds: float) -> set[Connection]:
    """Watch TCP connections that the containers open to others; some last for milliseconds."""
    pods = {
        pod["status"]["podIP"]: Pod(pod["metadata"]["name"], namespace, pod["metadata"]["labels"], pod["status"]["podIP"])
        for pod in cluster.api(f"api/v1/namespaces/{namespace}/pods")["items"]
        if "podIP" in pod["status"]
    }
    found: set[tuple[str, str, int]] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.001)
        for container in containers:
            ports = {int(port["containerPort"]) for port in container.spec["ports"]}
            found |= {
                (container.address, *other) for other in _opened(container.pid, ports) if other[0] not in ("127.0.0.1", container.address)
            }
    return {Connection(pods[source], pods.get(address, Host(address)), port) for source, address, port in found}


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
