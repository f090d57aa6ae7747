"""Backups at a real API server: the CronJob's script with its own rights, a claim from a snapshot, and a Prometheus on a copy of its data."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cluster.metrics import Metrics
from cluster.support import apply_cleanly, changed, find, open_namespace, synthesize
from harness import crds
from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

KEEP = 2


@pytest.fixture(scope="module")
def namespace(lab: Lab) -> Iterator[str]:
    """One namespace for the module, with the definition of VolumeSnapshots."""
    crds.install(lab.cluster)
    with open_namespace(lab.cluster, "backup") as name:
        yield name


@pytest.fixture(scope="module")
def dist(lab: Lab, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings with backups of Prometheus and Grafana, applied."""
    via = {"type": "volumeSnapshots", "keep": KEEP, "timeout": "1m"}
    output = synthesize(tmp_path_factory.mktemp("backup"), namespace, {"backup": {"via": via}})
    apply_cleanly(lab.cluster, output)
    assert changed(apply_cleanly(lab.cluster, output)) == []
    return output


class Runs:
    """Runs of the CronJob's container as its ServiceAccount; the test plays the snapshot controller."""

    def __init__(self, lab: Lab, namespace: str, dist: Path, directory: Path) -> None:
        self.lab, self.namespace, self.directory = lab, namespace, directory
        self.path = f"apis/snapshot.storage.k8s.io/v1/namespaces/{namespace}/volumesnapshots"
        pod = find(dist, "CronJob", "backup")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (self.container,) = pod["containers"]
        # In a pod kubectl takes address and token from where kubelet puts them.
        token = lab.cluster.token(namespace, pod["serviceAccountName"])
        kubectl = directory / "kubectl"
        options = f"--server={lab.cluster.control_plane.url} --insecure-skip-tls-verify --token={token} --kubeconfig=/dev/null"
        kubectl.write_text(f'#!/bin/sh\nexec {program("kubectl")} {options} "$@"\n', encoding="utf-8")
        kubectl.chmod(kubectl.stat().st_mode | stat.S_IXUSR)

    def snapshots(self) -> list[dict[str, Any]]:
        return sorted(self.lab.cluster.api(self.path)["items"], key=lambda item: item["metadata"]["name"])

    def run(self, *, usable: bool = True, **changes: str) -> tuple[int, str]:
        """Run it to its end; its exit code and what it printed."""
        environment = {entry["name"]: entry["value"] for entry in self.container["env"]} | changes
        environment |= {"HOME": str(self.directory), "PATH": f"{self.directory}:{os.environ['PATH']}"}
        # Snapshots are named by the second at which a run begins, and no two runs of a CronJob begin in one.
        time.sleep(1)
        log = self.directory / f"run-{time.monotonic_ns()}.log"
        process = self.lab.network.start(*self.container["command"], log=log, env=environment)
        end = time.monotonic() + 60
        while process.returncode is None and time.monotonic() < end:
            for snapshot in self.snapshots() if usable else ():
                if not snapshot.get("status"):
                    self.lab.cluster.patch(f"{self.path}/{snapshot['metadata']['name']}/status", {"status": {"readyToUse": True}})
            time.sleep(0.3)
        return process.wait(5), process.log()


