"""Load balancers of clouds, which an Ingress orders: they connect from addresses, not from pods."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from semantic_router_observability.checks import address_ranges, dns_subdomain, listed
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.kubernetes.traffic import Addresses, Pods

from .checks import check_tls_of_cluster
from .controller import Controller, ControllerOfClass, check_finds_certificates
from .tls import TerminatedElsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .backends import Backend
    from .objects import Object, Plan

GROUP_LIMIT = 63
"""Longest name of a group of the AWS Load Balancer Controller."""


class Alb(ControllerOfClass, frozen=True, kw_only=True, tag_field="type", tag="alb"):
    """AWS Load Balancer Controller, straight to the pods; certificates come from ACM. It listens on https only.

    All backends share one load balancer, so that they can share a host.

    Attributes:
        name: Value of `ingressClassName`. Default `alb`.
        certificate_arns: Certificates in ACM. Default: the controller looks for one that covers the host.
        scheme: `internal` (default) or `internet-facing`.
        group: Name of the load balancer's group of Ingresses. Default `<namespace>.<id>`, such as `monitoring.ingress`.
        sources: Address ranges that the load balancer connects from: its subnets. Default: any address.

    """

    name: str = "alb"
    certificate_arns: Sequence[str] = ()
    scheme: Literal["internal", "internet-facing"] = "internal"
    group: str | None = None
    sources: Sequence[str] = Addresses().cidrs

    def __post_init__(self) -> None:
        super().__post_init__()
        listed("certificate_arns", self.certificate_arns)
        for arn in self.certificate_arns:
            if not re.fullmatch(r"arn:[a-z-]+:(?:acm|iam):\S+", arn):
                raise ConfigError(
                    "certificate_arns", arn, "write the ARN of a certificate, such as arn:aws:acm:eu-central-1:1234:certificate/12"
                )
        if self.scheme not in {"internal", "internet-facing"}:
            raise ConfigError("scheme", self.scheme, "write internal or internet-facing")
        if self.group is not None and (len(self.group) > GROUP_LIMIT or not re.fullmatch(r"[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?", self.group)):
            raise ConfigError("group", self.group, f"write lower-case letters, digits, '-' and '.', at most {GROUP_LIMIT} characters")
        address_ranges("sources", self.sources)

    @property
    def _finds_certificates(self) -> bool:
        return True

    def check(self, plan: Plan) -> None:
        for backend in plan.backends:
            if not backend.secure:
                raise ConfigError(
                    place(backend.name, "external_url"), backend.external_url, f"class {self.name!r} serves https only; write https://"
                )
        check_finds_certificates(plan, f"class {self.name!r}")
        if len(self._group(plan)) > GROUP_LIMIT:
            raise ConfigError(
                place(plan.id, "via", "group"), self._group(plan), f"it is too long; give one of at most {GROUP_LIMIT} characters"
            )

    def _group(self, plan: Plan) -> str:
        return self.group or f"{plan.namespace}.{plan.id}"

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:
        annotations = {
            "group.name": self._group(plan),
            "listen-ports": '[{"HTTP":80}]' if isinstance(plan.tls, TerminatedElsewhere) else '[{"HTTPS":443}]',
            "scheme": self.scheme,
            # The user interfaces answer the health check of "/" with a redirect to their first page, or ask it for a password.
            "success-codes": "200-401" if backend.asks_for_password else "200-399",
            "target-type": "ip",
        }
        if self.certificate_arns:
            annotations["certificate-arn"] = ",".join(self.certificate_arns)
        if backend.serving:
            annotations |= {"backend-protocol": "HTTPS", "healthcheck-protocol": "HTTPS"}
        return {f"alb.ingress.kubernetes.io/{key}": value for key, value in sorted(annotations.items())}

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [Addresses(self.sources)]


class Gke(Controller, frozen=True, kw_only=True, tag_field="type", tag="gke"):
    """Google Kubernetes Engine's own controller: one Ingress and one load balancer for all backends, straight to the pods.

    It listens on https only, unless `frontend_config` says how http is redirected.

    Attributes:
        internal: An internal load balancer. Default false: a global one, on the internet.
        static_address: Name of a reserved address. Default: any address.
        managed_certificates: Names of `ManagedCertificate` objects in the namespace. Default: none.
        pre_shared_certificates: Names of certificates in the Google Cloud project. Default: none.
        frontend_config: Name of a `FrontendConfig` in the namespace. Default: none.
        backend_config: Name of a `BackendConfig` in the namespace, for health checks among other things. Default: none; the controller
            takes the path from the pods' readiness probe.
        sources: Address ranges that the load balancer connects from. Default: Google's, for health checks and global load balancers; an
            internal one connects from your proxy-only subnet, which has to be added.

    """

    internal: bool = False
    static_address: str | None = None
    managed_certificates: Sequence[str] = ()
    pre_shared_certificates: Sequence[str] = ()
    frontend_config: str | None = None
    backend_config: str | None = None
    sources: Sequence[str] = ("35.191.0.0/16", "130.211.0.0/22")

    def __post_init__(self) -> None:
        names = {
            "static_address": [self.static_address],
            "managed_certificates": self.managed_certificates,
            "pre_shared_certificates": self.pre_shared_certificates,
            "frontend_config": [self.frontend_config],
            "backend_config": [self.backend_config],
        }
        for argument, values in names.items():
            listed(argument, values)
            for value in values:
                if value is not None:
                    dns_subdomain(argument, value)
        if self.internal and self.managed_certificates:
            raise ConfigError("managed_certificates", list(self.managed_certificates), "an internal load balancer takes none; use a Secret")
        address_ranges("sources", self.sources)

    @property
    def _finds_certificates(self) -> bool:
        return bool(self.managed_certificates or self.pre_shared_certificates)

    def check(self, plan: Plan) -> None:
        if self._finds_certificates:
            check_finds_certificates(plan, "gke")
        check_tls_of_cluster(plan)
        first = plan.backends[0]
        for backend in plan.backends:
            if backend.secure != first.secure:
                raise ConfigError(
                    place(backend.name, "external_url"),
                    backend.external_url,
                    f"one load balancer serves all, by https or by http, and {first.name} uses the other",
                )
            if backend.namespace != first.namespace:
                raise ConfigError(
                    place(plan.id, "backends"), backend.name, f"one Ingress serves all, and {first.name} is in another namespace"
                )
            if backend.asks_for_password:
                raise ConfigError(
                    place(plan.id, "backends"),
                    backend.name,
                    "health checks of GKE bring no password and want 200; expose a proxy before it",
                )

    def objects(self, plan: Plan) -> Iterator[Object]:
        yield from plan.certificates()
        yield self._ingress(plan, plan.id, *plan.backends)

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:
        https_only = plan.ends_tls(backend) and not self.frontend_config
        return {
            "kubernetes.io/ingress.class": "gce-internal" if self.internal else "gce",
            **({"kubernetes.io/ingress.allow-http": "false"} if https_only else {}),
            **({f"kubernetes.io/ingress.{self._reach}-static-ip-name": self.static_address} if self.static_address else {}),
            **({"networking.gke.io/managed-certificates": ",".join(self.managed_certificates)} if self.managed_certificates else {}),
            **(
                {"ingress.gcp.kubernetes.io/pre-shared-cert": ",".join(self.pre_shared_certificates)}
                if self.pre_shared_certificates
                else {}
            ),
            **({"networking.gke.io/v1beta1.FrontendConfig": self.frontend_config} if self.frontend_config else {}),
        }

    @property
    def _reach(self) -> str:
        return "regional" if self.internal else "global"

    def service_annotations(self, backend: Backend) -> dict[str, str]:
        return {
            # Straight to the pods; without it the controller wants Services of type NodePort.
            "cloud.google.com/neg": json.dumps({"ingress": True}),
            **({"cloud.google.com/backend-config": json.dumps({"default": self.backend_config})} if self.backend_config else {}),
            **({"cloud.google.com/app-protocols": json.dumps({"http": "HTTPS"})} if backend.serving else {}),
        }

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [Addresses(self.sources)]
