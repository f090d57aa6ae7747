"""The real Argo CD delivers what `main.py` writes: once, wholly, and without deleting what it must not delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cluster.delivered import NAME, WITH_ALERTMANAGER, WITHOUT_CLAIMS, claims, deliverable, documented, kinds, replicas_in_waves
from cluster.support import objects, synthesize
from harness import crds
from harness.argocd import ArgoCD
from harness.cluster import object_path
from harness.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def argocd(lab: Lab, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArgoCD]:
    """Argo CD with each tracking method: by label as in 2.x, by annotation as in 3.x."""
    crds.install(lab.cluster)
    started = ArgoCD(lab.cluster, tmp_path_factory.mktemp("argocd"), tracking=request.param)
    yield started
    started.close()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "repository")


def application(repository: Repository, namespace: str, *options: str) -> dict[str, Any]:
    """The Application of the page, for another repository and namespace."""
    [found] = documented("argoproj")
    found["spec"]["source"]["repoURL"] = repository.url
    found["spec"]["destination"]["namespace"] = namespace
    found["spec"]["syncPolicy"]["syncOptions"] = list(options)
    return found


def delivered(status: dict[str, Any], namespace: str) -> list[dict[str, Any]]:
    """Objects in the namespace. Claims that an Application of the same name has left in another one, which is being deleted, are listed too."""
    return [found for found in status["resources"] if found["namespace"] == namespace]


def unhealthy(status: dict[str, Any], namespace: str) -> list[str]:
    """Delivered objects that are not synced, or not healthy where Argo CD knows what health is."""
    return [
        f"{found['kind']}/{found['name']}"
        for found in delivered(status, namespace)
        if found["status"] != "Synced" or found.get("health", {}).get("status", "Healthy") != "Healthy"
    ]


SERVER_SIDE = "ServerSideApply=true"


@pytest.mark.parametrize(
    ("argocd", "options"), [("label", ()), ("annotation", (SERVER_SIDE,))], indirect=["argocd"], ids=["client-side", "server-side"]
)
def test_from_the_first_sync_to_the_last(
    argocd: ArgoCD, repository: Repository, namespace: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Sync, rest, upgrade, prune, roll back, delete; claims and their volumes stay through all of it."""
    revision = repository.commit(synthesize(tmp_path, namespace, WITH_ALERTMANAGER))
    argocd.deliver(application(repository, namespace, *options))
    status = argocd.settled(NAME, namespace, revision)
    assert unhealthy(status, namespace) == []
    assert len(delivered(status, namespace)) == len(objects(tmp_path / "dist"))
    retained = claims(argocd.cluster, namespace)
    assert len(retained) == 4
    first = kinds(argocd.cluster, namespace)

    # What the API server and the controllers have filled in is no difference: nothing is synced a second time.
    argocd.refresh(NAME)
    argocd.until(lambda: argocd.application(NAME)["status"]["reconciledAt"] > status["reconciledAt"], NAME, [namespace])
    rested = argocd.application(NAME)["status"]
    assert (rested["sync"]["status"], rested["operationState"]["finishedAt"]) == ("Synced", status["operationState"]["finishedAt"])

    status = argocd.settled(NAME, namespace, repository.commit(synthesize(tmp_path, namespace, WITHOUT_CLAIMS)))
    assert set(unhealthy(status, namespace)) <= {f"PersistentVolumeClaim/{name}" for name in retained}
    now = kinds(argocd.cluster, namespace)
    assert (now["statefulset"], now["deployment"]) == ({"prometheus"}, {"grafana"}), "what is no longer in dist/ is pruned"
    assert claims(argocd.cluster, namespace) == retained

    status = argocd.settled(NAME, namespace, repository.revert())
    assert unhealthy(status, namespace) == []
    assert kinds(argocd.cluster, namespace) == first
    assert claims(argocd.cluster, namespace) == retained

    argocd.delete(NAME, [namespace])
    argocd.until(lambda: kinds(argocd.cluster, namespace).keys() == {"persistentvolumeclaim"}, "", [namespace])
    assert claims(argocd.cluster, namespace) == retained


@pytest.mark.parametrize("argocd", ["annotation"], indirect=True)
@pytest.mark.parametrize("example", list(deliverable()))
def test_examples_become_healthy(argocd: ArgoCD, repository: Repository, namespace: str, tmp_path: Path, example: str) -> None:
    """Every kind that the stack emits is healthy for Argo CD once its controller has accepted it."""
    revision = repository.commit(synthesize(tmp_path, namespace, {**deliverable()[example], "namespace": namespace}))
    argocd.deliver(application(repository, namespace))
    assert unhealthy(argocd.settled(NAME, namespace, revision), namespace) == []
    argocd.delete(NAME, [namespace])


