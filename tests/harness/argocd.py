"""Argo CD's application-controller and repo-server, beside the lab's API server."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from harness.operators import settle
from harness.programs import module_folder, program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.cluster import Cluster

NAMESPACE = "argocd"
_APPLICATIONS = f"apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
_REDIS, _REPOSITORIES = "127.0.0.1:6379", "127.0.0.1:8081"


class ArgoCD:
    """Started with a tracking method: how it knows which objects are an Application's."""

    def __init__(self, cluster: Cluster, directory: Path, *, tracking: str) -> None:
        self.cluster = cluster
        argocd, kubectl = program("argocd"), program("kubectl")
        folders = {name: directory / name for name in ("tls", "ssh", "gpg", "keys", "plugins", "home", "tmp", "bin")}
        for folder in folders.values():
            folder.mkdir(parents=True)
        # It calls the kustomize that comes with it; kubectl holds the same.
        kustomize = folders["bin"] / "kustomize"
        kustomize.write_text(f'#!/bin/sh\n[ "$1" = build ] || exit 2\nshift\nexec "{kubectl}" kustomize "$@"\n')
        kustomize.chmod(0o755)
        self._install(tracking)
        environment = {
            "PATH": f"{folders['bin']}:{os.environ['PATH']}",
            "KUBECONFIG": str(cluster.control_plane.kubeconfig),
            "HOME": str(folders["home"]),
            "TMPDIR": str(folders["tmp"]),
            "ARGOCD_FAKE_IN_CLUSTER": "true",
            "ARGOCD_GPG_ENABLED": "false",
            "ARGOCD_TLS_DATA_PATH": str(folders["tls"]),
            "ARGOCD_SSH_DATA_PATH": str(folders["ssh"]),
            "ARGOCD_GNUPGHOME": str(folders["gpg"]),
            "ARGOCD_GPG_DATA_PATH": str(folders["keys"]),
            "ARGOCD_PLUGINSOCKFILEPATH": str(folders["plugins"]),
        }
        common = ["--redis", _REDIS, "--logformat", "text"]
        commands = [
            ["redis", _REDIS],
            ["repo-server", "--address", "127.0.0.1", "--disable-tls", *common],
            ["application-controller", "--namespace", NAMESPACE, "--repo-server", _REPOSITORIES, "--repo-server-plaintext", *common],
        ]
        self._processes = [
            cluster.network.start(argocd, *command, log=directory / f"{command[0]}.log", env=environment) for command in commands
        ]

    def _install(self, tracking: str) -> None:
        crds = module_folder("gitops", "github.com/argoproj/argo-cd/v3") / "manifests" / "crds"
        for name in ("application-crd.yaml", "appproject-crd.yaml"):
            self.cluster.kubectl("apply", "--server-side", "-f", str(crds / name)).check()
        labels = {"app.kubernetes.io/part-of": "argocd"}
        settings = {
            "argocd-cm": {
                "timeout.reconciliation": "5s",
                "timeout.reconciliation.jitter": "0s",
                "application.resourceTrackingMethod": tracking,
            },
            "argocd-cmd-params-cm": {},
            "argocd-rbac-cm": {},
            "argocd-gpg-keys-cm": {},
        }
        objects: list[dict[str, Any]] = [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
            *(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
                    "data": data,
                }
                for name, data in settings.items()
            ),
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "argocd-secret", "namespace": NAMESPACE, "labels": labels},
                "stringData": {"server.secretkey": "x" * 32},
            },
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "AppProject",
                "metadata": {"name": "default", "namespace": NAMESPACE},
                "spec": {
                    "sourceRepos": ["*"],
                    "destinations": [{"namespace": "*", "server": "*"}],
                    "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
                },
            },
        ]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.cluster.wait(lambda: self.cluster.apply(text).ok, "the definitions of Argo CD")

    def deliver(self, application: dict[str, Any]) -> None:
        """Create or change an Application."""
        self.cluster.apply(json.dumps(application)).check()

    def application(self, name: str) -> dict[str, Any]:
        """Read an Application."""
        found: dict[str, Any] = self.cluster.api(f"{_APPLICATIONS}/{name}")
        return found

    def refresh(self, name: str) -> None:
        """Ask Argo CD to look at the repository and the cluster anew."""
        self.cluster.patch(f"{_APPLICATIONS}/{name}", {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}})

    def settled(self, name: str, namespace: str, revision: str, *, timeout: float = 120) -> dict[str, Any]:
        """Wait until the Application is synced to a commit, and healthy; its status."""

        def status() -> dict[str, Any] | None:
            found = self.synced(name, revision)
            return found if found and found["health"]["status"] == "Healthy" else None

        self.refresh(name)
        return self.until(status, name, [namespace], timeout=timeout)

    def synced(self, name: str, revision: str) -> dict[str, Any] | None:
        """Status of an Application, if it is synced to a commit."""
        found: dict[str, Any] = self.application(name).get("status", {})
        operation = found.get("operationState", {})
        at_revision = found.get("sync", {}).get("revision") == operation.get("syncResult", {}).get("revision") == revision
        return found if at_revision and operation.get("phase") == "Succeeded" and found["sync"]["status"] == "Synced" else None

    def until(self, check: Callable[[], Any], name: str, namespaces: Sequence[str], *, timeout: float = 120) -> Any:
        """Wait for a state of the Application, while everything that it delivers becomes healthy as in a real cluster."""

        def settled() -> Any:
            for namespace in namespaces:
                settle(self.cluster, namespace)
            found = check()
            if not found:
                time.sleep(0.3)
            return found

        return self.cluster.wait(settled, lambda: explained(self.application(name)), timeout)

    def delete(self, name: str, namespaces: Sequence[str]) -> None:
        """Delete the Application with what it delivered, as its finalizer does."""
        self.cluster.patch(f"{_APPLICATIONS}/{name}", {"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}})
        self.cluster.request("DELETE", f"{_APPLICATIONS}/{name}")
        self.until(lambda: name not in self.names(), name, namespaces)

    def names(self) -> list[str]:
        """Names of all Applications."""
        return [found["metadata"]["name"] for found in self.cluster.api(_APPLICATIONS)["items"]]

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()


def explained(application: dict[str, Any]) -> str:
    """What Argo CD says of an Application that is not as it should be."""
    status = application.get("status", {})
    wrong = [
        f"{found['kind']}/{found['name']}: {found.get('status')} {found.get('health', {})}"
        for found in status.get("resources", [])
        if found.get("status") != "Synced" or found.get("health", {}).get("status", "Healthy") != "Healthy"
    ]
    operation = status.get("operationState", {})
    return json.dumps(
        [
            status.get("sync", {}).get("status"),
            status.get("health"),
            status.get("conditions"),
            operation.get("phase"),
            operation.get("message"),
            wrong,
        ]
    )
