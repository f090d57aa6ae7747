"""`ObservabilityIngress`: user interfaces behind the cluster's ingress controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from constructs import Construct

from semantic_router_observability.checks import Url, dns_label, listed, public_url, unique
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.labels import labels
from semantic_router_observability.kubernetes.manifest import Manifest

from .classes import check_annotations
from .tls import CertManagerIssuer, Tls, TlsSecret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk8s import ApiObject

    from .classes import IngressClass


class Exposable(Protocol):
    """A user interface that can be exposed: `PrometheusStack`, `GrafanaStack`, or an object of your own."""

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


class ObservabilityIngress(Construct):
    """One Ingress for each backend, with host, path and scheme from the backend's `external_url`.

    Usage:
        ObservabilityIngress(chart, "ingress", backends=[grafana], ingress_class=nginx())
        ObservabilityIngress(chart, "ingress", backends=[grafana], ingress_class=nginx(), tls=CertManagerIssuer(name="letsencrypt"))

    The Ingress of stack `grafana` is called `<id>-grafana`. Backends may share a host under different paths.

    Args:
        scope: Chart, or a construct in one.
        id: First half of every Ingress's name. At most 20 characters.
        backends: What to expose. Each must know its `external_url`.
        ingress_class: The controller: `nginx()`, `alb()` or any `IngressClass(name=...)`.
        tls: Where the certificates of https hosts come from. Default: an existing Secret `<stack id>-tls` for each.
        annotations: Further annotations on every Ingress. Default: none.
        expose_without_login: Names of backends that have no login and may be exposed all the same, such as `("prometheus",)`. Default:
            none: Prometheus shows every metric to whoever reaches it.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        backends: Sequence[Exposable],
        ingress_class: IngressClass,
        tls: Tls = TlsSecret(),  # noqa: B008  frozen
        annotations: Mapping[str, str] | None = None,
        expose_without_login: Sequence[str] = (),
    ) -> None:
        dns_label("ObservabilityIngress: id", id, limit=20)
        check_annotations(annotations or {})
        routes = _routes(id, backends, ingress_class, tls, expose_without_login)
        super().__init__(scope, id)
        self.ingresses: Sequence[Manifest] = [self._ingress(id, backend, ingress_class, tls, annotations or {}) for backend in routes]
        """One Ingress a backend, in the order given."""

    def _ingress(self, id: str, backend: Exposable, ingress_class: IngressClass, tls: Tls, annotations: Mapping[str, str]) -> Manifest:
        name = backend.service.name
        url = public_url(f"{name}: external_url", backend.external_url or "")
        with_tls = url.scheme == "https" and not ingress_class.terminates_tls
        issuer = tls.annotations() if with_tls and isinstance(tls, CertManagerIssuer) else {}
        secret = tls.name if isinstance(tls, TlsSecret) and tls.name else f"{name}-tls"
        path: dict[str, Any] = {
            "path": url.path or "/",
            "pathType": "Prefix",
            "backend": {"service": {"name": name, "port": {"name": "http"}}},
        }
        return Manifest(
            self,
            name,
            api_version="networking.k8s.io/v1",
            kind="Ingress",
            name=f"{id}-{name}",
            labels=labels("ingress", id, "exposure"),
            annotations={**ingress_class.annotations, **issuer, **annotations},
            spec={
                "ingressClassName": ingress_class.name,
                "tls": [{"hosts": [url.host], "secretName": secret}] if with_tls else None,
                "rules": [{"host": url.host, "http": {"paths": [path]}}],
            },
        )


def _routes(
    id: str, backends: Sequence[Exposable], ingress_class: IngressClass, tls: Tls, expose_without_login: Sequence[str]
) -> Sequence[Exposable]:
    """Check what is to be exposed."""
    listed(f"{id}: backends", backends)
    listed(f"{id}: expose_without_login", expose_without_login)
    if not backends:
        raise ConfigError(f"{id}: backends", [], "give at least one, such as a GrafanaStack")
    if ingress_class.terminates_tls and tls != TlsSecret():
        raise ConfigError(f"{id}: tls", tls.name, f"class {ingress_class.name!r} finds its certificates itself; leave tls out")
    names = [backend.service.name for backend in backends]
    unique(f"{id}: backends", names, "backends")
    for name in expose_without_login:
        if name not in names:
            raise ConfigError(f"{id}: expose_without_login", name, f"it is no backend of this ingress; the backends are {', '.join(names)}")
    taken: dict[tuple[str, str], str] = {}
    for backend, name in zip(backends, names, strict=True):
        if getattr(backend, "embedding", False):
            raise ConfigError(f"{id}: backends", name, "it is embedded in the Router Dashboard, which exposes it; take it out here")
        if not backend.has_login and name not in expose_without_login:
            raise ConfigError(
                f"{id}: backends", name, "it has no login; put one in front, or accept that by listing it in expose_without_login"
            )
        url = _address(name, backend.external_url, ingress_class, tls)
        other = taken.setdefault((url.host, url.path), name)
        if other != name:
            raise ConfigError(
                f"{name}: external_url", backend.external_url, f"{other} has the same address; give each its own host or path"
            )
    return backends


def _address(name: str, external_url: str | None, ingress_class: IngressClass, tls: Tls) -> Url:
    """Where a backend is to be reached; checks that the scheme goes with class and certificate."""
    where = f"{name}: external_url"
    if not external_url:
        raise ConfigError(where, external_url, f"state where people reach it, such as https://{name}.example.com")
    url = public_url(where, external_url)
    if url.scheme == "http" and ingress_class.terminates_tls:
        raise ConfigError(where, external_url, f"class {ingress_class.name!r} serves https only; write https://")
    if url.scheme == "http" and tls != TlsSecret():
        raise ConfigError(where, external_url, "tls is given but the address is plain http; write https:// or leave tls out")
    return url
