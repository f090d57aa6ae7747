"""Ingress controllers: what each wants to be told, beyond what an Ingress says to all of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from semantic_router_observability.checks import dns_subdomain, kubernetes_annotations, listed
from semantic_router_observability.errors import ConfigError, Raw
from semantic_router_observability.kubernetes.traffic import Addresses, Pods

from .checks import check_sources, check_tls_of_cluster
from .objects import Object
from .tls import TerminatedElsewhere, described

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .backends import Backend
    from .objects import Plan

GROUP_LIMIT = 63
"""Longest name of a group of the AWS Load Balancer Controller."""


def check_annotations(annotations: Mapping[str, str]) -> None:
    """Refuse keys that Kubernetes would, and the annotation that the class's name replaced."""
    kubernetes_annotations("annotations", annotations)
    if "kubernetes.io/ingress.class" in annotations:
        raise ConfigError("annotations", "kubernetes.io/ingress.class", "the annotation is deprecated; the class's name says it")


class _Controller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What controllers have in common: an Ingress a backend, and certificates from Secrets."""

    def check(self, plan: Plan) -> None:
        check_tls_of_cluster(plan)

    def objects(self, plan: Plan) -> Iterator[Object]:
        yield from plan.certificates()
        for backend in plan.backends:
            yield self._ingress(plan, f"{plan.id}-{backend.name}", backend)

    def service_annotations(self, backend: Backend) -> dict[str, str]:  # noqa: ARG002  as most controllers
        return {}

    def _ingress(self, plan: Plan, name: str, *backends: Backend) -> Object:
        secure = [backend for backend in backends if plan.ends_tls(backend) and not self._finds_certificates]
        hosts = {backend.url.host: plan.secret_of(backend) for backend in secure}
        return Object(
            api_version="networking.k8s.io/v1",
            kind="Ingress",
            name=name,
            namespace=backends[0].namespace,
            annotations={
                **self._annotations(plan, backends[0]),
                **(plan.issuer_annotations(*backends) if secure else {}),
                **plan.annotations_of(*backends),
            },
            spec={
                "ingressClassName": self._class,
                "tls": [{"hosts": [host], "secretName": secret} for host, secret in hosts.items()] or None,
                "rules": _rules(backends),
            },
            exposes=True,
        )

    @property
    def _class(self) -> str | None:
        raise NotImplementedError

    @property
    def _finds_certificates(self) -> bool:
        return False

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:  # noqa: ARG002  as for many controllers
        return {}


def _rules(backends: Sequence[Backend]) -> list[dict[str, Any]]:
    hosts: dict[str, list[dict[str, Any]]] = {}
    for backend in backends:
        service = {"name": backend.name, "port": {"name": "http"}}
        path = {"path": backend.path, "pathType": "Prefix", "backend": {"service": service}}
        hosts.setdefault(backend.url.host, []).append(path)
    return [{"host": host, "http": {"paths": paths}} for host, paths in hosts.items()]


class Nginx(_Controller, frozen=True, kw_only=True, tag_field="type", tag="nginx"):
    """NGINX, by F5 (NGINX Ingress Controller) or by the Kubernetes community (ingress-nginx, retired in March 2026).

    Both redirect http to https by themselves once an Ingress has a `tls` section.

    Attributes:
        name: Value of `ingressClassName`. Default `nginx`.
        controller: The controller's pods. Default: where ingress-nginx's own manifests put them.

    """

    name: str = "nginx"
    controller: Pods = Pods(namespace="ingress-nginx", labels={"app.kubernetes.io/name": "ingress-nginx"})

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)

    @property
    def _class(self) -> str:
        return self.name

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


class Traefik(_Controller, frozen=True, kw_only=True, tag_field="type", tag="traefik"):
    """Traefik 3. An Ingress is attached to one entry point, so that https addresses are never served in the clear.

    Whoever comes by http is redirected by the entry point's own setting, if it has one; else they get "not found".

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
        dns_subdomain("name", self.name)
        for argument, value in (("secureEntryPoint", self.secure_entry_point), ("entryPoint", self.entry_point)):
            if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
                raise ConfigError(argument, value, "write the name of an entry point, such as websecure")

    @property
    def _class(self) -> str:
        return self.name

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


class HAProxy(_Controller, frozen=True, kw_only=True, tag_field="type", tag="haproxy"):
    """HAProxy Kubernetes Ingress Controller. It redirects http to https by itself once an Ingress has a `tls` section.

    Attributes:
        name: Value of `ingressClassName`. Default `haproxy`.
        controller: The controller's pods. Default: those with its Helm chart's label, in any namespace.

    """

    name: str = "haproxy"
    controller: Pods = Pods(namespace=None, labels={"app.kubernetes.io/name": "kubernetes-ingress"})

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)

    @property
    def _class(self) -> str:
        return self.name

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:
        # Else people are sent to 8443, where the controller's container listens.
        redirect = {"haproxy.org/ssl-redirect-port": "443"} if plan.ends_tls(backend) else {}
        # The certificate is not checked: `server-ca` wants an authority under tls.crt, where a server's Secret has its own certificate.
        return {**redirect, **({"haproxy.org/server-ssl": "true"} if backend.serving else {})}

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller]


