"""The real Flux delivers what `main.py` writes: wholly, without eating `${datasource}`, and without deleting what it must not delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cluster.delivered import NAME, WITH_ALERTMANAGER, WITHOUT_CLAIMS, claims, deliverable, documented, kinds
from cluster.support import find, objects, synthesize
from harness import crds
from harness.flux import Flux, condition
from harness.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def flux(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flux]:
    """Flux, for all tests of the module."""
    crds.install(lab.cluster)
    started = Flux(lab.cluster, tmp_path_factory.mktemp("flux"))
    yield started
    started.close()


@pytest.fixture
def repository(flux: Flux, tmp_path: Path) -> Repository:
    """An empty repository that Flux knows by the page's GitRepository."""
    made = Repository(tmp_path / "repository")
    source = documented("source")[0]
    source["spec"]["url"] = "https://git.example.com/lab.git"
    flux.deliver(source)
    return made


def kustomization(**changes: Any) -> dict[str, Any]:
    """The Kustomization of the page."""
    found = documented("source")[1]
    found["spec"] |= changes
    return found


def versions(flux: Flux, namespace: str, dist: Path) -> dict[str, str]:
    """Versions of the delivered objects, which any write changes."""
    listed = json.loads(flux.cluster.kubectl("get", "-f", str(dist), "--output=json").check().stdout)["items"]
    assert {found["metadata"]["namespace"] for found in listed} == {namespace}
    return {
        f"{found['kind']}/{found['metadata']['name']}": found["metadata"].get("generation", found["metadata"]["resourceVersion"])
        for found in listed
    }


def test_from_the_first_reconciliation_to_the_last(flux: Flux, repository: Repository, namespace: str, tmp_path: Path) -> None:
    """Apply, rest, upgrade, prune, roll back, delete; claims and their volumes stay through all of it."""
    dist = synthesize(tmp_path, namespace, WITH_ALERTMANAGER)
    repository.commit(dist)
    revision = flux.publish(repository, NAME)
    flux.deliver(kustomization())
    status = flux.reconciled(NAME, namespace, revision)
    assert len(status["inventory"]["entries"]) == len(objects(dist))
    retained = claims(flux.cluster, namespace)
    assert len(retained) == 4
    first, before = kinds(flux.cluster, namespace), versions(flux, namespace, dist)

    flux.reconciled(NAME, namespace, revision)
    assert versions(flux, namespace, dist) == before, "a second reconciliation changes nothing"

    repository.commit(synthesize(tmp_path, namespace, WITHOUT_CLAIMS))
    flux.reconciled(NAME, namespace, flux.publish(repository, NAME))
    now = kinds(flux.cluster, namespace)
    assert (now["statefulset"], now["deployment"]) == ({"prometheus"}, {"grafana"}), "what is no longer in dist/ is pruned"
    assert claims(flux.cluster, namespace) == retained

    repository.revert()
    flux.reconciled(NAME, namespace, flux.publish(repository, NAME))
    assert kinds(flux.cluster, namespace) == first
    assert claims(flux.cluster, namespace) == retained

    flux.delete(NAME, namespace)
    flux.until(lambda: kinds(flux.cluster, namespace).keys() == {"persistentvolumeclaim"}, NAME, namespace)
    assert claims(flux.cluster, namespace) == retained


def test_substitutions_leave_dashboards_and_rules_alone(flux: Flux, repository: Repository, namespace: str, tmp_path: Path) -> None:
    dist = synthesize(tmp_path, namespace)
    repository.commit(dist)
    revision = flux.publish(repository, NAME)
    flux.deliver(kustomization(postBuild={"substitute": {"datasource": "eaten", "labels": "eaten", "value": "eaten", "job": "eaten"}}))
    flux.reconciled(NAME, namespace, revision)
    texts = 0
    for found in objects(dist):
        if found["kind"] == "ConfigMap":
            name = found["metadata"]["name"]
            assert flux.cluster.get("configmap", name, namespace)["data"] == find(dist, "ConfigMap", name)["data"], name
            texts += sum(text.count("${datasource}") for text in found["data"].values())
    assert texts > 100
    flux.delete(NAME, namespace)


@pytest.mark.parametrize("example", list(deliverable()))
def test_examples_become_ready(flux: Flux, repository: Repository, namespace: str, tmp_path: Path, example: str) -> None:
    """`wait: true` waits for every kind that the stack emits, and all of them become ready."""
    repository.commit(synthesize(tmp_path, namespace, {**deliverable()[example], "namespace": namespace}))
    revision = flux.publish(repository, NAME)
    flux.deliver(kustomization())
    flux.reconciled(NAME, namespace, revision)
    flux.delete(NAME, namespace)


def test_a_router_namespace_that_comes_later(flux: Flux, repository: Repository, namespace: str, tmp_path: Path) -> None:
    """Flux tries everything on the API server before it applies anything, so the namespace has to be there."""
    absent = f"{namespace}-routing"
    repository.commit(synthesize(tmp_path, namespace, {"routers": [{"install": "raw", "namespaces": [absent]}]}))
    revision = flux.publish(repository, NAME)
    flux.deliver(kustomization())
    status = flux.reconciled(NAME, namespace, revision, ready="False")
    assert f'namespaces "{absent}" not found' in condition(status)["message"]
    assert kinds(flux.cluster, namespace) == {}
    flux.cluster.create_namespace(absent)
    try:
        flux.reconciled(NAME, namespace, revision)
        assert kinds(flux.cluster, namespace)["statefulset"] == {"prometheus", "grafana"}
        flux.delete(NAME, namespace)
    finally:
        flux.cluster.request("DELETE", f"api/v1/namespaces/{absent}")
