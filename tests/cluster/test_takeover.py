"""Taking over from the router project's Kustomize directory: the documented steps keep the data and the password."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster.support import apply_cleanly, changed, open_namespace, synthesize, workloads
from harness.pods import endpoints, finish_terminating, run_pod

if TYPE_CHECKING:
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

UPSTREAM = Path(__file__).with_name("upstream.yaml").read_text()
CLAIMS = ("prometheus-data", "grafana-storage")


@pytest.mark.parametrize("server_side", [False, True], ids=["client-side", "server-side"])
def test_the_documented_steps_keep_claims_and_password(lab: Lab, tmp_path: Path, server_side: bool) -> None:
    cluster = lab.cluster
    with open_namespace(cluster, "takeover", level="privileged") as namespace:
        user = cluster.create_admin(namespace, "anna")
        cluster.apply(UPSTREAM, namespace=namespace).check()
        for claim in CLAIMS:
            cluster.bind_claim(namespace, claim)
        old = {}
        for name in ("prometheus", "grafana"):
            (pod,) = cluster.wait_pods(cluster.get("deployment", name, namespace))
            old[name] = lab.network.address()
            run_pod(cluster, pod, old[name])
            cluster.wait(lambda name=name: endpoints(cluster, namespace, name) == [old[name]], f"Service {name} to lead to the old Pod")
        claims = {claim: cluster.get("persistentvolumeclaim", claim, namespace) for claim in CLAIMS}
        secret = cluster.get("secret", "grafana-admin", namespace)

        cluster.kubectl("delete", "deployment", "prometheus", "grafana", f"--namespace={namespace}", user=user).check()
        cluster.wait(lambda: _finished(lab, namespace), "the old Pods to end")
        dist = synthesize(tmp_path, namespace)
        apply_cleanly(cluster, dist, user=user, server_side=server_side)

        for workload in workloads(cluster, dist):
            (pod,) = cluster.wait_pods(workload)
            name, address = workload["metadata"]["name"], lab.network.address()
            run_pod(cluster, pod, address)
            cluster.wait(lambda name=name, address=address: endpoints(cluster, namespace, name) == [address], f"Service {name} to follow")
            selector = cluster.get("service", name, namespace)["spec"]["selector"]
            assert selector == workload["spec"]["selector"]["matchLabels"], "nothing of the old selector is left"
        for claim in CLAIMS:
            now = cluster.get("persistentvolumeclaim", claim, namespace)
            assert now["metadata"]["uid"] == claims[claim]["metadata"]["uid"]
            assert now["spec"] == claims[claim]["spec"]
        assert cluster.get("secret", "grafana-admin", namespace) == secret
        if not server_side:
            assert changed(apply_cleanly(cluster, dist, user=user)) == []


def _finished(lab: Lab, namespace: str) -> bool:
    finish_terminating(lab.cluster, namespace)
    return lab.cluster.api(f"api/v1/namespaces/{namespace}/pods")["items"] == []
