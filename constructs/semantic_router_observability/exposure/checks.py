"""Refusals that several forms of exposure share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.errors import ConfigError, Raw

from .tls import TlsSecret, described

if TYPE_CHECKING:
    from .objects import Plan


def check_tls_of_cluster(plan: Plan, *, other_namespaces: bool = False) -> None:
    """Refuse `tls` for plain http, and a Secret that the form cannot read."""
    if plan.tls is None:
        return
    for backend in plan.backends:
        if not backend.secure:
            raise ConfigError(
                f"{backend.name}: external_url",
                backend.external_url,
                "tls is given but the address is plain http; write https:// or leave tls out",
            )
    if isinstance(plan.tls, TlsSecret) and plan.tls.namespace and not other_namespaces:
        raise ConfigError(
            f"{plan.id}: tls", Raw(described(plan.tls)), "only an OwnGateway reads Secrets of another namespace; leave namespace out"
        )
