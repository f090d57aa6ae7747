"""NetworkPolicies enforced: what packets do between every two Pods is what the evaluator of tests/policies.py says."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from cluster.routers import STRANGER, Install
from cluster.support import synthesize
from documentation import ROOT
from harness.listener import Listener
from node.support import NAMESPACE, add_routers, deliver, query, restricted_namespace, wait_for_rollouts
from policies import Host, Network, Pod

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster

ELSEWHERE = "models"
CONTROLLER = "ingress-nginx"
OTHER_STYLES = {"operator": "operated", "kserve": "served"}
NAMESPACES = (NAMESPACE, ELSEWHERE, CONTROLLER, *OTHER_STYLES.values())
CONTROLLER_PODS = Install(service="controller", pod_labels={"app.kubernetes.io/name": "ingress-nginx"})
"""Stands for NGINX's controller: the policies know it by these labels."""

OUTSIDE_PORTS = (80, 443, 9093)
"""Of a server outside the cluster: what clients of the web use, and a port that no setting names."""

CASES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "exposed, with Alertmanager and routers of every installation style in four namespaces": {
        "routers": [
            {"install": "helm", "release": "vsr", "namespaces": [NAMESPACE]},
            {"install": "raw", "namespaces": [ELSEWHERE]},
            {"install": "operator", "name": "router", "namespaces": ["operated"]},
            {"install": "kserve", "namespaces": ["served"]},
        ],
        "networkPolicies": {"routerAccess": True},
        "grafana": {"externalUrl": "https://grafana.example.com"},
        "ingress": {"via": {"type": "nginx"}},
        "alertmanager": {
            "replicas": 2,
            "receivers": [{"type": "slack", "name": "chat", "apiUrl": {"secret": "alert-receivers", "key": "slack-url"}}],
        },
    },
}

CONNECT = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor

def connects(target):
    try:
        socket.create_connection(target, timeout=2).close()
    except OSError:
        return False
    return True

with ThreadPoolExecutor(32) as threads:
    print(json.dumps(list(threads.map(connects, json.loads(sys.argv[1])))))
"""


@pytest.mark.parametrize("case", CASES)
def test_packets_do_what_the_evaluator_says(nodes: NodeCluster, tmp_path: Path, case: str) -> None:
    dist = synthesize(tmp_path, NAMESPACE, CASES[case])
    if not CASES[case]:
        assert {file.name: file.read_text() for file in dist.iterdir()} == {
            file.name: file.read_text() for file in (ROOT / "dist").iterdir()
        }
    outside = nodes.network.address()
    listeners = [Listener(nodes.network, outside, port, BaseHTTPRequestHandler) for port in OUTSIDE_PORTS]
    try:
        with restricted_namespace(nodes, *NAMESPACES):
            found = deliver(nodes, dist)
            add_routers(nodes, NAMESPACE, "helm")
            add_routers(nodes, ELSEWHERE, "raw")
            add_routers(nodes, NAMESPACE, STRANGER)
            add_routers(nodes, ELSEWHERE, STRANGER)
            add_routers(nodes, CONTROLLER, CONTROLLER_PODS)
            for style, namespace in OTHER_STYLES.items():
                add_routers(nodes, namespace, style)
            wait_for_rollouts(nodes, found)
            pods = _pods(nodes, *NAMESPACES, "kube-system")
            servers: list[tuple[Pod | Host, int]] = [(pod, port) for pod, (_, ports) in pods.items() for port in ports]
            servers += [(Host(outside), port) for port in OUTSIDE_PORTS] + [(Host(nodes.network.host), 6443)]
            said = Network([item for item in found if item["kind"] == "NetworkPolicy"], ranges_hold_pods=True)
            expected = {
                _pair(source, target, port): said.allows(source, target, port)
                for source in pods
                for target, port in servers
                if source != target
            }
            assert {True, False} == set(expected.values())

            def differences() -> list[str]:
                seen = _connections(nodes, pods, servers)
                return [f"{pair}: evaluator {expected[pair]}, packets {seen[pair]}" for pair in expected if expected[pair] != seen[pair]]

            # The network plugin applies a change of Pods or policies within seconds.
            nodes.cluster.wait(lambda: not differences(), lambda: f"packets as expected: {differences()}", 40)
            # And what has to connect does, by name and through Services.
            routers, alertmanagers = (4, 2) if CASES[case] else (1, 0)
            wanted = {"prometheus": 1, "grafana": 1, "semantic-router": routers} | (
                {"alertmanager": alertmanagers} if alertmanagers else {}
            )

            def up() -> dict[str, int]:
                counts = query(nodes, "count by (job) (up == 1)")
                return {series["metric"]["job"]: int(series["value"][1]) for series in counts}

            nodes.cluster.wait(lambda: up().items() >= wanted.items(), lambda: f"{wanted} up: {query(nodes, 'up')}", 90)
            assert query(nodes, "up == 0") == []
    finally:
        for listener in listeners:
            listener.close()


def _pods(nodes: NodeCluster, *namespaces: str) -> dict[Pod, tuple[Mapping[str, Any], list[int]]]:
    """Read all Pods, with the ports on which they listen."""
    found = {}
    for namespace in namespaces:
        for body in nodes.cluster.api(f"api/v1/namespaces/{namespace}/pods")["items"]:
            metadata, ports = body["metadata"], body["spec"]["containers"][0].get("ports", ())
            listening = [port["containerPort"] for port in ports if port.get("protocol", "TCP") == "TCP"]
            pod = Pod(metadata["name"], namespace, metadata["labels"], body["status"]["podIP"])
            found[pod] = body, listening
    return found


def _connections(nodes: NodeCluster, pods: Mapping[Pod, Any], servers: Sequence[tuple[Pod | Host, int]]) -> dict[Any, bool]:
    """Try to connect from inside the network of each Pod to each server."""
    seen = {}
    for source, (body, _) in pods.items():
        process = nodes.node.processes(body, body["spec"]["containers"][0]["name"])[0]
        targets = json.dumps([(target.address, port) for target, port in servers])
        inside = ("nsenter", f"--net=/proc/{process}/ns/net", "--")
        answers = json.loads(nodes.network.run(*inside, sys.executable, "-I", "-c", CONNECT, targets).check().stdout)
        for (target, port), answer in zip(servers, answers, strict=True):
            seen[_pair(source, target, port)] = answer
    return seen


def _pair(source: Pod, target: Pod | Host, port: int) -> str:
    name = target.address if isinstance(target, Host) else f"{target.namespace}/{target.name}"
    return f"{source.namespace}/{source.name} to {name}:{port}"
