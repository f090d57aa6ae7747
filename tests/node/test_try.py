"""`make try` on a node: from an empty cluster to the recording in Prometheus, and back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cluster.support import objects
from documentation import ROOT
from harness.programs import program
from node.support import NAMESPACE, remove_namespace, value

if TYPE_CHECKING:
    from pathlib import Path

    from harness.network import Result
    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster


def test_from_nothing_to_samples_and_back(nodes: NodeCluster, tmp_path: Path) -> None:
    nodes.offer_volumes(objects(ROOT / "dist"))
    try:
        done = run(nodes, tmp_path, "up", CONTEXT="lab").check()
        assert "Warning" not in done.stderr
        wanted = 'count(up{job="semantic-router"} == 1) == 2 and on () sum(llm_model_requests_total) > 0'
        nodes.cluster.wait(lambda: value(nodes, wanted), "samples of two routers", 90)
        again = run(nodes, tmp_path, "up", CONTEXT="lab").check()
        assert not [line for line in again.stdout.splitlines() if line.endswith((" created", " configured"))]
        run(nodes, tmp_path, "down", CONTEXT="lab").check()
        assert nodes.cluster.kubectl("get", "namespace", NAMESPACE, "--ignore-not-found", "-o", "name").check().stdout == ""
    finally:
        remove_namespace(nodes, NAMESPACE)


def test_a_cluster_that_may_be_in_use_is_left_alone(nodes: NodeCluster, tmp_path: Path) -> None:
    """A context that is no local cluster is not taken by chance, nor is a namespace that someone else has made."""
    refused = run(nodes, tmp_path, "up")
    assert (refused.code, refused.stderr) == (
        2,
        "error: the context of kubectl, 'lab', is no local cluster; install kind, k3d or minikube, or give CONTEXT=NAME for a cluster to try it in\n",
    )
    nodes.cluster.create_namespace(NAMESPACE)
    try:
        for action, message in (("up", "exists and was not made by make try"), ("down", "was not made by make try, so it stays")):
            refused = run(nodes, tmp_path, action, CONTEXT="lab")
            assert refused.code == 2
            assert message in refused.stderr
            assert refused.stderr.count("\n") == 1
        assert nodes.cluster.kubectl("-n", NAMESPACE, "get", "configmap,service,deployment,secret", "-o", "name").stdout.split() == [
            "configmap/kube-root-ca.crt"
        ]
    finally:
        remove_namespace(nodes, NAMESPACE)


def run(nodes: NodeCluster, folder: Path, action: str, **environment: str) -> Result:
    """Run the script as `make try` does, with kubectl on its path and none of the programs that make clusters."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    if not (tools / "kubectl").exists():
        (tools / "kubectl").symlink_to(program("kubectl"))
    given = {"PATH": f"{tools}:{os.defpath}", "KUBECONFIG": str(nodes.cluster.control_plane.kubeconfig), "HOME": str(folder), **environment}
    return nodes.network.run("bash", str(ROOT / "examples" / "try" / "try.sh"), action, env=given, timeout=240)
