"""Applying the output: by a namespace's administrator, under PodSecurity `restricted`, twice, and with every option."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.options import OPTION_SETS
from cluster.support import apply, apply_cleanly, changed, missing, objects, open_namespace, stored, synthesize, workloads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("server_side", [False, True], ids=["client-side", "server-side"])
def test_the_administrator_of_a_restricted_namespace_applies_it_once_and_for_all(
    lab: Lab, namespace: str, tmp_path: Path, server_side: bool
) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist, user=user, server_side=server_side)
    for workload in workloads(cluster, dist):
        pods = cluster.wait_pods(workload)
        assert [pod["metadata"]["name"] for pod in pods] == [f"{workload['metadata']['name']}-0"]
    assert cluster.events(namespace, reason="FailedCreate") == []

    before = stored(cluster, dist)
    assert len(before) == len(objects(dist))
    again = apply_cleanly(cluster, dist, user=user, server_side=server_side)
    assert stored(cluster, dist) == before
    assert server_side or changed(again) == []
    difference = cluster.kubectl("diff", *(["--server-side"] if server_side else []), "-f", str(dist), user=user)
    assert (difference.code, difference.stdout, difference.stderr) == (0, "", "")


def test_it_may_change_hands_between_client_side_and_server_side_apply(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist)
    before = stored(cluster, dist)
    for server_side in (True, False, True):
        apply_cleanly(cluster, dist, server_side=server_side)
        assert stored(cluster, dist) == before


def test_client_side_apply_takes_over_what_server_side_apply_made(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist, server_side=True)
    taken = apply(cluster, dist).check()
    # kubectl warns of every object that it has not applied client-side before, and of nothing else.
    assert len(taken.warnings) == len(objects(dist))
    assert all("missing the kubectl.kubernetes.io/last-applied-configuration annotation" in warning for warning in taken.warnings)
    assert changed(apply_cleanly(cluster, dist)) == []


@pytest.mark.parametrize("name", [name for name in OPTION_SETS if name != "defaults"])
def test_every_option_is_accepted(lab: Lab, namespace: str, tmp_path: Path, name: str) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    dist = synthesize(tmp_path, namespace, OPTION_SETS[name])
    apply_cleanly(cluster, dist, user=user)
    for workload in workloads(cluster, dist):
        cluster.wait_pods(workload, count=workload["spec"]["replicas"])
    before = stored(cluster, dist)
    again = changed(apply_cleanly(cluster, dist, user=user))
    # kubectl sends the selector of a PodDisruptionBudget every time (its patch strategy is to replace it) and reports it as configured; nothing changes.
    assert [line for line in again if "poddisruptionbudget" not in line] == []
    assert stored(cluster, dist) == before


def test_half_a_megabyte_of_rules_is_applied_client_side(lab: Lab, namespace: str, tmp_path: Path) -> None:
    rules = [
        {
            "alert": f"Alert{number}",
            "expr": f'sum by (job) (rate(http_requests_total{{job="team", code=~"5.."}}[5m])) > {number}',
            "annotations": {"summary": 'Job "{{ $labels.job }}" answers <more> errors & "more"'},
        }
        for number in range(80)
    ]
    files = [{"name": f"team-{number}", "groups": [{"name": f"team-{number}", "rules": rules}]} for number in range(30)]
    dist = synthesize(tmp_path, namespace, {"prometheus": {"rules": files}})
    apply_cleanly(lab.cluster, dist)
    found = [item["metadata"]["name"] for item in objects(dist) if item["metadata"]["name"].startswith("prometheus-rules")]
    assert len(found) > 2
    lab.cluster.wait_pods(lab.cluster.get("statefulset", "prometheus", namespace))
    assert changed(apply_cleanly(lab.cluster, dist)) == []


def test_routers_in_other_namespaces_need_their_administrator_too(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    with open_namespace(cluster, "routing") as other:
        user = cluster.create_admin(namespace, "anna")
        dist = synthesize(tmp_path, namespace, {"routers": [{"install": "any", "namespaces": [other]}]})
        refused = apply(cluster, dist, user=user)
        assert not refused.ok
        assert all(f'in the namespace "{other}"' in line for line in refused.stderr.splitlines() if "forbidden" in line)
        cluster.create_admin(other, user)
        apply_cleanly(cluster, dist, user=user)


CLUSTER_WIDE: Mapping[str, Any] = {"routers": [{"install": "any", "namespaces": ["*"]}], "prometheus": {"clusterWide": True}}


def test_reading_the_whole_cluster_takes_its_administrator(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    dist = synthesize(tmp_path, namespace, CLUSTER_WIDE)
    refused = apply(cluster, dist, user=user)
    assert not refused.ok
    denied = [line for line in refused.stderr.splitlines() if "is forbidden" in line]
    assert denied
    assert all("clusterroles" in line or "clusterrolebindings" in line for line in denied), denied
    apply_cleanly(cluster, dist)
    cluster_scoped = {item["kind"] for item in objects(dist) if "namespace" not in item["metadata"]}
    assert cluster_scoped == {"ClusterRole", "ClusterRoleBinding"}
    cluster.kubectl("delete", "-f", str(dist), "--wait=false").check()


def test_kustomize_builds_the_repository_as_it_is(lab: Lab) -> None:
    cluster = lab.cluster
    dist = ROOT / "dist"
    built = cluster.kubectl("kustomize", str(ROOT)).check()
    assert built.stderr == ""
    by_name = _by_name(list(yaml.load_all(built.stdout, yaml.CSafeLoader)))
    assert by_name == _by_name(objects(dist))

    (namespace,) = {item["metadata"]["namespace"] for item in objects(dist)}
    cluster.create_namespace(namespace)
    user = cluster.create_admin(namespace, "anna")
    applied = cluster.kubectl("apply", "-k", str(ROOT), user=user).check()
    assert applied.stderr == ""
    assert changed(apply_cleanly(cluster, dist, user=user)) == []
    cluster.request("DELETE", f"api/v1/namespaces/{namespace}")


def test_deleting_the_folder_leaves_nothing_behind(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    user = cluster.create_admin(namespace, "anna")
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist, user=user)
    cluster.kubectl("delete", "-f", str(dist), "--wait=false", user=user).check()
    for item in objects(dist):
        kind, name = item["kind"].lower(), item["metadata"]["name"]
        if kind in ("configmap", "secret", "service", "serviceaccount", "statefulset"):
            cluster.wait(lambda kind=kind, name=name: missing(cluster, kind, name, namespace), f"{kind} {name} to go")


def _by_name(found: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["kind"], item["metadata"]["name"]): item for item in found}
