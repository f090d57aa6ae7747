"""What an Ingress says to every controller, and what a controller may add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import dns_subdomain, kubernetes_annotations
from semantic_router_observability.errors import ConfigError, Raw, arg, place
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import ObjectName

from .checks import check_tls_of_cluster
from .objects import Object
from .tls import TerminatedElsewhere, described

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .backends import Backend
    from .objects import Plan


class Controller(Spec, frozen=True, kw_only=True):
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
        """Value of `ingressClassName`; none where a controller heeds only its annotation, as GKE does."""
        return None

    @property
    def _finds_certificates(self) -> bool:
        return False

    def _annotations(self, plan: Plan, backend: Backend) -> dict[str, str]:  # noqa: ARG002  as for many controllers
        return {}


class ControllerOfClass(Controller, frozen=True, kw_only=True):
    """A controller that takes the Ingresses of a class.

    Attributes:
        name: Value of `ingressClassName`.

    """

    name: ObjectName

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)

    @property
    def _class(self) -> str:
        return self.name


def check_annotations(annotations: Mapping[str, str]) -> None:
    """Refuse keys that Kubernetes would, and the annotation that the class's name replaced."""
    kubernetes_annotations("annotations", annotations)
    if "kubernetes.io/ingress.class" in annotations:
        raise ConfigError("annotations", "kubernetes.io/ingress.class", "the annotation is deprecated; the class's name says it")


def check_finds_certificates(plan: Plan, who: str) -> None:
    """Refuse `tls` where the controller knows better."""
    if plan.tls is not None and not isinstance(plan.tls, TerminatedElsewhere):
        raise ConfigError(place(plan.id, "tls"), Raw(described(plan.tls)), f"{who} finds its certificates itself; remove {arg('tls')}")


def _rules(backends: Sequence[Backend]) -> list[dict[str, Any]]:
    hosts: dict[str, list[dict[str, Any]]] = {}
    for backend in backends:
        service = {"name": backend.name, "port": {"name": "http"}}
        path = {"path": backend.path, "pathType": "Prefix", "backend": {"service": service}}
        hosts.setdefault(backend.url.host, []).append(path)
    return [{"host": host, "http": {"paths": paths}} for host, paths in hosts.items()]
