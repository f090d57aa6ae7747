"""Where Prometheus sends alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import http_url, listed
from semantic_router_observability.errors import ConfigError, Where, arg
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import HttpUrl

from . import discovery
from .remote_write import BasicAuth
from .rules import RuleFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint
    from semantic_router_observability.kubernetes.pods import SecretFiles


class ExternalAlertmanager(Spec, frozen=True, kw_only=True):
    """An Alertmanager this app does not own.

    Attributes:
        url: Its address, with the path it is served under. Of several replicas name each, as every one has to get every alert, or use
            `replicas_by_dns`.
        replicas_by_dns: Send to every address that the host's name stands for, as a headless Service's does (such as
            `alertmanager-operated` of the Prometheus operator). Default false.
        basic_auth: Credentials for HTTP basic authentication. Default: none.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        ca: Certificate authority of its certificate. Default: the system's.

    """

    url: HttpUrl
    replicas_by_dns: bool = False
    basic_auth: BasicAuth | None = None
    bearer_token: SecretKey | None = None
    ca: SecretKey | None = None

    def __post_init__(self) -> None:
        url = http_url("url", self.url)
        if self.basic_auth and self.bearer_token:
            raise ConfigError("bearer_token", self.bearer_token.secret, f"{arg('basic_auth')} is given too; keep one of the two")
        if self.ca and url.scheme == "http":
            raise ConfigError(
                "ca", self.ca.secret, f"the url is plain http, which has no certificate; write https:// or remove {arg('ca')}"
            )

    @property
    def endpoint(self) -> Endpoint:
        """Where it is reached."""
        return Endpoint(url=http_url("url", self.url))

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it is configured elsewhere."""

    def alerting(self, files: SecretFiles) -> dict[str, Any]:
        """As an entry of Prometheus's `alerting.alertmanagers`."""
        url = http_url("url", self.url)
        # An IPv6 address keeps its brackets.
        host = f"[{url.host}]" if ":" in url.host else url.host
        body: dict[str, Any] = {"scheme": url.scheme, "path_prefix": url.path or None}
        if self.basic_auth:
            body["basic_auth"] = {
                "username_file": files.path(self.basic_auth.username),
                "password_file": files.path(self.basic_auth.password),
            }
        if self.bearer_token:
            body["authorization"] = {"credentials_file": files.path(self.bearer_token)}
        if self.ca or (self.replicas_by_dns and url.scheme == "https"):
            tls = {"ca_file": files.path(self.ca) if self.ca else None, "server_name": url.host if self.replicas_by_dns else None}
            body["tls_config"] = {key: value for key, value in tls.items() if value}
        if self.replicas_by_dns:
            return {**body, "dns_sd_configs": [{"names": [host], "type": "A", "port": url.port}]}
        return {**body, "static_configs": [{"targets": [f"{host}:{url.port}"]}]}


def alerting(target: HasEndpoint, files: SecretFiles) -> dict[str, Any]:
    """As an entry of Prometheus's `alerting.alertmanagers`; credentials are mounted through `files`."""
    if isinstance(target, ExternalAlertmanager):
        return target.alerting(files)
    endpoint = target.endpoint
    url = endpoint.url
    common = {
        "scheme": url.scheme if url.scheme != "http" else None,
        "path_prefix": url.path or None,
        **endpoint.access.http_config(files),
    }
    if endpoint.service:
        return {**common, **discovery.replicas(endpoint.service)}
    return {**ExternalAlertmanager(url=url.text).alerting(files), **common}


def discovered(targets: Sequence[HasEndpoint]) -> list[Endpoint]:
    """Those of the targets whose replicas are found through the API server, in namespaces that Prometheus therefore may read."""
    found = [target.endpoint for target in targets if not isinstance(target, ExternalAlertmanager)]
    return [endpoint for endpoint in found if endpoint.service]


def namespaces_of(targets: Sequence[HasEndpoint]) -> tuple[str, ...]:
    """Namespaces in which targets are discovered, each once."""
    return tuple(dict.fromkeys(endpoint.service.namespace for endpoint in discovered(targets) if endpoint.service))


def rules_of(targets: Sequence[HasEndpoint]) -> list[RuleFile]:
    """Rules that the targets have evaluated by those who send to them, such as their silences."""
    groups = [group for target in targets for group in target.endpoint.rule_groups]
    return [RuleFile(name="silences", groups=groups)] if groups else []


def check_alert_targets(where: Where, targets: Sequence[HasEndpoint]) -> None:
    """Refuse a target listed twice."""
    listed(where, targets)
    urls: list[str] = []
    for target in targets:
        url = endpoint_of(where, target).url.text
        if url in urls:
            raise ConfigError(where, url, "the same Alertmanager is listed twice; remove one")
        urls.append(url)
