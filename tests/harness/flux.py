"""Flux's kustomize-controller, beside the lab's API server. Its source-controller is played: it only hands over an archive of the commit."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from harness.operators import settle
from harness.programs import module_folder, program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.repository import Repository

NAMESPACE = "flux-system"
_KUSTOMIZATIONS = f"apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{NAMESPACE}/kustomizations"
_REPOSITORIES = f"apis/source.toolkit.fluxcd.io/v1/namespaces/{NAMESPACE}/gitrepositories"
_PORT = 8090
_SOURCES = {"GitRepository": "gitrepositories", "OCIRepository": "ocirepositories", "Bucket": "buckets"}
_tokens = itertools.count(1)


class Flux:
    """The controller, and a file server with the archives."""

    def __init__(self, cluster: Cluster, directory: Path) -> None:
        self.cluster = cluster
        controller = program("kustomize-controller")
        self._archives = directory / "archives"
        for folder in (self._archives, directory / "tmp"):
            folder.mkdir(parents=True)
        self._install()
        environment = {
            "PATH": os.environ["PATH"],
            "KUBECONFIG": str(cluster.control_plane.kubeconfig),
            "RUNTIME_NAMESPACE": NAMESPACE,
            "TMPDIR": str(directory / "tmp"),
            "HOME": str(directory),
        }
        self._processes = [
            cluster.network.start(
                *(sys.executable, "-m", "http.server", str(_PORT), "--bind", "127.0.0.1", "--directory", self._archives),
                log=directory / "archives.log",
            ),
            cluster.network.start(
                controller,
                "--watch-all-namespaces",
                "--metrics-addr=127.0.0.1:8091",
                "--health-addr=127.0.0.1:8092",
                "--enable-leader-election=false",
                "--requeue-dependency=2s",
                log=directory / "kustomize-controller.log",
                env=environment,
            ),
        ]

    def _install(self) -> None:
        folder = module_folder("gitops", "github.com/fluxcd/kustomize-controller") / "config" / "crd" / "bases"
        self.cluster.kubectl("apply", "--server-side", "-f", str(folder)).check()
        objects = [_source(kind, plural) for kind, plural in _SOURCES.items()]
        objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        self.cluster.apply(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})).check()
        self.cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all").check()

    def deliver(self, *manifests: dict[str, Any]) -> None:
        """Create or change Flux's objects."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
        self.cluster.wait(lambda: self.cluster.apply(text).ok, "Flux's definitions")

    def publish(self, repository: Repository, name: str) -> str:
        """Do as source-controller: pack the newest commit and announce it; the revision."""
        archive = self._archives / f"{repository.head}.tar.gz"
        repository.git("archive", "--format=tar.gz", f"--output={archive}", "HEAD")
        content = archive.read_bytes()
        revision = f"main@sha1:{repository.head}"
        now = "2026-01-01T00:00:00Z"
        artifact = {
            "path": archive.name,
            "url": f"http://127.0.0.1:{_PORT}/{archive.name}",
            "revision": revision,
            "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "lastUpdateTime": now,
            "size": len(content),
        }
        ready = {"type": "Ready", "status": "True", "reason": "Succeeded", "message": "stored", "lastTransitionTime": now}
        generation = self.cluster.api(f"{_REPOSITORIES}/{name}")["metadata"]["generation"]
        status = {"observedGeneration": generation, "artifact": artifact, "conditions": [{**ready, "observedGeneration": generation}]}
        self.cluster.patch(f"{_REPOSITORIES}/{name}/status", {"status": status})
        return revision

    def kustomization(self, name: str) -> dict[str, Any]:
        """Read a Kustomization."""
        found: dict[str, Any] = self.cluster.api(f"{_KUSTOMIZATIONS}/{name}")
        return found

    def reconciled(self, name: str, namespace: str, revision: str, *, ready: str = "True", timeout: float = 120) -> dict[str, Any]:
        """Ask for a reconciliation and wait until it has ended; its status."""
        token = str(next(_tokens))
        asked = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": token}}}
        self.cluster.patch(f"{_KUSTOMIZATIONS}/{name}", asked)

        def ended() -> dict[str, Any] | None:
            status: dict[str, Any] = self.kustomization(name).get("status", {})
            answered = status.get("lastHandledReconcileAt") == token and status.get("lastAttemptedRevision") == revision
            return status if answered and condition(status)["status"] == ready else None

        return self.until(ended, name, namespace, timeout=timeout)

    def until(self, check: Callable[[], Any], name: str, namespace: str, *, timeout: float = 120) -> Any:
        """Wait for a state, while everything that is delivered becomes healthy as in a real cluster."""

        def settled() -> Any:
            settle(self.cluster, namespace)
            found = check()
            if not found:
                time.sleep(0.3)
            return found

        return self.cluster.wait(settled, lambda: json.dumps(self.kustomization(name).get("status")), timeout)

    def delete(self, name: str, namespace: str) -> None:
        """Delete the Kustomization with what it delivered, as its finalizer does."""
        self.cluster.request("DELETE", f"{_KUSTOMIZATIONS}/{name}")
        self.until(lambda: name not in [found["metadata"]["name"] for found in self.cluster.api(_KUSTOMIZATIONS)["items"]], name, namespace)

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()


def condition(status: dict[str, Any]) -> dict[str, Any]:
    """Whether it is ready, and why not."""
    return next((found for found in status.get("conditions", []) if found["type"] == "Ready"), {"status": "Unknown", "message": ""})


def _source(kind: str, plural: str) -> dict[str, Any]:
    """Definition of a kind of source-controller, which is not there to check it."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.source.toolkit.fluxcd.io"},
        "spec": {
            "group": "source.toolkit.fluxcd.io",
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, "subresources": {"status": {}}}
            ],
        },
    }
