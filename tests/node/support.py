"""What the tests on a node share: routers as Deployments, Secrets of the manifests, and a delivery as README.md describes it."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import yaml

from cluster.routers import INSTALLS, METRICS, Install
from cluster.support import objects
from harness.archives import SIMULATOR
from harness.cluster import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.node_cluster import NodeCluster

NAMESPACE = "vllm-semantic-router-system"
"""Of the committed `dist/`."""


@contextmanager
def restricted_namespace(nodes: NodeCluster, *names: str) -> Iterator[None]:
    """Make namespaces that enforce PodSecurity `restricted`; on the way out they and their volumes go, and are waited for."""
    for name in names:
        nodes.cluster.create_namespace(name)
    try:
        yield
    finally:
        for name in names:
            remove_namespace(nodes, name)


def remove_namespace(nodes: NodeCluster, name: str) -> None:
    """Delete a namespace with everything in it, and the volumes that were offered to it."""
    cluster = nodes.cluster
    if not _gone(nodes, f"api/v1/namespaces/{name}"):
        cluster.request("DELETE", f"api/v1/namespaces/{name}")
    cluster.wait(lambda: _gone(nodes, f"api/v1/namespaces/{name}"), f"namespace {name} gone", 120)
    for volume in cluster.api("api/v1/persistentvolumes")["items"]:
        if volume["spec"].get("claimRef", {}).get("namespace") == name:
            cluster.request("DELETE", f"api/v1/persistentvolumes/{volume['metadata']['name']}")
            for node in nodes.nodes.values():
                node.run("sh", "-c", f"umount /var/lib/volumes/{name}/* 2>/dev/null; rm -rf /var/lib/volumes/{name}").check()


def deliver(nodes: NodeCluster, dist: Path, *, memory: Mapping[str, str] | None = None, everywhere: bool = False) -> list[dict[str, Any]]:
    """Offer volumes, make the Secrets that the manifests name, and apply; return the objects."""
    found = objects(dist)
    nodes.offer_volumes(found, memory=memory, everywhere=everywhere)
    for namespace, name, keys in _secrets(found):
        if _gone(nodes, f"api/v1/namespaces/{namespace}/secrets/{name}"):
            body = {"metadata": {"name": name}, "stringData": {key: _value(nodes, key) for key in keys}}
            nodes.cluster.request("POST", f"api/v1/namespaces/{namespace}/secrets", body)
    nodes.cluster.kubectl("apply", "--validate=strict", "-f", str(dist), timeout=120).check()
    return found


def wait_for_rollouts(nodes: NodeCluster, found: Sequence[Mapping[str, Any]], *, without: Sequence[str] = ()) -> None:
    """Wait until every Pod of the objects is Ready."""
    for item in found:
        name = item["metadata"]["name"]
        if item["kind"] in ("StatefulSet", "Deployment") and name not in without:
            nodes.rollout(item["metadata"]["namespace"], f"{item['kind'].lower()}/{name}")


def add_routers(
    nodes: NodeCluster, namespace: str, style: str | Install = "helm", *, replicas: int = 1, arguments: Sequence[str] = ()
) -> str:
    """Run simulated routers as the Deployment and Service of an installation style; return the Deployment's name."""
    install = INSTALLS[style] if isinstance(style, str) else style
    name = install.service.removesuffix("-metrics")
    labels = dict(install.pod_labels)
    container = {
        "name": "router",
        "image": SIMULATOR,
        "args": [f"--listen=0.0.0.0:{METRICS}", *arguments],
        "ports": [{"name": "metrics", "containerPort": METRICS}],
        "readinessProbe": {"tcpSocket": {"port": METRICS}, "periodSeconds": 1},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    made = [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": install.service, "namespace": namespace, "labels": dict(install.service_labels)},
            "spec": {"selector": labels, "ports": [{"name": "metrics", "port": METRICS, "targetPort": METRICS}]},
        },
    ]
    nodes.cluster.apply(yaml.safe_dump_all(made)).check()
    nodes.rollout(namespace, f"deployment/{name}")
    return name


def query(nodes: NodeCluster, expression: str, *, namespace: str = NAMESPACE, pod: str = "prometheus-0") -> list[dict[str, Any]]:
    """Evaluate an expression with the Prometheus of a Pod, from inside it."""
    url = f"http://localhost:9090/api/v1/query?{urlencode({'query': expression})}"
    result: list[dict[str, Any]] = nodes.fetch(namespace, pod, url)["data"]["result"]
    return result


def value(nodes: NodeCluster, expression: str, *, namespace: str = NAMESPACE, pod: str = "prometheus-0") -> float | None:
    """Evaluate an expression of one series; None when there is no data."""
    result = query(nodes, expression, namespace=namespace, pod=pod)
    assert len(result) <= 1, f"{expression}: {len(result)} series"
    return float(result[0]["value"][1]) if result else None


def _secrets(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """List the Secrets, with their keys, that the Pods of the objects need."""
    needed: dict[tuple[str, str], list[str]] = {}
    for item in found:
        pod = item.get("spec", {}).get("template", {}).get("spec")
        if pod is None:
            continue
        namespace = item["metadata"]["namespace"]
        for volume in pod.get("volumes", ()):
            sources = [volume, *volume.get("projected", {}).get("sources", ())]
            for secret in (source["secret"] for source in sources if "secret" in source):
                keys = needed.setdefault((namespace, secret.get("secretName") or secret["name"]), [])
                keys += [entry["key"] for entry in secret.get("items", ({"key": "tls.crt"}, {"key": "tls.key"}))]
        for variable in (variable for container in pod["containers"] for variable in container.get("env", ())):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                needed.setdefault((namespace, reference["name"]), []).append(reference["key"])
    return [(namespace, name, keys) for (namespace, name), keys in needed.items()]


def _value(nodes: NodeCluster, key: str) -> str:
    certificate = nodes.cluster.control_plane.certificate
    files = {"tls.crt": certificate, "ca.crt": certificate, "tls.key": certificate.with_suffix(".key")}
    if key in files:
        return files[key].read_text()
    return f"http://{nodes.network.host}:9/" if "url" in key else secrets.token_hex(16)


def _gone(nodes: NodeCluster, path: str) -> bool:
    try:
        nodes.cluster.api(path)
    except ApiError as error:
        if error.status != 404:
            raise
        return True
    return False
