"""Objects that expose something, before they become manifests; so that each form is pure and tested without Node.js."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from semantic_router_observability.kubernetes.secrets import SecretUse
from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Pods, Traffic

from .backends import NO_LOGIN, Backend
from .tls import CertManagerCertificate, CertManagerIssuer, TerminatedElsewhere, Tls, TlsSecret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """One Kubernetes object."""

    api_version: str
    kind: str
    name: str
    namespace: str
    annotations: dict[str, str] = {}
    spec: dict[str, Any] | None = None
    fields: dict[str, Any] = {}
    """Further fields, for kinds without a `spec`."""
    exposes: bool = False
    """Whether it is what makes a backend reachable; the others serve it."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to expose, and how, apart from the form."""

    id: str
    namespace: str
    backends: tuple[Backend, ...]
    tls: Tls | None
    """None: what the form does by itself."""
    annotations: dict[str, str]

    def secret_of(self, backend: Backend) -> str:
        """Secret with the certificate of the backend's host."""
        return self.tls.name if isinstance(self.tls, TlsSecret) and self.tls.name else backend.secret

    def ends_tls(self, backend: Backend) -> bool:
        """Whether TLS ends at what exposes the backend, with a certificate from the cluster."""
        return backend.secure and not isinstance(self.tls, TerminatedElsewhere)

    def annotations_of(self, *backends: Backend) -> dict[str, str]:
        """Annotations of an object that exposes the backends: why one has no login, and the user's own."""
        reasons = {backend.name: backend.no_login_reason for backend in backends if backend.no_login_reason}
        said = "; ".join(f"{name}: {reason}" for name, reason in reasons.items()) if len(backends) > 1 else "".join(reasons.values())
        return {**({NO_LOGIN: said} if said else {}), **self.annotations}

    def issuer_annotations(self, *backends: Backend) -> dict[str, str]:
        """Annotation for cert-manager, on one object a host."""
        asks = isinstance(self.tls, CertManagerIssuer) and any(backend.secure and backend.first_on_host for backend in backends)
        return self.tls.annotations() if asks and isinstance(self.tls, CertManagerIssuer) else {}

    def certificates(self) -> Iterator[Object]:
        """`Certificate` objects, one a host."""
        if not isinstance(self.tls, CertManagerCertificate):
            return
        for backend in self.backends:
            if backend.first_on_host:
                secret = self.secret_of(backend)
                yield Object(
                    api_version="cert-manager.io/v1",
                    kind="Certificate",
                    name=f"{self.id}-{backend.name}",
                    namespace=backend.namespace,
                    spec=self.tls.spec(backend.url.host, secret),
                )


class Form(Protocol):
    """How something is exposed: an ingress class, a Gateway, a Route."""

    def check(self, plan: Plan) -> None:
        """Refuse what this form cannot do."""
        ...

    def objects(self, plan: Plan) -> Iterator[Object]:
        """Objects to write, in apply order."""
        ...

    def service_annotations(self, backend: Backend) -> dict[str, str]:
        """Annotations that the controller reads from the backend's Service."""
        ...

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:
        """Say who connects to the backends' pods."""
        ...


def secret_uses(plan: Plan, objects: Sequence[Object]) -> list[SecretUse]:
    """Secrets with certificates that the objects name; controllers read them through the API, and again when they change."""
    made_by = "cert-manager" if isinstance(plan.tls, CertManagerIssuer | CertManagerCertificate) else None
    return [
        SecretUse(
            namespace=namespace or planned.namespace,
            secret=secret,
            key=key,
            reader=planned.name,
            method="ingress",
            on_change="reread",
            made_by=made_by,
        )
        for planned in objects
        for secret, namespace in dict.fromkeys(_certificates(planned))
        for key in ("tls.crt", "tls.key")
    ]


def _certificates(planned: Object) -> Iterator[tuple[str, str | None]]:
    """Names of Secrets, with their namespace where it is another."""
    spec = planned.spec or {}
    match planned.kind:
        case "Ingress":
            yield from ((entry["secretName"], None) for entry in spec.get("tls") or ())
        case "Gateway":
            for listener in spec["listeners"]:
                for reference in listener.get("tls", {}).get("certificateRefs", ()):
                    yield reference["name"], reference["namespace"]
        case "Route":
            certificate = (spec.get("tls") or {}).get("externalCertificate")
            if certificate:
                yield certificate["name"], None


def traffic_of(form: Form, plan: Plan) -> tuple[Traffic, ...]:
    """Connections from the form's pods to the backends', as far as these say which pods they are.

    Pods get an entry of their own, as pods outside the stack. Addresses have no pods, so what comes from them is said of the backends.
    """
    entries: list[Traffic] = []
    for client in form.clients(plan):
        if isinstance(client, Pods):
            flows = tuple(
                Flow(peer=backend.endpoint.pods, ports=(backend.pod_port,), why=f"exposes {backend.name}")
                for backend in plan.backends
                if backend.endpoint.pods
            )
            entries.append(Traffic(name=plan.id, pods=client, sends=flows, foreign=True))
        else:
            entries += [
                Traffic(
                    name=backend.name,
                    pods=backend.endpoint.pods,
                    receives=(Flow(peer=client, ports=(backend.pod_port,), why=f"{plan.id} exposes it"),),
                )
                for backend in plan.backends
                if backend.endpoint.pods
            ]
    return tuple(entries)