@pytest.fixture(scope="module")
def runs(lab: Lab, namespace: str, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The container of the applied CronJob."""
    return Runs(lab, namespace, dist, tmp_path_factory.mktemp("runs"))


def test_each_run_takes_a_snapshot_of_each_claim_and_the_oldest_go(runs: Runs) -> None:
    for count in (1, 2, KEEP, KEEP):
        code, printed = runs.run()
        assert code == 0, printed
        claims = [snapshot["spec"]["source"]["persistentVolumeClaimName"] for snapshot in runs.snapshots()]
        assert claims == ["grafana-storage"] * count + ["prometheus-data"] * count
    newest = runs.snapshots()[-1]
    assert newest["metadata"]["labels"]["semantic-router-observability/backup"] == "backup"
    assert newest["metadata"]["name"].startswith(time.strftime("prometheus-data-%Y%m%d-", time.gmtime()))


def test_a_snapshot_that_does_not_become_usable_fails_the_run_and_nothing_goes(runs: Runs) -> None:
    before = {snapshot["metadata"]["name"] for snapshot in runs.snapshots()}
    code, printed = runs.run(usable=False, TIMEOUT="0")
    assert code == 1
    assert "is not usable after 0 s; kubectl describe volumesnapshot says why" in printed
    assert before < {snapshot["metadata"]["name"] for snapshot in runs.snapshots()}


def test_a_class_is_asked_for_by_name(runs: Runs) -> None:
    code, printed = runs.run(SNAPSHOT_CLASS="csi")
    assert code == 0, printed
    assert runs.snapshots()[-1]["spec"]["volumeSnapshotClassName"] == "csi"


def test_the_account_may_do_nothing_else(lab: Lab, namespace: str, dist: Path) -> None:
    del dist
    account = f"system:serviceaccount:{namespace}:backup"
    for verb, kind, allowed in (
        ("create", "volumesnapshots.snapshot.storage.k8s.io", True),
        ("delete", "volumesnapshots.snapshot.storage.k8s.io", True),
        ("patch", "volumesnapshots.snapshot.storage.k8s.io", False),
        ("delete", "persistentvolumeclaims", False),
        ("get", "secrets", False),
        ("create", "pods", False),
    ):
        answer = lab.cluster.kubectl("auth", "can-i", verb, kind, "--namespace", namespace, user=account).stdout.strip()
        assert answer == ("yes" if allowed else "no"), (verb, kind)


def test_a_prometheus_on_a_copy_of_its_data_answers_for_the_time_before(lab: Lab, tmp_path: Path) -> None:
    """The data directory is copied while Prometheus writes, as a snapshot would; a restored claim starts with the copy."""
    crds.install(lab.cluster)
    cluster = lab.cluster
    with open_namespace(cluster, "restore") as namespace:
        settings: dict[str, Any] = {"prometheus": {"interval": "1s"}}
        apply_cleanly(cluster, synthesize(tmp_path, namespace, settings))
        container = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        metrics = Metrics(container)
        counted = 'count_over_time(up{job="prometheus"}[1h]'
        cluster.wait(lambda: (metrics.value(f"{counted})") or 0) > 5, "samples", 60)
        source = container.volumes.path("data")
        copied = source.parent / "prometheus-restored"
        shutil.copytree(source, copied)
        at_copy = time.time()
        lab.remove(container)

        storage = {"type": "claim", "size": "20Gi", "name": "prometheus-restored", "fromSnapshot": "prometheus-data-20261127-021700"}
        apply_cleanly(cluster, synthesize(tmp_path, namespace, {"prometheus": {"interval": "1s", "storage": storage}}))
        claim = cluster.get("persistentvolumeclaim", "prometheus-restored", namespace)
        assert claim["spec"]["dataSource"]["name"] == "prometheus-data-20261127-021700"
        assert cluster.get("persistentvolumeclaim", "prometheus-data", namespace)
        restored = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        try:
            assert restored.volumes.path("data") == copied
            restored.wait_ready(60)
            assert (Metrics(restored).value(f"{counted} @ {at_copy})") or 0) > 5
            assert "corrupt" not in restored.log().lower()
        finally:
            restored.terminate()


PAGE = Path(__file__).parents[2] / "docs" / "storage-class.md"


def test_claims_survive_kubectl_delete_where_the_policy_is(lab: Lab, tmp_path: Path) -> None:
    """The policy and the command of the page; a claim goes once it is annotated, and with its namespace."""
    cluster = lab.cluster
    text = PAGE.read_text(encoding="utf-8")
    (policy,) = re.findall(r"```yaml\n(apiVersion: admissionregistration.+?)```", text, re.DOTALL)
    cluster.apply(policy).check()
    receivers = [{"type": "teams", "name": "chat", "webhookUrl": {"secret": "chat", "key": "url"}}]
    try:
        with open_namespace(cluster, "claims") as namespace:
            dist = synthesize(tmp_path, namespace, {"alertmanager": {"replicas": 2, "receivers": receivers}})
            apply_cleanly(cluster, dist)

            def claims() -> set[str]:
                items = cluster.api(f"api/v1/namespaces/{namespace}/persistentvolumeclaims")["items"]
                return {item["metadata"]["name"] for item in items if "deletionTimestamp" not in item["metadata"]}

            before = claims()
            assert before == {"prometheus-data", "grafana-storage", "data-alertmanager-0", "data-alertmanager-1"}

            def refused() -> str:
                return cluster.kubectl("delete", "persistentvolumeclaim", "grafana-storage", "-n", namespace, "--dry-run=server").stderr

            # The API server learns of a policy within a second or two.
            cluster.wait(lambda: "semantic-router-observability/delete=yes" in refused(), "the policy in force", 30)
            result = cluster.kubectl("delete", "-f", str(dist), "--wait=false")
            assert not result.ok
            assert result.stderr.count("holds data; to delete it, first run kubectl annotate") == len(before)
            assert claims() == before
            assert 'statefulset.apps "prometheus" deleted' in result.stdout
            apply_cleanly(cluster, dist)
            cluster.kubectl(
                "annotate", "persistentvolumeclaim", "grafana-storage", "semantic-router-observability/delete=yes", "-n", namespace
            ).check()
            cluster.kubectl("delete", "persistentvolumeclaim", "grafana-storage", "-n", namespace, "--wait=false").check()
            assert claims() == before - {"grafana-storage"}
        cluster.wait(lambda: not cluster.kubectl("get", "persistentvolumeclaims", "-n", namespace, "-o", "name").stdout, "no claims", 60)
    finally:
        cluster.kubectl("delete", "-f", "-", stdin=policy).check()


def test_the_command_of_the_page_leaves_the_claims_alone(tmp_path: Path) -> None:
    (line,) = re.findall(r"^ls dist/.+xargs -n 1 kubectl delete -f$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    dist = synthesize(tmp_path, "claims")
    command = line.replace("kubectl delete -f", "echo")
    listed = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    everything = {f"dist/{file.name}" for file in dist.glob("*.k8s.yaml")}
    assert everything - set(listed) == {f"dist/1-{name}.persistentvolumeclaim.k8s.yaml" for name in ("grafana-storage", "prometheus-data")}
