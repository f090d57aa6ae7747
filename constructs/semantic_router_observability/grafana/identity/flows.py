"""Servers to which Grafana connects to authenticate users. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.network.destinations import flows_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.traffic import Flow

    from .ldap import Ldap
    from .providers import GrafanaLogin


def identity_flows(namespace: str, logins: Sequence[GrafanaLogin], ldap: Ldap | None) -> tuple[Flow, ...]:
    """Connections to identity providers and directories; where browsers are sent is none of them."""
    asked = [
        (url, f"login by {login.PROVIDER}")
        for login in logins
        for endpoints in (login.endpoints(),)
        for url in (endpoints.token_url, endpoints.api_url, *endpoints.others)
        if url
    ]
    asked += [(f"{host}:{server.listens_on}", "login by LDAP") for server in (ldap.servers if ldap else ()) for host in server.hosts]
    return tuple(flow for where, why in asked for flow in flows_to(where, namespace=namespace, why=why))
