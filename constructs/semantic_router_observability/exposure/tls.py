"""Where the certificate of an exposed host comes from."""

from __future__ import annotations

from semantic_router_observability.checks import dns_label, dns_subdomain
from semantic_router_observability.kubernetes.serving import Issuer
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel, ObjectName


class TlsSecret(Tagged, frozen=True, kw_only=True, tag="secret"):
    """An existing Secret of type `kubernetes.io/tls`.

    Attributes:
        name: Name of the Secret. Default: `<stack id>-tls` for each host, such as `grafana-tls`; of several stacks on a host the first.
        namespace: Its namespace, where one Secret serves many; only an `OwnGateway` reads it there. Default: the stack's.

    """

    name: ObjectName | None = None
    namespace: DnsLabel | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            dns_subdomain("name", self.name)
        if self.namespace is not None:
            dns_label("namespace", self.namespace)


class CertManagerIssuer(Issuer, frozen=True, kw_only=True, tag_field="type", tag="certManager"):
    """A cert-manager issuer that fills the Secret `<stack id>-tls` of each host, requested by an annotation.

    Attributes:
        name: Name of the issuer.
        kind: `ClusterIssuer` (default) or `Issuer` in the stack's namespace.

    """

    def annotations(self) -> dict[str, str]:
        """Annotation that cert-manager acts on."""
        return {{"Issuer": "cert-manager.io/issuer", "ClusterIssuer": "cert-manager.io/cluster-issuer"}[self.kind]: self.name}


class CertManagerCertificate(Tagged, frozen=True, kw_only=True, tag="certificate"):
    """A `Certificate` object of cert-manager for each host, which fills the Secret `<stack id>-tls`.

    For what cert-manager does not watch, such as OpenShift Routes, and where annotations are not acted on.

    Attributes:
        issuer: Who signs.

    """

    issuer: Issuer

    def spec(self, host: str, secret: str) -> dict[str, object]:
        """Write a Certificate's `spec`."""
        return {
            "secretName": secret,
            "dnsNames": [host],
            "issuerRef": self.issuer.reference,
            # A key that outlives its certificate has to be trusted indefinitely.
            "privateKey": {"rotationPolicy": "Always"},
        }


class TerminatedElsewhere(Tagged, frozen=True, kw_only=True, tag="elsewhere"):
    """TLS ends in front of the cluster, at a load balancer or CDN: clients use https, the cluster is reached by plain http.

    Nothing redirects to https here, as the request that arrives is always http; the load balancer does that.
    """


Tls = TlsSecret | CertManagerIssuer | CertManagerCertificate | TerminatedElsewhere
"""Where the certificate comes from."""


def described(tls: Tls) -> str:
    """Say in a message what was given."""
    match tls:
        case TlsSecret():
            return f"Secret {tls.name or '<stack id>-tls'}"
        case CertManagerIssuer():
            return f"issuer {tls.name}"
        case CertManagerCertificate():
            return f"certificate of {tls.issuer.name}"
        case TerminatedElsewhere():
            return "elsewhere"
