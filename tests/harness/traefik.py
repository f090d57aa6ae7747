"""Traefik's own code, reading Ingresses or Gateway API objects from the lab's API server."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Literal, Self

import yaml

from harness import crds
from harness.programs import program

if TYPE_CHECKING:
    from pathlib import Path

    from harness.lab import Lab

CONTROLLER = "traefik.io/gateway-controller"

OTHER_KINDS = {
    "gateway.networking.k8s.io": (("v1", "GatewayClass", "Cluster"), ("v1", "GRPCRoute", "Namespaced"), ("v1", "TLSRoute", "Namespaced")),
    "traefik.io": tuple(
        ("v1alpha1", kind, "Namespaced")
        for kind in (
            "IngressRoute",
            "IngressRouteTCP",
            "IngressRouteUDP",
            "Middleware",
            "MiddlewareTCP",
            "ServersTransportTCP",
            "TLSOption",
            "TLSStore",
            "TraefikService",
        )
    ),
}
"""Kinds that it watches and the stack does not emit; the cluster only has to have heard of them."""


class Traefik:
    """One run; `configuration()` is what it makes of what the cluster holds."""

    def __init__(self, lab: Lab, source: Literal["ingress", "gateway"], log: Path) -> None:
        self._lab = lab
        reader = program("traefik-reader")
        crds.install(lab.cluster)
        lab.cluster.kubectl("apply", "--server-side", "-f", "-", stdin=_definitions()).check()
        environment = os.environ | {"KUBECONFIG": str(lab.cluster.control_plane.kubeconfig)}
        self._process = lab.network.start(reader, source, log=log, env=environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    def configuration(self) -> dict[str, Any]:
        """The newest routes, middlewares, services and transports for HTTP, of all its sources."""
        newest: dict[str, dict[str, Any]] = {}
        for line in self._process.log().splitlines():
            message = json.loads(line) if line.endswith("}") else {}
            if "ProviderName" in message:
                newest[message["ProviderName"]] = message["Configuration"]["http"] or {}
        assert self._process.returncode is None, self._process.log()
        joined: dict[str, Any] = {"routers": {}, "middlewares": {}, "services": {}, "serversTransports": {}}
        for http in newest.values():
            for section, entries in joined.items():
                entries.update(http.get(section) or {})
        return joined


def _definitions() -> str:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return yaml.safe_dump_all(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{_plural(kind)}.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"}},
            "spec": {
                "group": group,
                "names": {"kind": kind, "plural": _plural(kind), "singular": kind.lower()},
                "scope": scope,
                "versions": [
                    {
                        "name": version,
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": anything},
                        "subresources": {"status": {}},
                    }
                ],
            },
        }
        for group, kinds in OTHER_KINDS.items()
        for version, kind, scope in kinds
    )


def _plural(kind: str) -> str:
    return kind.lower() + ("es" if kind.endswith("s") else "s")
