"""Certificates that the stack's own servers show inside the cluster."""

from __future__ import annotations

from typing import Literal

from semantic_router_observability.checks import dns_subdomain
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import ObjectName

from .secrets import SecretKey

SERVING_CERT = "service.beta.openshift.io/serving-cert-secret-name"
"""Annotation of a Service for which OpenShift's service CA signs a certificate, and keeps it in this Secret."""


class Issuer(Spec, frozen=True, kw_only=True):
    """A cert-manager issuer.

    Attributes:
        name: Name of the issuer.
        kind: `ClusterIssuer` (default) or `Issuer` in the stack's namespace.

    """

    name: ObjectName
    kind: Literal["Issuer", "ClusterIssuer"] = "ClusterIssuer"

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)

    @property
    def reference(self) -> dict[str, str]:
        """As a `Certificate`'s `issuerRef`."""
        return {"group": "cert-manager.io", "kind": self.kind, "name": self.name}


class ServingTls(Spec, frozen=True, kw_only=True):
    """TLS between the pods of the cluster: a server of this stack shows a certificate, and its clients check it.

    Attributes:
        secret: Secret of type `kubernetes.io/tls` with keys `tls.crt`, `tls.key`, and `ca.crt` for the clients. cert-manager writes all three.
        issuer: cert-manager issuer that fills the Secret; a `Certificate` for the names of the Service is declared. Default: the Secret
            exists, and is renewed outside this stack.
        service_ca: On OpenShift, let its service CA fill the Secret: the Service is annotated for it. Clients then check against the
            authority that follows the certificate in `tls.crt`, as that Secret has no `ca.crt`. Default false.
        ca_config_map: ConfigMap with the authority's certificate under `ca.crt`, for a Gateway that checks the pod: `BackendTLSPolicy`
            reads no Secrets. Default: none.

    """

    secret: ObjectName
    issuer: Issuer | None = None
    service_ca: bool = False
    ca_config_map: ObjectName | None = None

    @property
    def certificate(self) -> SecretKey:
        """Reference to the certificate."""
        return SecretKey(self.secret, "tls.crt")

    @property
    def key(self) -> SecretKey:
        """Reference to the certificate's key."""
        return SecretKey(self.secret, "tls.key")

    @property
    def authority(self) -> SecretKey:
        """Reference to the authority's certificate, with which clients check the server's."""
        return SecretKey(self.secret, "tls.crt" if self.service_ca else "ca.crt")

    @property
    def made_by(self) -> dict[str, str]:
        """Who makes the Secret, by its name; nothing where that is up to the user."""
        maker = "cert-manager" if self.issuer else "OpenShift's service CA" if self.service_ca else None
        return {self.secret: maker} if maker else {}

    @property
    def service_annotations(self) -> dict[str, str]:
        """Annotations of the server's Service."""
        return {SERVING_CERT: self.secret} if self.service_ca else {}

    def __post_init__(self) -> None:
        dns_subdomain("secret", self.secret)
        if self.issuer and self.service_ca:
            raise ConfigError("service_ca", self.service_ca, f"issuer {self.issuer.name} would fill the same Secret; keep one of the two")
        if self.ca_config_map is not None:
            dns_subdomain("ca_config_map", self.ca_config_map)
