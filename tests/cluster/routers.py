"""Routers as each installation style leaves them in a cluster: labels, Services and ports of the real manifests."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.cluster import object_path
from harness.pods import endpoints, run_pod
from simulator import SimulatedRouter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cluster import Cluster
    from harness.network import Network
    from simulator import Scenario

METRICS = 9190

_GRPC = {"grpc": 50051}
_API = {"api": 8080}


@dataclass(frozen=True, kw_only=True)
class Install:
    """How one installation style looks to discovery."""

    service: str
    pod_labels: Mapping[str, str]
    """Also what the Service selects by."""
    service_labels: Mapping[str, str] = field(default_factory=dict)
    other_ports: Mapping[str, int] = field(default_factory=dict)
    """Further ports of the same Service, by name."""


HELM_LABELS = {
    "app.kubernetes.io/name": "semantic-router",
    "app.kubernetes.io/instance": "vsr",
    "app": "semantic-router",
}

INSTALLS = {
    "helm": Install(
        service="vsr-semantic-router-metrics",
        pod_labels={**HELM_LABELS, "app.kubernetes.io/component": "router"},
        service_labels={**HELM_LABELS, "app.kubernetes.io/managed-by": "Helm", "service": "metrics"},
    ),
    "raw": Install(
        service="semantic-router-metrics",
        pod_labels={"app": "semantic-router"},
        service_labels={"app": "semantic-router", "service": "metrics"},
    ),
    "operator": Install(
        service="router",
        pod_labels={"app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/instance": "router"},
        other_ports=_GRPC | _API,
    ),
    "kserve": Install(
        service="semantic-router-kserve",
        pod_labels={"app": "semantic-router", "component": "gateway"},
        service_labels={"app": "semantic-router", "component": "gateway"},
        other_ports=_GRPC | _API | {"envoy-http": 8801, "envoy-admin": 19000},
    ),
}
"""The four ways the router's own documentation installs it."""

DASHBOARD = Install(
    service="vsr-semantic-router-dashboard",
    pod_labels={**HELM_LABELS, "app.kubernetes.io/component": "dashboard"},
    service_labels={**HELM_LABELS, "app.kubernetes.io/component": "dashboard"},
)
"""The chart's dashboard, behind a port of the metrics port's name: nothing but its component label tells it from the router."""

STRANGER = Install(service="other", pod_labels={"app": "other", "app.kubernetes.io/name": "other"})
"""Another application's metrics."""


@dataclass(frozen=True)
class Placed:
    """A router's Pod in the cluster."""

    namespace: str
    pod: str
    service: str
    address: str
    seen: float
    """Unix time at which the EndpointSlices listed it."""

    @property
    def labels(self) -> dict[str, str]:
        """What Prometheus must know it by."""
        return {
            "job": "semantic-router",
            "namespace": self.namespace,
            "pod": self.pod,
            "service": self.service,
            "instance": f"{self.address}:{METRICS}",
        }


def simulate(network: Network, address: str, *, scenario: Scenario, seed: int = 1, start_offset: float = 0.0) -> SimulatedRouter:
    """Make a simulated router, ten times as fast as real ones, that listens at an address of the lab; it ends with the test run at the latest."""
    prefix = [*network.prefix, "setpriv", "--pdeathsig", "KILL"]
    return SimulatedRouter(address, METRICS, scenario=scenario, seed=seed, speed=10.0, start_offset=start_offset, prefix=prefix)


def place(cluster: Cluster, namespace: str, install: Install, address: str) -> Placed:
    """Make the Service and its Pod, which runs and is ready at `address`; what listens there is for the caller to start."""
    add_service(cluster, namespace, install)
    pod = add_pod(cluster, namespace, f"{install.service}-0", install, address, ready=False)
    # In two steps, as a container takes time to become ready. Prometheus looks a Pod's labels up when it hears of its slice, and not again
    # when it hears of the Pod: had slice and Pod one and the same moment, news of the Pod could come too late.
    cluster.wait(lambda: address in _listed(cluster, namespace, install.service), f"{address} in EndpointSlices of {install.service}")
    run_pod(cluster, pod, address)
    cluster.wait(lambda: address in endpoints(cluster, namespace, install.service), f"{address} ready behind {install.service}")
    return Placed(namespace, pod["metadata"]["name"], install.service, address, time.time())


def add_service(cluster: Cluster, namespace: str, install: Install, *, name: str | None = None) -> None:
    ports = [
        {"name": key, "port": number, "targetPort": number} for key, number in ({"metrics": METRICS} | dict(install.other_ports)).items()
    ]
    body = {
        "metadata": {"name": name or install.service, "labels": dict(install.service_labels)},
        "spec": {"selector": dict(install.pod_labels), "ports": ports},
    }
    cluster.request("POST", object_path("service", namespace), body)


def add_pod(cluster: Cluster, namespace: str, name: str, install: Install, address: str, *, ready: bool = True) -> dict[str, Any]:
    ports = {"metrics": METRICS} | dict(install.other_ports)
    container = {
        "name": "router",
        "image": "router",
        "ports": [{"name": key, "containerPort": number} for key, number in ports.items()],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    body = {
        "metadata": {"name": name, "labels": dict(install.pod_labels)},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
        },
    }
    return run_pod(cluster, cluster.request("POST", object_path("pod", namespace), body), address, ready=ready)


def _listed(cluster: Cluster, namespace: str, service: str) -> list[str]:
    """List the addresses of a Service's endpoints, ready or not."""
    selector = f"labelSelector=kubernetes.io/service-name%3D{service}"
    slices = cluster.api(f"apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?{selector}")["items"]
    return [address for part in slices for endpoint in part["endpoints"] or [] for address in endpoint["addresses"]]


def add_slice(cluster: Cluster, namespace: str, name: str, service: str, address: str, pod: str) -> None:
    """List a Pod under another address, as the IPv6 half of a dual-stack Service or a slice that is out of date does."""
    family = "IPv6" if ":" in address else "IPv4"
    body = {
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
        "addressType": family,
        "endpoints": [
            {
                "addresses": [address],
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": pod},
            }
        ],
        "ports": [{"name": "metrics", "port": METRICS, "protocol": "TCP"}],
    }
    cluster.request("POST", f"apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices", body)
