"""What a client needs to get into a server of this stack, as references to Secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from semantic_router_observability.kubernetes.pods import SecretFiles


class Access(Spec, frozen=True, kw_only=True):
    """Credentials and trust for one server. An object of your own that asks for a login has one as its attribute `access`.

    Attributes:
        username: User name for HTTP basic authentication. Default: none.
        password: Password for HTTP basic authentication. Default: none.
        certificate: Certificate that the client shows. Default: none.
        key: Key of that certificate. Default: none.
        ca: Authority of the server's certificate. Default: the system's.
        server_name: Name in the server's certificate. Default: the host that is connected to.

    """

    username: SecretKey | None = None
    password: SecretKey | None = None
    certificate: SecretKey | None = None
    key: SecretKey | None = None
    ca: SecretKey | None = None
    server_name: str | None = None

    def http_config(self, files: SecretFiles) -> dict[str, Any]:
        """As fields of a client's configuration in Prometheus's words; all files are read again with each request."""
        config: dict[str, Any] = {}
        if self.username and self.password:
            config["basic_auth"] = {"username_file": files.path(self.username), "password_file": files.path(self.password)}
        tls = {
            "ca_file": files.path(self.ca) if self.ca else None,
            "cert_file": files.path(self.certificate) if self.certificate else None,
            "key_file": files.path(self.key) if self.key else None,
            "server_name": self.server_name,
        }
        if any(tls.values()):
            config["tls_config"] = {key: value for key, value in tls.items() if value}
        return config


class Guarded(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the stack that takes more than a plain request, for Prometheus, which scrapes it.

    Attributes:
        service: Name of its Service.
        namespace: Namespace of that.
        https: Whether it serves TLS.
        access: What it takes.

    """

    service: str
    namespace: str
    https: bool
    access: Access


OPEN = Access()
"""A server that lets everybody in."""


def access_of(server: object) -> Access:
    """Access to a stack or an object of somebody's own, which needs no such attribute."""
    access: Access = getattr(server, "access", OPEN)
    return access
