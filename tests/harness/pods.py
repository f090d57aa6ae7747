"""What a node would do to Pods: place them, say that they run, and let go of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.cluster import NODE, ApiError, Cluster, object_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def run_pod(cluster: Cluster, pod: Mapping[str, Any], address: str, *, ready: bool = True) -> dict[str, Any]:
    """Bind a Pod to the lab's node and say that it runs at `address`; may be repeated to change `ready`."""
    path = f"{object_path('pod', pod['metadata']['namespace'])}/{pod['metadata']['name']}"
    if not pod["spec"].get("nodeName"):
        binding = {"metadata": {"name": pod["metadata"]["name"]}, "target": {"apiVersion": "v1", "kind": "Node", "name": NODE}}
        cluster.request("POST", f"{path}/binding", binding)
    condition = "True" if ready else "False"
    status = {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "hostIP": cluster.network.host,
        "conditions": [{"type": kind, "status": condition} for kind in ("ContainersReady", "Ready")],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": ready,
                "started": True,
                "restartCount": 0,
                "state": {"running": {}},
            }
            for container in pod["spec"]["containers"]
        ],
    }
    running: dict[str, Any] = cluster.patch(f"{path}/status", {"status": status})
    return running


def serve(
    cluster: Cluster,
    namespace: str,
    name: str,
    addresses: Sequence[str],
    *,
    labels: Mapping[str, str],
    port: int = 9190,
    port_name: str = "metrics",
    service_name: str | None = None,
    service_labels: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Run Pods `name-0`, `name-1`, … at the given addresses, behind a Service: what a cluster holds of a simulated router.

    `labels` are the Pods' and select them; the Service has its own, by default the same. Returns the Pods once the Service's EndpointSlices
    list every address. What listens there is for the caller to start.
    """
    service = service_name or name
    port_spec = {"name": port_name, "port": port, "targetPort": port_name}
    service_body = {
        "metadata": {"name": service, "labels": dict(labels if service_labels is None else service_labels)},
        "spec": {"selector": dict(labels), "ports": [port_spec]},
    }
    cluster.request("POST", object_path("service", namespace), service_body)
    pods = []
    for index, address in enumerate(addresses):
        body = {
            "metadata": {"name": f"{name}-{index}", "labels": dict(labels)},
            "spec": _restricted_pod({"name": "router", "image": "router", "ports": [{"name": port_name, "containerPort": port}]}),
        }
        pods.append(run_pod(cluster, cluster.request("POST", object_path("pod", namespace), body), address))
    cluster.wait(lambda: set(addresses) <= set(endpoints(cluster, namespace, service)), f"EndpointSlices of {service}")
    return pods


def endpoints(cluster: Cluster, namespace: str, service: str) -> list[str]:
    """List the addresses of the ready endpoints of a Service."""
    selector = f"labelSelector=kubernetes.io/service-name%3D{service}"
    slices = cluster.api(f"apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?{selector}")["items"]
    ready = [endpoint for part in slices for endpoint in part["endpoints"] or [] if endpoint["conditions"].get("ready")]
    return [address for endpoint in ready for address in endpoint["addresses"]]


def finish_terminating(cluster: Cluster, namespace: str) -> None:
    """Remove the Pods that are being deleted, as the node does once their containers have stopped."""
    for pod in cluster.api(object_path("pod", namespace))["items"]:
        if "deletionTimestamp" in pod["metadata"]:
            remove_pod(cluster, pod)


def remove_pod(cluster: Cluster, pod: Mapping[str, Any]) -> None:
    """Delete a Pod at once; that it is gone already is fine."""
    path = f"{object_path('pod', pod['metadata']['namespace'])}/{pod['metadata']['name']}"
    options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
    try:
        cluster.request("DELETE", path, options)
    except ApiError as error:
        if error.status not in (404, 409):
            raise


def _restricted_pod(container: dict[str, Any]) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container | {"securityContext": security}],
    }
