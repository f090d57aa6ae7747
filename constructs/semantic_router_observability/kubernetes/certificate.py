"""`Certificate` of cert-manager for a server inside the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.errors import ConfigError, place

from .manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from .serving import ServingTls


def serving_certificate(
    scope: Construct, service: str, namespace: str, tls: ServingTls | None, *, labels: Mapping[str, str]
) -> Manifest | None:
    """Declare the certificate of a Service under all its names; None where the user provides the Secret.

    Times are left to cert-manager: 90 days, renewed when a third is left. Every renewal takes a new key.
    """
    if tls is None or tls.issuer is None:
        return None
    try:
        return Manifest(
            scope,
            "certificate",
            api_version="cert-manager.io/v1",
            kind="Certificate",
            name=tls.secret,
            labels=labels,
            spec={
                "secretName": tls.secret,
                "issuerRef": tls.issuer.reference,
                "dnsNames": [f"{service}.{namespace}.svc", f"{service}.{namespace}.svc.cluster.local", f"{service}.{namespace}", service],
                "usages": ["digital signature", "key encipherment", "server auth"],
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
            },
        )
    except ConfigError as error:
        raise ConfigError(
            place(service, "tls", "secret"), tls.secret, "another server's certificate is kept there; name a Secret for each"
        ) from error
