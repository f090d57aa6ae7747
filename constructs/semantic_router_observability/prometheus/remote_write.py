"""Sending samples on to long-term storage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import api_url, listed, unique
from semantic_router_observability.errors import ConfigError, Key, Raw, Where, arg, at
from semantic_router_observability.kubernetes.access import TlsClient
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.literals import is_credential, shape_of
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import HttpUrl

from .raw import check_native, check_raw, variables, with_files

if TYPE_CHECKING:
    from collections.abc import Sequence


class BasicAuth(Spec, frozen=True, kw_only=True):
    """User name and password, both from Secrets.

    Attributes:
        username: Key with the user name.
        password: Key with the password.

    """

    username: SecretKey
    password: SecretKey


class RemoteWrite(TlsClient, frozen=True, kw_only=True):
    """One remote-write endpoint, such as Mimir, Thanos Receive, VictoriaMetrics or a managed service.

    Attributes:
        url: Address of the write endpoint, with its query if it has one, such as `?api-version=2023-04-24`.
        name: Name in Prometheus's own metrics and logs. Default: Prometheus derives one from the content.
        basic_auth: Credentials for HTTP basic authentication. Default: none.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        ca: Certificate authority of the endpoint. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the endpoint's certificate. Default: the host of the URL.
        headers: Extra headers, such as `X-Scope-OrgID`. Not for credentials. Default: none.
        extra: Any other field of Prometheus's `remote_write` (`queue_config`, `write_relabel_configs`, `oauth2`, `sigv4`, `azuread`,
            `google_iam`, ...). A credential is a reference, such as `client_secret: {secret: NAME, key: KEY}` under `oauth2`; `access_key`
            and `secret_key` under `sigv4` become environment variables of the pod, as Prometheus reads no file for them. Default: none.

    """

    url: HttpUrl
    name: str | None = None
    basic_auth: BasicAuth | None = None
    bearer_token: SecretKey | None = None
    headers: dict[str, str] = {}
    extra: dict[str, Any] = {}

    def __post_init__(self) -> None:
        api_url("url", self.url)
        self.check_certificate()
        if self.basic_auth and self.bearer_token:
            raise ConfigError("bearer_token", self.bearer_token.secret, f"{arg('basic_auth')} is given too; keep one of the two")
        for header, value in self.headers.items():
            if not re.fullmatch(r"[A-Za-z0-9-]+", header) or not value.isprintable():
                raise ConfigError("headers", header, "write a header's name of letters, digits and '-', and a value on one line")
            if header.lower() in _RESERVED_HEADERS or header.lower().startswith("x-amz-"):
                raise ConfigError("headers", header, "remove it; Prometheus sets this header itself")
            if header.lower() in {"authorization", "cookie"} or is_credential(header) or shape_of(value):
                raise ConfigError(
                    "headers",
                    header,
                    f"a credential does not belong in the settings; use {arg('basic_auth')} or {arg('bearer_token')} with a Secret",
                )
        if self.extra:
            _refuse_known(self.extra)
            check_native("remote_write", "extra", self.body(SecretFiles("/")))

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
        return {**body, **self.access.http_config(files), **with_files(self.extra, files)}


_RESERVED_HEADERS = {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "transfer-encoding",
    "user-agent",
    "www-authenticate",
    "x-prometheus-remote-write-version",
}
"""Headers that Prometheus refuses to have changed; it would not start."""


def _refuse_known(extra: dict[str, Any]) -> None:
    for field, instead in _TYPED.items():
        if field in extra:
            raise ConfigError(("extra", Key(field)), Raw("…"), f"remove it; the remote write itself has {instead} for it")
    check_raw("extra", extra)


_TYPED = {
    "url": arg("url"),
    "name": arg("name"),
    "headers": arg("headers"),
    "basic_auth": arg("basic_auth"),
    "authorization": arg("bearer_token"),
    "tls_config": f"{arg('ca')}, {arg('certificate')}, {arg('key')} and {arg('server_name')}",
}
"""Fields of Prometheus that `RemoteWrite` has itself, with the names that they have there."""


def check_distinct(where: Where, writes: Sequence[RemoteWrite]) -> None:
    """Refuse what Prometheus would: two endpoints of one name, or the same endpoint twice."""
    listed(where, writes)
    unique(where, [write.name for write in writes if write.name], "remote writes")
    held: dict[str, SecretKey] = {}
    for index, write in enumerate(writes):
        for variable, key in variables(write.extra):
            if held.setdefault(variable, key) != key:
                raise ConfigError(
                    at(where, index, "extra"),
                    key.secret,
                    f"another endpoint takes {variable} from another Secret, and the pod has one; use roles",
                )
        if write in writes[:index]:
            raise ConfigError(where, write.url, "the same endpoint is listed twice; remove one")
