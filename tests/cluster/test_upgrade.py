"""Moving from one setting to another on a running stack: nothing immutable is ever touched, and claims stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cluster.options import DATABASE
from cluster.support import apply_cleanly, missing, synthesize, workloads
from harness.pods import finish_terminating

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

CLAIM = {"type": "claim", "size": "20Gi"}
LARGER = {"type": "claim", "size": "50Gi"}
EPHEMERAL = {"type": "ephemeral"}
EXISTING = {"type": "existingClaim", "name": "existing"}


def both(storage: dict[str, Any]) -> dict[str, Any]:
    """Give both components the same storage."""
    return {"prometheus": {"storage": storage}, "grafana": {"storage": storage}}


PATHS: dict[str, list[dict[str, Any]]] = {
    "claim, none, claim": [both(CLAIM), both(EPHEMERAL), both(CLAIM)],
    "none, claim, larger claim": [both(EPHEMERAL), both(CLAIM), both(LARGER)],
    "claim, existing claim, claim": [both(CLAIM), both(EXISTING), both(CLAIM)],
    "none, existing claim, larger claim": [both(EPHEMERAL), both(EXISTING), both(LARGER)],
    "existing claim, none, other limits": [both(EXISTING), both(EPHEMERAL), both({**EPHEMERAL, "size": "9Gi"})],
    "another image and other resources": [
        {},
        {
            "images": {
                "prometheus": f"quay.io/prometheus/prometheus:v3.13.5@sha256:{'0' * 64}",
                "grafana": "docker.io/grafana/grafana:13.2.1",
            }
        },
        {"prometheus": {"resources": {"cpu": "1", "memory": "4Gi"}}, "grafana": {"resources": {"cpu": "1", "memory": "1Gi"}}},
        {"prometheus": {"retention": "30d", "retentionSize": "10GB", "externalUrl": "https://prometheus.example.com/metrics"}},
    ],
    "grafana on SQLite, then on a database, then back": [
        {},
        {"grafana": {"database": DATABASE}},
        {"grafana": {"resetAdminPassword": True}},
    ],
}
"""Settings of one namespace, in the order in which they are applied."""


def uids(cluster: Cluster, namespace: str) -> dict[str, str]:
    """Identities of the namespace's claims: a changed one means that a claim was deleted and made anew."""
    found = cluster.api(f"api/v1/namespaces/{namespace}/persistentvolumeclaims")["items"]
    return {claim["metadata"]["name"]: claim["metadata"]["uid"] for claim in found}


@pytest.mark.parametrize("server_side", [False, True], ids=["client-side", "server-side"])
@pytest.mark.parametrize("path", list(PATHS))
def test_moving_between_settings_is_accepted_and_keeps_every_claim(
    lab: Lab, namespace: str, tmp_path: Path, path: str, server_side: bool
) -> None:
    cluster = lab.cluster
    before: dict[str, str] = {}
    for settings in PATHS[path]:
        dist = synthesize(tmp_path, namespace, settings)
        apply_cleanly(cluster, dist, server_side=server_side)
        now = uids(cluster, namespace)
        assert before.items() <= now.items()
        before = now
        for claim in before:
            cluster.bind_claim(namespace, claim)
        for workload in workloads(cluster, dist):
            _wait_for_template(cluster, workload)


def _wait_for_template(cluster: Cluster, workload: dict[str, Any]) -> None:
    """Wait until the controller has made the Pod that the latest template describes, playing the node that lets go of the old one.

    No Pod ever becomes ready here, so this also shows that a Pod that cannot start does not keep its correction from being rolled out.
    """
    namespace, name = workload["metadata"]["namespace"], workload["metadata"]["name"]

    def up_to_date() -> bool:
        finish_terminating(cluster, namespace)
        status = cluster.get("statefulset", name, namespace)["status"]
        return bool(
            status.get("observedGeneration") == workload["metadata"]["generation"]
            and status.get("updatedReplicas") == 1
            and status.get("replicas") == 1
            and status.get("currentRevision")
        )

    cluster.wait(up_to_date, f"the Pod of {name} to follow its template")


def test_a_claim_grows_by_one_edit(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    apply_cleanly(cluster, synthesize(tmp_path, namespace), user=user)
    claims = ("prometheus-data", "grafana-storage")
    sizes = {claim: cluster.bind_claim(namespace, claim)["status"]["capacity"]["storage"] for claim in claims}
    assert sizes == {"prometheus-data": "20Gi", "grafana-storage": "10Gi"}
    before = uids(cluster, namespace)
    apply_cleanly(cluster, synthesize(tmp_path, namespace, both(LARGER)), user=user)
    assert [cluster.bind_claim(namespace, claim)["status"]["capacity"]["storage"] for claim in claims] == ["50Gi", "50Gi"]
    assert uids(cluster, namespace) == before


@pytest.mark.parametrize("server_side", [False, True], ids=["client-side", "server-side"])
def test_grafana_becomes_several_replicas_and_its_claim_stays(lab: Lab, namespace: str, tmp_path: Path, server_side: bool) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    apply_cleanly(cluster, synthesize(tmp_path, namespace), user=user, server_side=server_side)
    old = cluster.wait_pods(cluster.get("statefulset", "grafana", namespace))[0]["metadata"]["name"]
    before = uids(cluster, namespace)

    # A step of its own, since apply does not delete: the StatefulSet of the single replica would go on beside the Deployment.
    dist = synthesize(tmp_path, namespace, {"grafana": {"replicas": 3, "database": DATABASE}})
    apply_cleanly(cluster, dist, user=user, server_side=server_side)
    assert not missing(cluster, "statefulset", "grafana", namespace)
    cluster.kubectl("delete", "statefulset", "grafana", f"--namespace={namespace}", user=user).check()

    deployment = cluster.get("deployment", "grafana", namespace)

    def only_replicas() -> list[str]:
        finish_terminating(cluster, namespace)
        names = [pod["metadata"]["name"] for pod in cluster.wait_pods(deployment, count=3)]
        return names if len(names) == 3 and old not in names else []

    cluster.wait(only_replicas, "three replicas and nothing else")
    assert uids(cluster, namespace) == before


def test_grafana_becomes_a_single_replica_again(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    apply_cleanly(cluster, synthesize(tmp_path, namespace, {"grafana": {"replicas": 3, "database": DATABASE}}))
    apply_cleanly(cluster, synthesize(tmp_path, namespace, {"grafana": {"database": DATABASE}}))
    cluster.kubectl("delete", "deployment,poddisruptionbudget", "grafana", f"--namespace={namespace}").check()
    stateful_set = cluster.get("statefulset", "grafana", namespace)

    def only_one() -> bool:
        finish_terminating(cluster, namespace)
        return [pod["metadata"]["name"] for pod in cluster.wait_pods(stateful_set)] == ["grafana-0"]

    cluster.wait(only_one, "one replica and nothing else")
