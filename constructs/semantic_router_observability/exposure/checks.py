"""Refusals that several forms of exposure share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.errors import ConfigError, Raw, arg, place

from .tls import TlsSecret, described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.secrets import SecretUse

    from .objects import Plan


def check_tls_of_cluster(plan: Plan, *, other_namespaces: bool = False) -> None:
    """Refuse `tls` for plain http, and a Secret that the form cannot read."""
    if plan.tls is None:
        return
    for backend in plan.backends:
        if not backend.secure:
            raise ConfigError(
                place(backend.name, "external_url"),
                backend.external_url,
                f"{arg('tls')} is given but the address is plain http; write https:// or remove {arg('tls')}",
            )
    if isinstance(plan.tls, TlsSecret) and plan.tls.namespace and not other_namespaces:
        raise ConfigError(
            place(plan.id, "tls"),
            Raw(described(plan.tls)),
            f"only an OwnGateway reads Secrets of another namespace; remove {arg('namespace')}",
        )


def check_serving_secrets(plan: Plan, uses: Sequence[SecretUse]) -> None:
    """Refuse one Secret for two certificates, where a controller fills it: the host's for browsers, and the Service's inside the cluster."""
    hosts = {(use.namespace, use.secret): use.made_by for use in uses}
    for backend in plan.backends:
        serving = backend.serving
        if serving is None or (backend.namespace, serving.secret) not in hosts:
            continue
        maker = serving.made_by.get(serving.secret) or hosts[backend.namespace, serving.secret]
        if maker:
            raise ConfigError(
                place(backend.name, "tls", "secret"),
                serving.secret,
                f"the certificate that browsers see at {backend.url.host} is kept there, and {maker} fills it; name another",
            )


def check_authority_in_secret(plan: Plan) -> None:
    """Refuse OpenShift's service CA where the authority is read from the Secret as `ca.crt`, which it does not write."""
    for backend in plan.backends:
        if backend.serving and backend.serving.service_ca:
            raise ConfigError(
                place(backend.name, "tls", "service_ca"),
                True,
                "only OpenShift's Routes know that authority; expose it by one, or remove this",
            )
