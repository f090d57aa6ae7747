"""Ingress classes: what each controller wants to be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from semantic_router_observability.checks import dns_subdomain, kubernetes_annotations, listed
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class IngressClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """An ingress class by name, with the annotations its controller needs.

    Made by `nginx()` and `alb(...)`, or directly for any other controller.

    Attributes:
        name: Value of `ingressClassName`.
        annotations: Annotations on every Ingress. Default: none.
        terminates_tls: Whether the controller finds its certificates without a `tls` section. Default false.

    """

    name: str
    annotations: dict[str, str] = {}
    terminates_tls: bool = False

    def __post_init__(self) -> None:
        dns_subdomain("class", self.name)
        check_annotations(self.annotations)


def check_annotations(annotations: Mapping[str, str]) -> None:
    """Refuse keys that Kubernetes would, and the annotation that the class's name replaced."""
    kubernetes_annotations("annotations", annotations)
    if "kubernetes.io/ingress.class" in annotations:
        raise ConfigError("annotations", "kubernetes.io/ingress.class", "the annotation is deprecated; the class's name says it")


def nginx(name: str = "nginx") -> IngressClass:
    """NGINX ingress controllers. They redirect http to https by themselves once an Ingress has a `tls` section."""
    return IngressClass(name=name)


def alb(name: str = "alb", *, certificate_arns: Sequence[str] = (), scheme: str = "internal") -> IngressClass:
    """AWS Load Balancer Controller, straight to the pods; certificates come from ACM.

    Args:
        name: Value of `ingressClassName`.
        certificate_arns: Certificates in ACM. Default: the controller looks for one that covers the host.
        scheme: `internal` (default) or `internet-facing`.

    """
    if scheme not in {"internal", "internet-facing"}:
        raise ConfigError("alb scheme", scheme, "write internal or internet-facing")
    listed("alb certificate_arns", certificate_arns)
    for arn in certificate_arns:
        if not re.fullmatch(r"arn:[a-z-]+:(?:acm|iam):\S+", arn):
            raise ConfigError(
                "alb certificate_arns", arn, "write the ARN of a certificate, such as arn:aws:acm:eu-central-1:1234:certificate/12"
            )
    annotations = {
        "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
        "alb.ingress.kubernetes.io/scheme": scheme,
        # Both user interfaces answer the health check of "/" with a redirect to their first page.
        "alb.ingress.kubernetes.io/success-codes": "200-399",
        "alb.ingress.kubernetes.io/target-type": "ip",
    }
    if certificate_arns:
        annotations["alb.ingress.kubernetes.io/certificate-arn"] = ",".join(certificate_arns)
    return IngressClass(name=name, annotations=annotations, terminates_tls=True)
