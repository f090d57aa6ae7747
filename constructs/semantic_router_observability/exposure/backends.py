"""What is exposed: a user interface, and all that its exposure depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from semantic_router_observability.checks import Url, listed, public_url, unique
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.serving import ServingTls
from semantic_router_observability.kubernetes.traffic import Port, Traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk8s import ApiObject

NO_LOGIN = "semantic-router-observability/no-login"
"""Annotation that says why something is exposed without a login."""


class Exposable(Protocol):
    """A user interface that can be exposed: `PrometheusStack`, `GrafanaStack`, `OAuth2Proxy`, or an object of your own.

    It may have more, which is then heeded: `no_login_reason` (why it has no login), `serving_tls` (it speaks https itself) and `traffic`
    (its pods, for network policies).
    """

    @property
    def service(self) -> ApiObject:
        """Service with a port named `http`."""
        ...

    @property
    def external_url(self) -> str | None:
        """Where people will reach it; host, path and scheme follow from it."""
        ...

    @property
    def has_login(self) -> bool:
        """Whether it asks people who they are."""
        ...


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """One user interface, as its exposure sees it."""

    name: str
    """Name of its Service."""
    namespace: str
    external_url: str
    url: Url
    port: int
    """Number of the Service's port `http`."""
    pod_port: Port
    """The same port on the pods."""
    no_login_reason: str | None
    serving: ServingTls | None
    asks_for_password: bool
    """Whether it answers 401 to whoever brings no password, such as a health check."""
    workloads: tuple[Traffic, ...]
    secret: str
    """Secret that holds the certificate of its host, unless `tls` says otherwise."""
    first_on_host: bool
    """Whether it is the one that asks for its host's certificate."""

    @property
    def secure(self) -> bool:
        """Whether people use https."""
        return self.url.scheme == "https"

    @property
    def path(self) -> str:
        """Path under which it is served."""
        return self.url.path or "/"

    @property
    def server_name(self) -> str:
        """Name in the certificate that it shows inside the cluster."""
        return f"{self.name}.{self.namespace}.svc"


def backends_of(id: str, given: Sequence[Exposable], namespace: str) -> tuple[Backend, ...]:
    """Check what is to be exposed, and look at each.

    Raises:
        ConfigError: one has no address or no login, two have the same address, or a host is https and http at once.

    """
    listed(f"{id}: backends", given)
    if not given:
        raise ConfigError(f"{id}: backends", [], "give at least one, such as a GrafanaStack")
    unique(f"{id}: backends", [one.service.name for one in given], "backends")
    found: list[Backend] = []
    for one in given:
        backend = _backend(id, one, namespace, found)
        _check_address(backend, found)
        found.append(backend)
    return tuple(found)


def _backend(id: str, given: Exposable, namespace: str, before: Sequence[Backend]) -> Backend:
    name = given.service.name
    if getattr(given, "embedding", False):
        raise ConfigError(f"{id}: backends", name, "it is embedded in the Router Dashboard, which exposes it; take it out here")
    reason: str | None = getattr(given, "no_login_reason", None)
    if not given.has_login and not reason:
        raise ConfigError(f"{id}: backends", name, "it has no login; give it one, or put a proxy with one in front and expose that")
    access = getattr(given, "access", None)
    if getattr(access, "certificate", None):
        raise ConfigError(
            f"{id}: backends", name, "it asks for client certificates, and TLS ends before it; give it a login with a password, or a proxy"
        )
    if not given.external_url:
        raise ConfigError(f"{name}: external_url", given.external_url, f"state where people reach it, such as https://{name}.example.com")
    url = public_url(f"{name}: external_url", given.external_url)
    asks_for_password = getattr(access, "password", None) is not None
    if asks_for_password and url.scheme != "https":
        raise ConfigError(f"{name}: external_url", given.external_url, "write https://: with each request, its password passes through it")
    home = given.service.metadata.namespace or namespace
    port, pod_port = _ports(id, name, given.service.to_json())
    same_host = next((one for one in before if (one.url.host, one.namespace) == (url.host, home)), None)
    return Backend(
        name=name,
        namespace=home,
        external_url=given.external_url,
        url=url,
        port=port,
        pod_port=Port(pod_port),
        no_login_reason=reason if not given.has_login else None,
        serving=getattr(given, "serving_tls", None),
        asks_for_password=asks_for_password,
        workloads=tuple(workload for workload in getattr(given, "traffic", ()) if not workload.foreign),
        secret=same_host.secret if same_host else f"{name}-tls",
        first_on_host=same_host is None,
    )


def _ports(id: str, name: str, service: Any) -> tuple[int, int]:
    """Numbers of the port `http`: the Service's, and the pods'. A name as target stands for the same number, as in this stack's Services."""
    for port in service.get("spec", {}).get("ports", []):
        if port.get("name") == "http":
            target = port.get("targetPort")
            return port["port"], target if isinstance(target, int) else port["port"]
    raise ConfigError(f"{id}: backends", name, "its Service has no port named http; name the port that people use so")


def _check_address(backend: Backend, before: Sequence[Backend]) -> None:
    where = f"{backend.name}: external_url"
    for other in before:
        if other.url.host != backend.url.host:
            continue
        if other.url.path == backend.url.path:
            raise ConfigError(where, backend.external_url, f"{other.name} has the same address; give each its own host or path")
        if other.secure != backend.secure:
            raise ConfigError(where, backend.external_url, f"{other.name} is on this host by {other.url.scheme}; use the same for both")
