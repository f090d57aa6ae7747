"""Gateway API: routes at a Gateway that exists, or at one of our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import address_ranges, dns_label, dns_subdomain
from semantic_router_observability.errors import ConfigError, Raw, arg, form, place
from semantic_router_observability.kubernetes.traffic import Addresses, Pods
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel, ObjectName

from .checks import check_tls_of_cluster
from .objects import Object
from .tls import TerminatedElsewhere, TlsSecret, described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .backends import Backend
    from .objects import Plan

GROUP = "gateway.networking.k8s.io"

NAME_LABEL = f"{GROUP}/gateway-name"
"""Label by which implementations that run a Gateway in pods mark these."""

HTTP = "http"
"""Name of the plain listener of an own Gateway."""


class Gateway(Tagged, frozen=True, kw_only=True, tag="gateway"):
    """An existing Gateway: an `HTTPRoute` for each backend is attached to it. Its listener has the certificate.

    Attributes:
        name: Name of the Gateway.
        namespace: Its namespace; it must admit routes from the stack's. Default: the stack's.
        section_name: Its listener for https. Required for https, as a route without one is served in the clear as well.
        redirect_from: Its listener for http, from which clients are redirected to https. Default: no redirect.
        controller: Pods that implement it. Default: those with the label `gateway.networking.k8s.io/gateway-name`, in any namespace.
        sources: Address ranges it connects from, where it is no pod but a load balancer. Default: none.

    """

    name: ObjectName
    namespace: DnsLabel | None = None
    section_name: ObjectName | None = None
    redirect_from: ObjectName | None = None
    controller: Pods | None = None
    sources: Sequence[str] = ()

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        if self.namespace is not None:
            dns_label("namespace", self.namespace)
        for argument, value in (("section_name", self.section_name), ("redirect_from", self.redirect_from)):
            if value is not None:
                dns_subdomain(argument, value)
        if self.redirect_from is not None and self.redirect_from == self.section_name:
            raise ConfigError("redirect_from", self.redirect_from, f"{arg('section_name')} is the same; name the listener for http")
        address_ranges("sources", self.sources)

    def check(self, plan: Plan) -> None:
        elsewhere = isinstance(plan.tls, TerminatedElsewhere)
        if plan.tls is not None and not elsewhere:
            raise ConfigError(
                place(plan.id, "tls"),
                Raw(described(plan.tls)),
                f"the listener of Gateway {self.name} has the certificate; remove {arg('tls')}",
            )
        check_tls_of_cluster(plan)
        _check_serving(plan)
        secure = [backend for backend in plan.backends if plan.ends_tls(backend)]
        if secure and self.section_name is None:
            raise ConfigError(
                place(plan.id, "via", "section_name"),
                None,
                f"name the listener of Gateway {self.name} for https, or {secure[0].name} is served in the clear as well",
            )
        if self.redirect_from is not None and not secure:
            why = "what arrives is always http, and would be redirected indefinitely" if elsewhere else "no backend has an https address"
            raise ConfigError(place(plan.id, "via", "redirect_from"), self.redirect_from, f"{why}; remove it")

    def objects(self, plan: Plan) -> Iterator[Object]:
        yield from _policies(plan)
        for backend in plan.backends:
            yield _route(plan, backend, self._parent(self.section_name))
        if self.redirect_from:
            yield _redirect(plan, self._parent(self.redirect_from))

    def _parent(self, section: str | None) -> dict[str, Any]:
        return _parent(self.name, section, self.namespace)

    def service_annotations(self, backend: Backend) -> dict[str, str]:  # noqa: ARG002
        return {}

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return _clients(self.name, self.controller, self.sources)


class OwnGateway(Tagged, frozen=True, kw_only=True, tag="ownGateway"):
    """A `Gateway` made here: a listener for each https host with its certificate, one for http that redirects, and the `HTTPRoute`s.

    Attributes:
        class_name: GatewayClass of the cluster.
        controller: Pods that implement it. Default: those with the label `gateway.networking.k8s.io/gateway-name`, in any namespace.
        sources: Address ranges it connects from, where it is no pod but a load balancer. Default: none.

    """

    class_name: ObjectName
    controller: Pods | None = None
    sources: Sequence[str] = ()

    def __post_init__(self) -> None:
        dns_subdomain("class_name", self.class_name)
        address_ranges("sources", self.sources)

    def check(self, plan: Plan) -> None:
        check_tls_of_cluster(plan, other_namespaces=True)
        _check_serving(plan)
        for backend in plan.backends:
            if backend.namespace != plan.namespace:
                raise ConfigError(
                    place(plan.id, "backends"),
                    backend.name,
                    f"it is in namespace {backend.namespace}, the Gateway is not; use {form(Gateway, 'name')}",
                )

    def objects(self, plan: Plan) -> Iterator[Object]:
        yield from plan.certificates()
        yield from _grants(plan)
        yield from _policies(plan)
        yield Object(
            api_version=f"{GROUP}/v1",
            kind="Gateway",
            name=plan.id,
            namespace=plan.namespace,
            annotations=plan.issuer_annotations(*plan.backends),
            spec={"gatewayClassName": self.class_name, "listeners": _listeners(plan)},
        )
        secure = [backend for backend in plan.backends if plan.ends_tls(backend)]
        for backend in plan.backends:
            yield _route(plan, backend, _parent(plan.id, backend.url.host if backend in secure else HTTP))
        if secure:
            yield _redirect(plan, _parent(plan.id, HTTP))

    def service_annotations(self, backend: Backend) -> dict[str, str]:  # noqa: ARG002
        return {}

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:
        return _clients(plan.id, self.controller, self.sources)


def _clients(gateway: str, controller: Pods | None, sources: Sequence[str]) -> Sequence[Pods | Addresses]:
    if controller is None and sources:
        return [Addresses(sources)]
    pods = controller or Pods(namespace=None, labels={NAME_LABEL: gateway})
    return [pods, Addresses(sources)] if sources else [pods]


# What the API server would fill in is set explicitly: GitOps tools compare lists as a whole, and would always see a difference.


def _parent(gateway: str, section: str | None, namespace: str | None = None) -> dict[str, Any]:
    return {"group": GROUP, "kind": "Gateway", "name": gateway, "namespace": namespace, "sectionName": section}


def _listeners(plan: Plan) -> list[dict[str, Any]]:
    """One for http, and one for each https host, called as the host."""
    admitted = {"namespaces": {"from": "Same"}}
    listeners: dict[str, dict[str, Any]] = {HTTP: {"name": HTTP, "port": 80, "protocol": "HTTP", "allowedRoutes": admitted}}
    namespace = plan.tls.namespace if isinstance(plan.tls, TlsSecret) else None
    for backend in plan.backends:
        if plan.ends_tls(backend):
            certificate = {"group": "", "kind": "Secret", "name": plan.secret_of(backend), "namespace": namespace}
            listeners.setdefault(
                backend.url.host,
                {
                    "name": backend.url.host,
                    "hostname": backend.url.host,
                    "port": 443,
                    "protocol": "HTTPS",
                    "tls": {"mode": "Terminate", "certificateRefs": [certificate]},
                    "allowedRoutes": admitted,
                },
            )
    return list(listeners.values())


def _route(plan: Plan, backend: Backend, parent: dict[str, Any]) -> Object:
    service = {"group": "", "kind": "Service", "name": backend.name, "port": backend.port, "weight": 1}
    return Object(
        api_version=f"{GROUP}/v1",
        kind="HTTPRoute",
        name=f"{plan.id}-{backend.name}",
        namespace=backend.namespace,
        annotations=plan.annotations_of(backend),
        spec={
            "parentRefs": [parent],
            "hostnames": [backend.url.host],
            "rules": [{"matches": [_below(backend.path)], "backendRefs": [service]}],
        },
        exposes=True,
    )


def _below(path: str) -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": path}}


def _redirect(plan: Plan, parent: dict[str, Any]) -> Object:
    hosts = dict.fromkeys(backend.url.host for backend in plan.backends if plan.ends_tls(backend))
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    return Object(
        api_version=f"{GROUP}/v1",
        kind="HTTPRoute",
        name=f"{plan.id}-to-https",
        namespace=plan.namespace,
        annotations=plan.annotations,
        spec={"parentRefs": [parent], "hostnames": list(hosts), "rules": [{"matches": [_below("/")], "filters": [redirect]}]},
    )


def _policies(plan: Plan) -> Iterator[Object]:
    """Say how a backend that speaks https is checked."""
    for backend in plan.backends:
        if backend.serving:
            yield Object(
                api_version=f"{GROUP}/v1",
                kind="BackendTLSPolicy",
                name=f"{plan.id}-{backend.name}",
                namespace=backend.namespace,
                spec={
                    "targetRefs": [{"group": "", "kind": "Service", "name": backend.name, "sectionName": "http"}],
                    "validation": {
                        "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": backend.serving.ca_config_map}],
                        "hostname": backend.server_name,
                    },
                },
            )


def _grants(plan: Plan) -> Iterator[Object]:
    """Let the Gateway read a Secret of another namespace; applying it needs permissions in that namespace."""
    if isinstance(plan.tls, TlsSecret) and plan.tls.namespace and plan.tls.namespace != plan.namespace:
        for secret in dict.fromkeys(plan.secret_of(backend) for backend in plan.backends):
            yield Object(
                # The version that every release of Gateway API serves.
                api_version=f"{GROUP}/v1beta1",
                kind="ReferenceGrant",
                name=f"{plan.namespace}-{plan.id}-{secret}",
                namespace=plan.tls.namespace,
                spec={
                    "from": [{"group": GROUP, "kind": "Gateway", "namespace": plan.namespace}],
                    "to": [{"group": "", "kind": "Secret", "name": secret}],
                },
            )


def _check_serving(plan: Plan) -> None:
    for backend in plan.backends:
        if backend.serving and backend.serving.ca_config_map is None:
            raise ConfigError(
                place(backend.name, "tls"),
                Raw(f"Secret {backend.serving.secret}"),
                f"a Gateway reads its authority from a ConfigMap; give {arg('ca_config_map')}",
            )
