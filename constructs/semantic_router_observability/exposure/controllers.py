"""Ingress controllers that run as pods: what each needs in addition to the fields of an Ingress."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.kubernetes.traffic import Addresses, Pods

from .checks import check_authority_in_secret
from .controller import ControllerOfClass, check_annotations, check_finds_certificates
from .objects import Object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .backends import Backend
    from .objects import Plan


class Nginx(ControllerOfClass, frozen=True, kw_only=True, tag_field="type", tag="nginx"):
    """NGINX, by F5 (NGINX Ingress Controller) or by the Kubernetes community (ingress-nginx, retired in March 2026).

    Both redirect http to https by themselves once an Ingress has a `tls` section.

    Attributes:
        name: Value of `ingressClassName`. Default `nginx`.
        controller: The controller's pods. Default: where ingress-nginx's own manifests put them.

    """

    name: str = "nginx"
    controller: Pods = Pods(namespace="ingress-nginx", labels={"app.kubernetes.io/name": "ingress-nginx"})

    def check(self, plan: Plan) -> None:
        super().check(plan)
        check_authority_in_secret(plan)

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:  # noqa: ARG002
        if not backend.serving:
            return {}
        return {
            "nginx.ingress.kubernetes.io/backend-protocol": "HTTPS",
            "nginx.ingress.kubernetes.io/proxy-ssl-name": backend.server_name,
            "nginx.ingress.kubernetes.io/proxy-ssl-secret": f"{backend.namespace}/{backend.serving.secret}",
            "nginx.ingress.kubernetes.io/proxy-ssl-server-name": "on",
            "nginx.ingress.kubernetes.io/proxy-ssl-verify": "on",
            # F5's controller reads only this one, and does not check the certificate.
            "nginx.org/ssl-services": backend.name,
        }

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller]


class Traefik(ControllerOfClass, frozen=True, kw_only=True, tag_field="type", tag="traefik"):
    """Traefik 3. An Ingress is attached to one entry point, so that https addresses are never served in the clear.

    Plain http is redirected if the entry point is configured to; otherwise the response is 404.

    Attributes:
        name: Value of `ingressClassName`. Default `traefik`.
        secure_entry_point: Entry point for https. Default `websecure`, as in its Helm chart.
        entry_point: Entry point for http. Default `web`.
        controller: The controller's pods. Default: those with its Helm chart's label, in any namespace.

    """

    name: str = "traefik"
    secure_entry_point: str = "websecure"
    entry_point: str = "web"
    controller: Pods = Pods(namespace=None, labels={"app.kubernetes.io/name": "traefik"})

    def __post_init__(self) -> None:
        super().__post_init__()
        for argument, value in (("secure_entry_point", self.secure_entry_point), ("entry_point", self.entry_point)):
            if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
                raise ConfigError(argument, value, "write the name of an entry point, such as websecure")

    def check(self, plan: Plan) -> None:
        super().check(plan)
        check_authority_in_secret(plan)

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:
        # The tls section only brings the certificate; without these two the router would serve plain http.
        if plan.ends_tls(backend):
            return {
                "traefik.ingress.kubernetes.io/router.entrypoints": self.secure_entry_point,
                "traefik.ingress.kubernetes.io/router.tls": "true",
            }
        return {"traefik.ingress.kubernetes.io/router.entrypoints": self.entry_point}

    def objects(self, plan: Plan) -> Iterator[Object]:
        for backend in plan.backends:
            if backend.serving:
                yield Object(
                    api_version="traefik.io/v1alpha1",
                    kind="ServersTransport",
                    name=backend.name,
                    namespace=backend.namespace,
                    spec={"serverName": backend.server_name, "rootCAs": [{"secret": backend.serving.secret}]},
                )
        yield from super().objects(plan)

    def service_annotations(self, backend: Backend) -> dict[str, str]:
        if not backend.serving:
            return {}
        return {
            "traefik.ingress.kubernetes.io/service.serversscheme": "https",
            "traefik.ingress.kubernetes.io/service.serverstransport": f"{backend.namespace}-{backend.name}@kubernetescrd",
        }

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller]


class HAProxy(ControllerOfClass, frozen=True, kw_only=True, tag_field="type", tag="haproxy"):
    """HAProxy Kubernetes Ingress Controller. It redirects http to https by itself once an Ingress has a `tls` section.

    Attributes:
        name: Value of `ingressClassName`. Default `haproxy`.
        controller: The controller's pods. Default: those with its Helm chart's label, in any namespace.

    """

    name: str = "haproxy"
    controller: Pods = Pods(namespace=None, labels={"app.kubernetes.io/name": "kubernetes-ingress"})

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:
        # Otherwise clients are redirected to 8443, where the controller's container listens.
        redirect = {"haproxy.org/ssl-redirect-port": "443"} if plan.ends_tls(backend) else {}
        # The certificate is not checked: `server-ca` wants an authority under tls.crt, where a server's Secret has its own certificate.
        return {**redirect, **({"haproxy.org/server-ssl": "true"} if backend.serving else {})}

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller]


class IngressClass(ControllerOfClass, frozen=True, kw_only=True, tag_field="type", tag="class"):
    """Any other ingress controller, by the name of its class.

    Attributes:
        name: Value of `ingressClassName`.
        annotations: Annotations on every Ingress, which the controller needs. Default: none.
        terminates_tls: Whether the controller finds its certificates without a `tls` section. Default false.
        tls_to_backends: Whether `annotations` make it speak TLS to the pods, for backends that have `tls` of their own. Default false.
        controller: The controller's pods. Default: unknown, any pod and any address.

    """

    name: str
    annotations: dict[str, str] = msgspec.field(default_factory=dict)
    terminates_tls: bool = False
    tls_to_backends: bool = False
    controller: Pods | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_annotations(self.annotations)

    @property
    def _finds_certificates(self) -> bool:
        return self.terminates_tls

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:  # noqa: ARG002
        return self.annotations

    def check(self, plan: Plan) -> None:
        if self.terminates_tls:
            check_finds_certificates(plan, f"class {self.name!r}")
        super().check(plan)
        for backend in plan.backends:
            if bool(backend.serving) != self.tls_to_backends:
                expected = (
                    f"it speaks https; give the annotations that make the controller do so too, and {arg('tls_to_backends', True)}"
                    if backend.serving
                    else f"it speaks plain http, but {arg('tls_to_backends')} says that the controller uses https; give it {arg('tls')}, or remove that"
                )
                raise ConfigError(place(plan.id, "backends"), backend.name, expected)

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller] if self.controller else [Pods(namespace=None), Addresses()]
