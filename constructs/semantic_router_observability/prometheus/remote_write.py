"""Sending samples on to long-term storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.checks import http_url
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.secrets import SecretKey

if TYPE_CHECKING:
    from semantic_router_observability.kubernetes.pods import SecretFiles


class BasicAuth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """User name and password, both from Secrets.

    Attributes:
        username: Key with the user name.
        password: Key with the password.

    """

    username: SecretKey
    password: SecretKey


class RemoteWrite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """One remote-write endpoint, such as Mimir, Thanos Receive, VictoriaMetrics or a managed service.

    Attributes:
        url: Address of the write endpoint.
        name: Name in Prometheus's own metrics and logs. Default: Prometheus derives one from the content.
        basic_auth: Credentials for HTTP basic authentication. Default: none.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        ca: Certificate authority of the endpoint. Default: the system's.
        headers: Extra headers, such as `X-Scope-OrgID`. Not for credentials. Default: none.
        extra: Any other field of Prometheus's `remote_write` (`queue_config`, `write_relabel_configs`, `sigv4`, ...). Default: none.

    """

    url: str
    name: str | None = None
    basic_auth: BasicAuth | None = None
    bearer_token: SecretKey | None = None
    ca: SecretKey | None = None
    headers: dict[str, str] = {}
    extra: dict[str, Any] = {}

    def __post_init__(self) -> None:
        http_url("url", self.url)
        if self.basic_auth and self.bearer_token:
            raise ConfigError("bearerToken", self.bearer_token.secret, "basicAuth is given too; keep one of the two")
        for header in self.headers:
            if header.lower() in {"authorization", "x-api-key", "cookie"}:
                raise ConfigError(
                    "headers", header, "a credential does not belong in the settings; use basicAuth or bearerToken with a Secret"
                )
        if self.extra:
            _refuse_known(self.extra)

    def body(self, files: SecretFiles) -> dict[str, Any]:
        """As an entry of Prometheus's `remote_write`."""
        body: dict[str, Any] = {"url": self.url}
        if self.name:
            body["name"] = self.name
        if self.headers:
            body["headers"] = dict(self.headers)
        if self.basic_auth:
            body["basic_auth"] = {
                "username_file": files.path(self.basic_auth.username),
                "password_file": files.path(self.basic_auth.password),
            }
        if self.bearer_token:
            body["authorization"] = {"credentials_file": files.path(self.bearer_token)}
        if self.ca:
            body["tls_config"] = {"ca_file": files.path(self.ca)}
        return {**body, **self.extra}


_LITERAL_CREDENTIALS = {"password", "credentials", "secret_key", "client_secret", "bearer_token", "access_key"}


def _refuse_known(extra: dict[str, Any]) -> None:
    for field in ("url", "name", "headers", "basic_auth", "authorization", "tls_config"):
        if field in extra:
            raise ConfigError(f"extra.{field}", extra[field], "this type has a field for it; use that one")
    refuse_literal_credentials("extra", extra)


def refuse_literal_credentials(where: str, value: Any) -> None:
    """Refuse a credential written out in a raw mapping; `_file` fields and Secret references are the way.

    Raises:
        ConfigError: the mapping holds a non-empty `password`, `client_secret` or the like. The message does not repeat the value.

    """
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _LITERAL_CREDENTIALS and isinstance(item, str) and item:
                raise ConfigError(f"{where}.{key}", "…", "keep the credential in a Secret and name its file with the field's '_file' form")
            refuse_literal_credentials(f"{where}.{key}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            refuse_literal_credentials(f"{where}[{index}]", item)
