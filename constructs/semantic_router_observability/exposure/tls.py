"""Where the certificate of an exposed host comes from."""

from __future__ import annotations

from typing import Literal

import msgspec

from semantic_router_observability.checks import dns_subdomain


class TlsSecret(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel", tag_field="type", tag="secret"):
    """An existing Secret of type `kubernetes.io/tls`.

    Attributes:
        name: Name of the Secret. Default: `<stack id>-tls` for each backend, such as `grafana-tls`.

    """

    name: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            dns_subdomain("name", self.name)


class CertManagerIssuer(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel", tag_field="type", tag="certManager"
):
    """A cert-manager issuer that fills the Secret `<stack id>-tls` of each backend.

    Attributes:
        name: Name of the issuer.
        kind: `ClusterIssuer` (default) or `Issuer` in the stack's namespace.

    """

    name: str
    kind: Literal["Issuer", "ClusterIssuer"] = "ClusterIssuer"

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)

    def annotations(self) -> dict[str, str]:
        """Annotation that cert-manager acts on."""
        return {{"Issuer": "cert-manager.io/issuer", "ClusterIssuer": "cert-manager.io/cluster-issuer"}[self.kind]: self.name}


Tls = TlsSecret | CertManagerIssuer
"""Where the certificate comes from."""
