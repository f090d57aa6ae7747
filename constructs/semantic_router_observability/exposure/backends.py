"""What is exposed: a user interface, and all that its exposure depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.checks import Url, listed, public_url, unique
from semantic_router_observability.errors import ConfigError, Where, arg, place
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.traffic import Port, Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint
    from semantic_router_observability.kubernetes.serving import ServingTls

NO_LOGIN = "semantic-router-observability/no-login"
"""Annotation that says why something is exposed without a login."""


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """One user interface, as its exposure sees it."""

    endpoint: Endpoint
    service: Service
    url: Url
    """Where users reach it."""
    secret: str
    """Secret that holds the certificate of its host, unless `tls` says otherwise."""
    first_on_host: bool
    """Whether it is the one that asks for its host's certificate."""

    @property
    def name(self) -> str:
        """Name of its Service."""
        return self.service.name

    @property
    def namespace(self) -> str:
        """Namespace of its Service."""
        return self.service.namespace

    @property
    def external_url(self) -> str:
        """Where users reach it, as written."""
        return self.url.text

    @property
    def port(self) -> int:
        """Number of the Service's port `http`."""
        return self.endpoint.url.port

    @property
    def pod_port(self) -> Port:
        """The same port on the pods."""
        return Port(self.endpoint.pod_port or self.endpoint.url.port)

    @property
    def no_login_reason(self) -> str | None:
        """Why users need not authenticate."""
        return None if self.endpoint.has_login else self.endpoint.no_login_reason

    @property
    def serving(self) -> ServingTls | None:
        """Certificate that it presents inside the cluster."""
        return self.endpoint.tls

    @property
    def asks_for_password(self) -> bool:
        """Whether a request without a password, such as a health check, is answered with 401."""
        return self.endpoint.access.password is not None

    @property
    def secure(self) -> bool:
        """Whether clients use https."""
        return self.url.scheme == "https"

    @property
    def path(self) -> str:
        """Path under which it is served."""
        return self.url.path or "/"

    @property
    def server_name(self) -> str:
        """Name in the certificate that it shows inside the cluster."""
        return f"{self.name}.{self.namespace}.svc"


def backends_of(id: str, given: Sequence[HasEndpoint]) -> tuple[Backend, ...]:
    """Check what is to be exposed, and look at each.

    Raises:
        ConfigError: one has no address or no login, two have the same address, or a host is https and http at once.

    """
    where = place(id, "backends")
    listed(where, given)
    if not given:
        raise ConfigError(where, [], "give at least one, such as a GrafanaStack")
    endpoints = [endpoint_of(where, component) for component in given]
    unique(where, [endpoint.name for endpoint in endpoints], "backends")
    found: list[Backend] = []
    for endpoint in endpoints:
        backend = _backend(where, endpoint, found)
        _check_address(backend, found)
        found.append(backend)
    return tuple(found)


def _backend(where: Where, given: Endpoint, before: Sequence[Backend]) -> Backend:
    name, service, url = given.name, given.service, given.external_url
    if service is None:
        raise ConfigError(where, given.url.text, f"only a Service can be exposed; write its url as http://{name}.NAMESPACE.svc:PORT")
    if given.embedded:
        raise ConfigError(where, name, "it is embedded in the Router Dashboard, which exposes it; remove it here")
    if not given.has_login and not given.no_login_reason:
        raise ConfigError(where, name, "it has no login; give it one, or put a proxy with one in front and expose that")
    if given.access.certificate:
        raise ConfigError(
            where, name, "it asks for client certificates, and TLS ends before it; give it a login with a password, or a proxy"
        )
    if url is None:
        raise ConfigError(place(name, "external_url"), url, f"state the URL at which users reach it, such as https://{name}.example.com")
    public_url(place(name, "external_url"), url)
    if (given.access.password or given.has_login) and url.scheme != "https":
        raise ConfigError(place(name, "external_url"), url.text, "write https://: passwords and sessions of its login pass through it")
    same_host = next((other for other in before if (other.url.host, other.namespace) == (url.host, service.namespace)), None)
    return Backend(
        endpoint=given,
        service=service,
        url=url,
        secret=same_host.secret if same_host else f"{name}-tls",
        first_on_host=same_host is None,
    )


def check_port(where: Where, backend: Backend, service: Mapping[str, Any]) -> None:
    """Refuse a Service without a port called `http`, by which it is exposed, and one whose numbers the endpoint says otherwise."""
    ports = {port.get("name"): port for port in service.get("spec", {}).get("ports", [])}
    if "http" not in ports:
        raise ConfigError(where, backend.name, "its Service has no port named http; name its user-facing port http")
    number, target = ports["http"]["port"], ports["http"].get("targetPort")
    if number != backend.port:
        raise ConfigError(where, backend.endpoint.url.text, f"port http of its Service is {number}; write that")
    if backend.endpoint.pods and isinstance(target, int) and target != backend.pod_port.number:
        raise ConfigError(where, backend.name, f"its pods listen on {target}; give its Endpoint {arg('pod_port', target)}")


def _check_address(backend: Backend, before: Sequence[Backend]) -> None:
    where = place(backend.name, "external_url")
    for other in before:
        if other.url.host != backend.url.host:
            continue
        if other.url.path == backend.url.path:
            raise ConfigError(where, backend.external_url, f"{other.name} has the same address; give each its own host or path")
        if other.secure != backend.secure:
            raise ConfigError(where, backend.external_url, f"{other.name} is on this host by {other.url.scheme}; use the same for both")
