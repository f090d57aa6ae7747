"""Stand-ins for what makes delivered objects healthy: a node, a provisioner, and the controllers of other projects' kinds."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.cluster import ApiError, Cluster, object_path
from harness.pods import finish_terminating, run_pod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOW = "2026-01-01T00:00:00Z"


def settle(cluster: Cluster, namespace: str) -> None:
    """Do what is due once: bind claims, run Pods, let go of deleted ones, and report other kinds as accepted."""
    for claim in _listed(cluster, object_path("persistentvolumeclaim", namespace)):
        if claim["status"]["phase"] == "Pending" and "deletionTimestamp" not in claim["metadata"]:
            name = claim["metadata"]["name"]
            with _unless_gone():
                # The volume of an earlier claim of the same name.
                cluster.request("DELETE", f"api/v1/persistentvolumes/{namespace}-{name}")
            with _unless_gone():
                cluster.bind_claim(namespace, name)
    with _unless_gone():
        finish_terminating(cluster, namespace)
    for pod in _listed(cluster, object_path("pod", namespace)):
        ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in pod["status"].get("conditions", []))
        if not ready and "deletionTimestamp" not in pod["metadata"]:
            with _unless_gone():
                run_pod(cluster, pod, cluster.network.address())
    for path, status in _STATUSES.items():
        group, plural = path.rsplit("/", 1)
        for found in _listed(cluster, f"apis/{group}/namespaces/{namespace}/{plural}"):
            with _unless_gone():
                cluster.patch(f"apis/{group}/namespaces/{namespace}/{plural}/{found['metadata']['name']}/status", {"status": status(found)})


@contextmanager
def _unless_gone() -> Iterator[None]:
    """What delivers may delete or change an object at any moment."""
    try:
        yield
    except ApiError as error:
        if error.status not in (404, 409):
            raise


def _listed(cluster: Cluster, path: str) -> list[dict[str, Any]]:
    try:
        items: list[dict[str, Any]] = cluster.api(path)["items"]
    except ApiError as error:
        if error.status not in (404, 429):
            raise
        return []  # The kind is not defined, or not yet served.
    return items


def _condition(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": "True", "reason": kind, "message": "", "lastTransitionTime": _NOW, **more}


def _generation(found: dict[str, Any]) -> int:
    return int(found["metadata"].get("generation", 1))


def _gateway(found: dict[str, Any]) -> dict[str, Any]:
    conditions = [_condition(kind, observedGeneration=_generation(found)) for kind in ("Accepted", "Programmed")]
    listeners = [
        {"name": listener["name"], "attachedRoutes": 1, "supportedKinds": [], "conditions": conditions}
        for listener in found["spec"]["listeners"]
    ]
    return {"conditions": conditions, "listeners": listeners}


def _route(found: dict[str, Any]) -> dict[str, Any]:
    conditions = [_condition(kind, observedGeneration=_generation(found)) for kind in ("Accepted", "ResolvedRefs")]
    parents = found["spec"]["parentRefs"]
    return {"parents": [{"parentRef": parent, "controllerName": "example.com/lab", "conditions": conditions} for parent in parents]}


_STATUSES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "networking.k8s.io/v1/ingresses": lambda _: {"loadBalancer": {"ingress": [{"ip": "10.77.1.1"}]}},
    "route.openshift.io/v1/routes": lambda found: {
        "ingress": [{"host": found["spec"].get("host"), "routerName": "default", "conditions": [_condition("Admitted")]}]
    },
    "cert-manager.io/v1/certificates": lambda found: {"conditions": [_condition("Ready", observedGeneration=_generation(found))]},
    "external-secrets.io/v1/externalsecrets": lambda _: {"refreshTime": _NOW, "conditions": [_condition("Ready")]},
    "gateway.networking.k8s.io/v1/gateways": _gateway,
    "gateway.networking.k8s.io/v1/httproutes": _route,
}
