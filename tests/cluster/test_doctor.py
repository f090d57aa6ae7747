"""`sro doctor` on the real API server: each fault of the README's table made on purpose, found, and nothing besides."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from cluster.doctors import doctor
from cluster.metrics import Metrics
from cluster.routers import INSTALLS, add_pod, add_service, simulate
from cluster.support import apply_cleanly, find, stored, synthesize
from harness.cluster import object_path
from harness.pods import endpoints, run_pod
from simulator import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

SECRET = "Secret grafana-admin exists with admin-user, admin-password"
GRAFANA = "StatefulSet grafana has 1 ready pod"
PROMETHEUS = "StatefulSet prometheus has 1 ready pod"


def make_secret(cluster: Cluster, namespace: str, **values: str) -> None:
    cluster.request(
        "POST",
        object_path("secret", namespace),
        {"metadata": {"name": "grafana-admin"}, "stringData": {key.replace("_", "-"): value for key, value in values.items()}},
    )


def set_status(cluster: Cluster, pod: dict[str, Any], container: dict[str, Any], **status: Any) -> None:
    """Say what a kubelet would of the pod's only container."""
    entry = {"name": pod["spec"]["containers"][0]["name"], "image": "x", "imageID": "", "ready": False, "restartCount": 3, **container}
    path = f"{object_path('pod', pod['metadata']['namespace'])}/{pod['metadata']['name']}/status"
    cluster.patch(path, {"status": {"phase": "Pending", "conditions": [], "containerStatuses": [entry], **status}})


def test_a_namespace_that_is_not_there(lab: Lab, tmp_path: Path) -> None:
    dist = synthesize(tmp_path, "not-here")
    found = doctor(lab.cluster, dist)
    assert found.states == {"namespace not-here exists": "problem"}
    assert found.remedies["namespace not-here exists"] == "kubectl create namespace not-here"
    assert found.code == 1


def test_manifests_that_are_not_applied(lab: Lab, namespace: str, tmp_path: Path) -> None:
    dist = synthesize(tmp_path, namespace)
    found = doctor(lab.cluster, dist)
    check = next(name for name in found.states if name.startswith("all "))
    assert found.problems == [check, SECRET]
    assert "StatefulSet prometheus" in found.reasons[check]
    assert found.remedies[check] == "kubectl apply -f dist/"
    assert found.remedies[SECRET].startswith(f"kubectl -n {namespace} create secret generic grafana-admin --from-literal=admin-user=...")


def test_from_the_first_apply_to_a_pod_that_runs(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist)
    make_secret(cluster, namespace, user="admin", admin_password="x")
    prometheus, grafana = (cluster.wait_pods(cluster.get("statefulset", name, namespace))[0] for name in ("prometheus", "grafana"))
    before = stored(cluster, dist)

    found = doctor(cluster, dist)
    assert found.states[SECRET] == "problem"
    assert found.reasons[SECRET] == "it lacks admin-user; it has admin-password, user"
    assert {"claim prometheus-data is bound", "claim grafana-storage is bound", GRAFANA, PROMETHEUS} <= set(found.problems)
    assert found.states["StatefulSet prometheus can be asked"] == "unknown"
    cluster.request("DELETE", f"{object_path('secret', namespace)}/grafana-admin")
    make_secret(cluster, namespace, admin_user="admin", admin_password="x")
    assert doctor(cluster, dist).states[SECRET] == "fine"

    for pod, container, status, said in [
        (
            grafana,
            {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}},
            {},
            "ImagePullBackOff: no such image",
        ),
        (grafana, {"state": {"waiting": {"reason": "CreateContainerConfigError", "message": "no key a"}}}, {}, "ConfigError: no key a"),
        (
            prometheus,
            {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}},
            {},
            "was killed at its memory limit",
        ),
        (
            prometheus,
            {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 2, "message": "bad file"}}},
            {},
            "ended with exit code 2: bad file",
        ),
        (
            prometheus,
            {"state": {"waiting": {"reason": "ContainerCreating"}}},
            {"conditions": [{"type": "PodScheduled", "status": "False", "message": "no node has 64 GiB"}]},
            "cannot be scheduled: no node has 64 GiB",
        ),
    ]:
        set_status(cluster, pod, container, **status)
        check = GRAFANA if pod is grafana else PROMETHEUS
        assert said in doctor(cluster, dist).reasons[check]
    run_pod(cluster, prometheus, cluster.network.address())
    found = doctor(cluster, dist)
    assert found.states[PROMETHEUS] == "fine"
    # Nothing has changed by all this.
    assert {name: item["spec"] for name, item in stored(cluster, dist).items() if "spec" in item} == {
        name: item["spec"] for name, item in before.items() if "spec" in item
    }


def test_pods_that_are_refused(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    cluster.request(
        "POST", f"api/v1/namespaces/{namespace}/resourcequotas", {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    )
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist)
    found = cluster.wait(lambda: _with(doctor(cluster, dist), PROMETHEUS, "exceeded quota: none"), "an event about the refused pod", 40)
    assert found.remedies[PROMETHEUS] == f"kubectl -n {namespace} describe statefulset prometheus"


def _with(found: Any, check: str, words: str) -> Any:
    return found if words in found.reasons[check] else None


def test_a_router_step_by_step(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster, network = lab.cluster, lab.network
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist)
    container = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
    at = f"--prometheus=http://{container.address}:9090"
    check = f"Prometheus finds a router in namespace {namespace}"
    helm = INSTALLS["helm"]
    try:
        found = doctor(cluster, dist, at)
        assert found.states["Prometheus answers"] == "fine"
        assert "there is no pod with label app" in found.reasons[check]
        (rules,) = (name for name in found.states if name.endswith("groups of rules are evaluated"))
        assert found.states[rules] == "fine"

        address = network.address()
        pod = add_pod(cluster, namespace, "router-0", helm, address, ready=False)
        assert "no Service with a port named metrics leads to router-0" in doctor(cluster, dist, at).reasons[check]
        add_service(cluster, namespace, helm)
        run_pod(cluster, pod, address)
        cluster.wait(lambda: address in endpoints(cluster, namespace, helm.service), "the router behind its Service")
        scraped = "router router-0 is scraped"
        found = cluster.wait(lambda: _in_state(doctor(cluster, dist, at), scraped, "problem"), "a scrape that fails", 60)
        assert "connection refused" in found.reasons[scraped]
        assert "loads its models" in found.remedies[scraped]
        with simulate(network, address, scenario=Scenario.everything_on(rate=20.0), start_offset=60.0):
            found = cluster.wait(lambda: _in_state(doctor(cluster, dist, at), scraped, "fine"), "a scrape that succeeds", 60)
            assert found.states["there are series of the router"] == "fine"
            assert Metrics(container).up("semantic-router")
    finally:
        container.terminate()


def _in_state(found: Any, check: str, state: str) -> Any:
    return found if found.states.get(check) == state else None


def test_somewhere_that_does_not_answer(lab: Lab, namespace: str, tmp_path: Path) -> None:
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(lab.cluster, dist)
    assert find(dist, "StatefulSet", "prometheus")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = doctor(lab.cluster, dist, f"--prometheus=http://127.0.0.1:{free.getsockname()[1]}")
    assert found.states["Prometheus answers"] == "unknown"
