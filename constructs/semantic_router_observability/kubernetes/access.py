"""What a client needs to connect to a server, as references to Secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.spec import Spec

from .secrets import SecretKey

if TYPE_CHECKING:
    from .pods import SecretFiles


class Access(Spec, frozen=True, kw_only=True):
    """Credentials and trust for one server.

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
        """As fields of a client's configuration in Prometheus's native syntax; all files are read again with each request."""
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


OPEN = Access()
"""A server that asks for nothing."""


class TlsClient(Spec, frozen=True, kw_only=True):
    """Base of what connects to a server that may have a certificate."""

    ca: SecretKey | None = None
    certificate: SecretKey | None = None
    key: SecretKey | None = None
    server_name: str | None = None

    @property
    def access(self) -> Access:
        """Trust in the server, and the certificate that is shown to it."""
        return Access(certificate=self.certificate, key=self.key, ca=self.ca, server_name=self.server_name)

    def check_certificate(self) -> None:
        """Refuse half a certificate.

        Raises:
            ConfigError: only one of the two is given.

        """
        if (self.certificate is None) != (self.key is None):
            lacking = "certificate" if self.certificate is None else "key"
            raise ConfigError(lacking, None, f"give {arg('certificate')} and {arg('key')} together, or neither")

    def refuse_without_tls(self, remedy: str) -> None:
        """Refuse what only https uses; `remedy` says how to choose that.

        Raises:
            ConfigError: some of it is given.

        """
        for field, value in (("ca", self.ca), ("certificate", self.certificate), ("server_name", self.server_name)):
            if value is not None:
                given = value.secret if isinstance(value, SecretKey) else value
                raise ConfigError(field, given, f"only https uses it; {remedy} or remove it")
