"""What cluster tests of the stack share: a user's way from settings to objects, and namespaces that a whole module uses."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml
from main import build

from harness.cluster import ApiError
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.network import Result

_numbers = itertools.count(1)


@contextmanager
def open_namespace(cluster: Cluster, purpose: str, *, level: str = "restricted") -> Iterator[str]:
    """Make a namespace for longer than one test; it is deleted on the way out."""
    name = cluster.create_namespace(f"{purpose}-{next(_numbers)}", level=level)
    try:
        yield name
    finally:
        cluster.request("DELETE", f"api/v1/namespaces/{name}")


def synthesize(directory: Path, namespace: str, settings: Mapping[str, Any] | None = None) -> Path:
    """Write a settings file and run the app on it, as `main.py` does; return the output folder.

    With a folder used before, the new output replaces the old one.
    """
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "observability.yaml"
    config.write_text(yaml.safe_dump({"namespace": namespace, **(settings or {})}))
    output = directory / "dist"
    assert run(build, arguments=["--config", str(config), "--output", str(output)]) == 0
    return output


def objects(dist: Path) -> list[dict[str, Any]]:
    """Read every object of an output folder."""
    return [document for file in sorted(dist.glob("*.yaml")) for document in yaml.load_all(file.read_text(), yaml.CSafeLoader) if document]


def find(dist: Path, kind: str, name: str) -> dict[str, Any]:
    """Read one object of an output folder."""
    return next(item for item in objects(dist) if (item["kind"], item["metadata"]["name"]) == (kind, name))


def apply(cluster: Cluster, dist: Path, *, user: str | None = None, server_side: bool = False) -> Result:
    """Send the folder as the guide says, `kubectl apply -f dist/`; fields the API server does not know are refused."""
    mode = ["--server-side"] if server_side else []
    return cluster.kubectl("apply", "--validate=strict", *mode, "-f", str(dist), user=user, timeout=120)


def apply_cleanly(cluster: Cluster, dist: Path, *, user: str | None = None, server_side: bool = False) -> Result:
    """Apply, and fail the test on any refusal or warning."""
    result = apply(cluster, dist, user=user, server_side=server_side).check()
    assert result.stderr == ""
    return result


def changed(result: Result) -> list[str]:
    """List what a client-side apply did not find as it should be."""
    assert result.stdout, "the apply named no object"
    return [line for line in result.stdout.splitlines() if not line.endswith(" unchanged")]


def stored(cluster: Cluster, dist: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Read the folder's objects from the API server, without what controllers and kubectl write into them for themselves."""
    listed = yaml.load(cluster.kubectl("get", "-f", str(dist), "-o", "yaml").check().stdout, yaml.CSafeLoader)
    found = {}
    for item in listed["items"]:
        item.pop("status", None)
        metadata = item["metadata"]
        for field in ("managedFields", "resourceVersion"):
            metadata.pop(field, None)
        metadata.get("annotations", {}).pop("kubectl.kubernetes.io/last-applied-configuration", None)
        found[item["kind"], metadata.get("namespace", ""), metadata["name"]] = item
    return found


def workloads(cluster: Cluster, dist: Path) -> list[dict[str, Any]]:
    """Read the folder's StatefulSets and Deployments from the API server."""
    return [
        cluster.get(item["kind"].lower(), item["metadata"]["name"], item["metadata"]["namespace"])
        for item in objects(dist)
        if item["kind"] in ("StatefulSet", "Deployment")
    ]


def missing(cluster: Cluster, kind: str, name: str, namespace: str) -> bool:
    """Whether the API server has no such object."""
    try:
        cluster.get(kind, name, namespace)
    except ApiError as error:
        if error.status != 404:
            raise
        return True
    return False
