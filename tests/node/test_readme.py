"""README.md followed to the letter, and every example that can run, on a node where Pods really run."""

from __future__ import annotations

import runpy
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from main import build

from cluster.support import apply_cleanly, changed, objects
from documentation import ROOT, snippets_of
from harness import crds
from harness.programs import program
from node.support import NAMESPACE, add_routers, deliver, remove_namespace, restricted_namespace, wait_for_rollouts
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from pathlib import Path

    from harness.network import Result
    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster

EXAMPLES = {
    "alertmanager.yaml": (NAMESPACE,),
    "exposed-with-login.yaml": (NAMESPACE,),
    "gateway.py": (NAMESPACE,),
    "own_chart.py": (NAMESPACE,),
    "prometheus_features.yaml": (NAMESPACE,),
    "traces.yaml": (NAMESPACE, "routing"),
    "two_namespaces.py": ("router-production", "router-staging"),
}
"""Those that can run here, with their namespaces. The add-ons to an existing Prometheus have no Pods, openshift.yaml leaves users and volumes to
OpenShift's admission, remote-write-on-aws.yaml needs AWS, and the processes of
high-availability.yaml run in tests/cluster/test_thanos.py: this node has no room for them beside the rest."""

NEEDS_A_PROVIDER = ("prometheus-login",)
"""oauth2-proxy starts once its identity provider answers, and that of the examples is on the internet."""


def test_the_readme_to_the_letter(nodes: NodeCluster, tmp_path: Path) -> None:
    blocks = [snippet.text for snippet in snippets_of(ROOT / "README.md") if "kubectl" in snippet.text or "curl" in snippet.text]
    create, secret, apply, kustomize, verify, scraped, access = blocks[:7]
    try:
        shell(nodes, tmp_path, create)
        label = f"kubectl label namespace {NAMESPACE} pod-security.kubernetes.io/enforce=restricted"
        shell(nodes, tmp_path, label)
        nodes.offer_volumes(objects(ROOT / "dist"))
        add_routers(nodes, NAMESPACE, replicas=2)
        shell(nodes, tmp_path, secret)
        applied = shell(nodes, tmp_path, apply)
        assert "Warning" not in applied.stderr
        assert changed(shell(nodes, tmp_path, kustomize)) == []
        *waits, forward = verify.splitlines()
        shell(nodes, tmp_path, "\n".join(waits))
        with_forward = f"{forward} >/dev/null & trap 'kill %1' EXIT; until curl -s localhost:9090 >/dev/null; do sleep 0.2; done\n"
        # The first scrape of a new target comes within one interval.
        end = time.monotonic() + 60
        while True:
            series = yaml.safe_load(shell(nodes, tmp_path, with_forward + scraped).stdout)["data"]["result"]
            if [found["value"][1] for found in series] == ["1", "1"] or time.monotonic() > end:
                break
            time.sleep(1)
        assert [found["value"][1] for found in series] == ["1", "1"]
        password, forward = access.splitlines()
        assert len(shell(nodes, tmp_path, password).stdout.strip()) == 32
        with_forward = f"{forward} >/dev/null & trap 'kill %1' EXIT; until curl -s localhost:3000/api/health; do sleep 0.2; done"
        assert "ok" in shell(nodes, tmp_path, with_forward).stdout
        assert changed(shell(nodes, tmp_path, apply)) == []
    finally:
        remove_namespace(nodes, NAMESPACE)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
def test_an_example_comes_up(nodes: NodeCluster, tmp_path: Path, example: str) -> None:
    crds.install(nodes.cluster)
    dist = tmp_path / "dist"
    if example.endswith(".py"):
        synthesize = runpy.run_path(str(ROOT / "examples" / example))
        app = synthesize["App"]()
        synthesize["build"](app)
        synthesize["sro"].write_manifests(app, str(dist))
    else:
        assert run(build, arguments=["--config", str(ROOT / "examples" / example), "--output", str(dist)]) == 0
    with restricted_namespace(nodes, *EXAMPLES[example]):
        found = deliver(nodes, dist)
        wait_for_rollouts(nodes, found, without=NEEDS_A_PROVIDER)
        # As in tests/cluster/test_apply.py: kubectl sends the selector of a PodDisruptionBudget every time, and nothing changes.
        again = changed(apply_cleanly(nodes.cluster, dist))
        assert [line for line in again if "poddisruptionbudget" not in line] == []


def shell(nodes: NodeCluster, folder: Path, text: str) -> Result:
    """Run a block of the page in the project's folder, with kubectl on its path."""
    tools = folder / "bin"
    if not tools.exists():
        tools.mkdir()
        (tools / "kubectl").symlink_to(program("kubectl"))
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "KUBECONFIG": str(nodes.cluster.control_plane.kubeconfig), "HOME": str(folder)}
    command = ["bash", "-euo", "pipefail", "-c", f"cd {ROOT}\n{text}"]
    return nodes.network.run(*command, env=environment, timeout=240).check()
