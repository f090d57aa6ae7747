"""User interfaces made for tests, to be exposed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import semantic_router_observability as sro

if TYPE_CHECKING:
    from cdk8s import ApiObject, Chart

    from semantic_router_observability.kubernetes.traffic import Traffic

PORTS = ({"name": "metrics", "port": 81}, {"name": "http", "port": 80, "targetPort": 8080})


@dataclass(frozen=True)
class Backend:
    """A user interface."""

    service: ApiObject
    external_url: str | None = "https://a.example.com"
    has_login: bool = True
    no_login_reason: str | None = None
    serving_tls: sro.ServingTls | None = None
    access: sro.Access | None = None
    traffic: list[Traffic] = field(default_factory=list)


def backend(chart: Chart, name: str = "ui", *, namespace: str | None = None, ports: Any = PORTS, **fields: Any) -> Backend:
    """A user interface with a Service of this name."""
    service = sro.Manifest(
        chart, f"{name}-service", api_version="v1", kind="Service", name=name, namespace=namespace, labels={}, spec={"ports": list(ports)}
    )
    return Backend(service, **fields)
