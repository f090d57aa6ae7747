"""What stands beside a component's pods: the Service that clients use, the headless Service of the replicas, and the claims of their volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from .serving import ServingTls
    from .storage import Claim


def persistent_claim(scope: Construct, id: str, name: str, *, labels: Mapping[str, str], claim: Claim) -> Manifest:
    """Declare the claim of a volume; `id` is its place in the tree."""
    return Manifest(scope, id, api_version="v1", kind="PersistentVolumeClaim", name=name, labels=labels, spec=claim.spec())


def http_port(number: int) -> dict[str, Any]:
    """Service port for the container port named `http`."""
    return {"name": "http", "port": number, "targetPort": "http"}


def web_service(
    scope: Construct,
    name: str,
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    port: int,
    path: str = "",
    tls: ServingTls | None = None,
) -> Manifest:
    """Service of a user interface; `path`, where it is served below one, tells Prometheus where the metrics are."""
    return Manifest(
        scope,
        "service",
        api_version="v1",
        kind="Service",
        name=name,
        labels=labels,
        annotations={
            **({"prometheus.io/path": f"{path}/metrics"} if path else {}),
            **(tls.service_annotations if tls else {}),
        },
        spec={"selector": selector, "ports": [http_port(port)]},
    )


def headless_service(
    scope: Construct, name: str, *, labels: Mapping[str, str], selector: Mapping[str, str], port: int, gossip_port: int, clustered: bool
) -> Manifest:
    """Headless Service at which replicas find one another; with one replica only what a StatefulSet has to name.

    Its port is never called `http`: Prometheus scrapes the pods behind every Service of the stack that has such a port, once.
    """
    gossip = {"name": "gossip", "port": gossip_port, "targetPort": "gossip"}
    return Manifest(
        scope,
        "headless",
        api_version="v1",
        kind="Service",
        name=name,
        labels=labels,
        spec={
            "clusterIP": "None",
            # Replicas have to find one another before they are ready.
            "publishNotReadyAddresses": True if clustered else None,
            "selector": selector,
            "ports": [gossip if clustered else {**http_port(port), "name": "web"}],
        },
    )


def disruption_budget(scope: Construct, name: str, *, labels: Mapping[str, str], selector: Mapping[str, str], clustered: bool) -> None:
    """Of several replicas, let a drained node take one at a time; a budget for a single one would block the drain."""
    if clustered:
        Manifest(
            scope,
            "disruption-budget",
            api_version="policy/v1",
            kind="PodDisruptionBudget",
            name=name,
            labels=labels,
            spec={"maxUnavailable": 1, "selector": {"matchLabels": selector}},
        )
