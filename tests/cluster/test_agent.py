"""An agent's manifests on the API server; `tests/agent` runs the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster.support import apply_cleanly, changed, stored, synthesize, workloads

if TYPE_CHECKING:
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster


def test_several_with_claims_are_applied_once_and_for_all(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    scraper = {
        "type": "agent",
        "remoteWrite": [{"url": "https://mimir.example.com/api/v1/push", "bearerToken": {"secret": "mimir", "key": "token"}}],
        "externalLabels": {"cluster": "west"},
        "replicas": 2,
        "storage": {"type": "claim", "size": "1Gi"},
    }
    dist = synthesize(tmp_path, namespace, {"addOn": {"scrapedBy": scraper}})
    apply_cleanly(cluster, dist, user=user)
    for workload in workloads(cluster, dist):
        assert len(cluster.wait_pods(workload, count=2)) == 2
    before = stored(cluster, dist)
    again = changed(apply_cleanly(cluster, dist, user=user))
    # kubectl sends the selector of a PodDisruptionBudget every time and reports it as configured; nothing changes.
    assert [line for line in again if "poddisruptionbudget" not in line] == []
    assert stored(cluster, dist) == before
