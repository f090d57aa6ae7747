"""User interfaces made for tests, to be exposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import semantic_router_observability as sro

if TYPE_CHECKING:
    from cdk8s import Chart

PORTS = ({"name": "metrics", "port": 81}, {"name": "http", "port": 80, "targetPort": 8080})


def backend(
    chart: Chart,
    name: str = "ui",
    *,
    namespace: str | None = None,
    ports: Any = PORTS,
    external_url: str | None = "https://a.example.com",
    **fields: Any,
) -> sro.Endpoint:
    """A user interface with a Service of this name, and a login where it is reached by https."""
    sro.Manifest(
        chart, f"{name}-service", api_version="v1", kind="Service", name=name, namespace=namespace, labels={}, spec={"ports": list(ports)}
    )
    address = sro.Url.of(external_url) if external_url else None
    plain = address is not None and address.scheme == "http"
    login = {"has_login": False, "no_login_reason": "VPN only"} if plain else {"has_login": True}
    return sro.Endpoint(
        url=sro.Url.of(f"http://{name}.{namespace or chart.namespace}.svc:80"),
        external_url=address,
        **{"pod_port": 8080, **login, **fields},
    )