@pytest.mark.parametrize("argocd", ["annotation"], indirect=True)
def test_one_prometheus_is_changed_after_the_other(argocd: ArgoCD, repository: Repository, namespace: str, tmp_path: Path) -> None:
    argocd.deliver(application(repository, namespace))
    settings = replicas_in_waves()
    revision = repository.commit(synthesize(tmp_path, namespace, settings))
    assert unhealthy(argocd.settled(NAME, namespace, revision), namespace) == []

    def images() -> list[str]:
        found = [argocd.cluster.api(f"{object_path('statefulset', namespace)}/{name}") for name in ("prometheus", "prometheus-b")]
        return [workload["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2] for workload in found]

    before = images()
    revision = repository.commit(
        synthesize(tmp_path, namespace, {**settings, "images": {"prometheus": "quay.io/prometheus/prometheus:v3.99.0"}})
    )
    argocd.refresh(NAME)
    argocd.until(lambda: images()[0] == "v3.99.0", NAME, [])
    # While the first restarts, whose new state nobody has reported, the second is left as it is.
    message = "waiting for healthy state of apps/StatefulSet/prometheus"
    argocd.until(lambda: message in argocd.application(NAME)["status"]["operationState"].get("message", ""), NAME, [])
    assert images() == ["v3.99.0", before[1]]
    assert unhealthy(argocd.settled(NAME, namespace, revision), namespace) == []
    assert images() == ["v3.99.0", "v3.99.0"]
    argocd.delete(NAME, [namespace])


@pytest.mark.parametrize("argocd", ["label"], indirect=True)
def test_an_unrelated_application_of_a_components_name_prunes_nothing(
    argocd: ArgoCD, repository: Repository, namespace: str, tmp_path: Path
) -> None:
    """The stack is applied by kubectl; labels alone must not make it another Application's."""
    dist = synthesize(tmp_path, namespace)
    argocd.cluster.kubectl("apply", "-f", str(dist)).check()
    before = kinds(argocd.cluster, namespace)
    retained = claims(argocd.cluster, namespace)
    other = tmp_path / "other"
    other.mkdir()
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": namespace}, "data": {"a": "b"}}
    (other / "theirs.yaml").write_text(json.dumps(manifest))
    for name in ("prometheus", "grafana"):
        revision = repository.commit(other, path=name)
        unrelated = application(repository, namespace)
        unrelated["metadata"]["name"] = name
        unrelated["spec"]["source"]["path"] = name
        argocd.deliver(unrelated)
        # By their label, claims of other tests may count as its own, and wait for a volume; only what it does here matters.
        argocd.until(lambda name=name, revision=revision: argocd.synced(name, revision), name, [namespace])
        argocd.delete(name, [namespace])
    assert kinds(argocd.cluster, namespace) == before
    assert claims(argocd.cluster, namespace).keys() == retained.keys()


@pytest.mark.parametrize("argocd", ["annotation"], indirect=True)
def test_a_router_namespace_that_comes_later(argocd: ArgoCD, repository: Repository, namespace: str, tmp_path: Path) -> None:
    """Only the Role and RoleBinding in it wait, and they follow by themselves."""
    absent = f"{namespace}-routing"
    settings = {"routers": [{"install": "raw", "namespaces": [absent]}]}
    revision = repository.commit(synthesize(tmp_path, namespace, settings))
    argocd.deliver(application(repository, namespace))

    def all_but_those() -> bool:
        status = argocd.application(NAME).get("status", {})
        waiting = [found for found in status.get("resources", []) if found["status"] != "Synced"]
        return [found["kind"] for found in waiting] == ["Role", "RoleBinding"] and {found["namespace"] for found in waiting} == {absent}

    argocd.until(all_but_those, NAME, [namespace])
    assert kinds(argocd.cluster, namespace)["statefulset"] == {"prometheus", "grafana"}
    argocd.cluster.create_namespace(absent)
    try:
        assert unhealthy(argocd.settled(NAME, namespace, revision), namespace) == []
        argocd.delete(NAME, [namespace])
    finally:
        argocd.cluster.request("DELETE", f"api/v1/namespaces/{absent}")