class IngressClass(_Controller, frozen=True, kw_only=True, tag_field="type", tag="class"):
    """Any other ingress controller, by the name of its class.

    Attributes:
        name: Value of `ingressClassName`.
        annotations: Annotations on every Ingress, which the controller needs. Default: none.
        terminates_tls: Whether the controller finds its certificates without a `tls` section. Default false.
        tls_to_backends: Whether `annotations` make it speak TLS to the pods, for backends that have `tls` of their own. Default false.
        controller: The controller's pods. Default: unknown, any pod and any address.

    """

    name: str
    annotations: dict[str, str] = {}
    terminates_tls: bool = False
    tls_to_backends: bool = False
    controller: Pods | None = None

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        check_annotations(self.annotations)

    @property
    def _class(self) -> str:
        return self.name

    @property
    def _finds_certificates(self) -> bool:
        return self.terminates_tls

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:  # noqa: ARG002
        return self.annotations

    def check(self, plan: Plan) -> None:
        if self.terminates_tls:
            _check_finds_certificates(plan, f"class {self.name!r}")
        super().check(plan)
        for backend in plan.backends:
            if bool(backend.serving) != self.tls_to_backends:
                expected = (
                    "it speaks https; give the annotations that make the controller do so too, and tls_to_backends=True"
                    if backend.serving
                    else "it speaks plain http, but tls_to_backends says that the controller uses https; give it tls, or leave that out"
                )
                raise ConfigError(f"{plan.id}: backends", backend.name, expected)

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller] if self.controller else [Pods(namespace=None), Addresses()]


class Alb(_Controller, frozen=True, kw_only=True, tag_field="type", tag="alb"):
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
    certificate_arns: tuple[str, ...] = ()
    scheme: Literal["internal", "internet-facing"] = "internal"
    group: str | None = None
    sources: tuple[str, ...] = Addresses().cidrs

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        listed("certificateArns", self.certificate_arns)
        for arn in self.certificate_arns:
            if not re.fullmatch(r"arn:[a-z-]+:(?:acm|iam):\S+", arn):
                raise ConfigError(
                    "certificateArns", arn, "write the ARN of a certificate, such as arn:aws:acm:eu-central-1:1234:certificate/12"
                )
        if self.scheme not in {"internal", "internet-facing"}:
            raise ConfigError("scheme", self.scheme, "write internal or internet-facing")
        if self.group is not None and (len(self.group) > GROUP_LIMIT or not re.fullmatch(r"[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?", self.group)):
            raise ConfigError("group", self.group, f"write lower-case letters, digits, '-' and '.', at most {GROUP_LIMIT} characters")
        check_sources(self.sources)

    @property
    def _class(self) -> str:
        return self.name

    @property
    def _finds_certificates(self) -> bool:
        return True

    def check(self, plan: Plan) -> None:
        for backend in plan.backends:
            if not backend.secure:
                raise ConfigError(
                    f"{backend.name}: external_url", backend.external_url, f"class {self.name!r} serves https only; write https://"
                )
        _check_finds_certificates(plan, f"class {self.name!r}")
        if len(self._group(plan)) > GROUP_LIMIT:
            raise ConfigError(f"{plan.id}: via.group", self._group(plan), f"it is too long; give one of at most {GROUP_LIMIT} characters")

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


class Gke(_Controller, frozen=True, kw_only=True, tag_field="type", tag="gke"):
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
    managed_certificates: tuple[str, ...] = ()
    pre_shared_certificates: tuple[str, ...] = ()
    frontend_config: str | None = None
    backend_config: str | None = None
    sources: tuple[str, ...] = ("35.191.0.0/16", "130.211.0.0/22")

    def __post_init__(self) -> None:
        names = {
            "staticAddress": [self.static_address],
            "managedCertificates": self.managed_certificates,
            "preSharedCertificates": self.pre_shared_certificates,
            "frontendConfig": [self.frontend_config],
            "backendConfig": [self.backend_config],
        }
        for argument, values in names.items():
            listed(argument, values)
            for value in values:
                if value is not None:
                    dns_subdomain(argument, value)
        if self.internal and self.managed_certificates:
            raise ConfigError("managedCertificates", list(self.managed_certificates), "an internal load balancer takes none; use a Secret")
        check_sources(self.sources)

    @property
    def _class(self) -> None:
        """GKE does not heed the field, only its annotation."""

    @property
    def _finds_certificates(self) -> bool:
        return bool(self.managed_certificates or self.pre_shared_certificates)

    def check(self, plan: Plan) -> None:
        if self._finds_certificates:
            _check_finds_certificates(plan, "gke")
        check_tls_of_cluster(plan)
        first = plan.backends[0]
        for backend in plan.backends:
            if backend.secure != first.secure:
                raise ConfigError(
                    f"{backend.name}: external_url",
                    backend.external_url,
                    f"one load balancer serves all, by https or by http, and {first.name} uses the other",
                )
            if backend.namespace != first.namespace:
                raise ConfigError(f"{plan.id}: backends", backend.name, f"one Ingress serves all, and {first.name} is in another namespace")
            if backend.asks_for_password:
                raise ConfigError(
                    f"{plan.id}: backends", backend.name, "health checks of GKE bring no password and want 200; expose a proxy before it"
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


def _check_finds_certificates(plan: Plan, who: str) -> None:
    if plan.tls is not None and not isinstance(plan.tls, TerminatedElsewhere):
        raise ConfigError(f"{plan.id}: tls", Raw(described(plan.tls)), f"{who} finds its certificates itself; leave tls out")
