"""The logins that Prometheus and Alertmanager have themselves, and the decision to have none."""

from __future__ import annotations

from collections.abc import Sequence

from semantic_router_observability.checks import dns_subdomain, listed
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import ObjectName

WEB_CONFIG = "web.yml"
"""Key of the Secret, and name of the file that the server reads anew with every request."""


class BasicAuthUsers(Tagged, frozen=True, kw_only=True, tag="basicAuth"):
    """User name and password, asked for by the server itself.

    Attributes:
        secret: Secret in the stack's namespace with three keys: `web.yml`, the server's web configuration with `basic_auth_users` and
            their bcrypt hashes, and `username` and `password` of one of these users, as which the stack's own parts connect.

    """

    secret: ObjectName

    def __post_init__(self) -> None:
        dns_subdomain("secret", self.secret)

    @property
    def web_config(self) -> SecretKey:
        """Reference to the server's web configuration."""
        return SecretKey(self.secret, WEB_CONFIG)

    @property
    def username(self) -> SecretKey:
        """Reference to the name of the user that the stack's own parts are."""
        return SecretKey(self.secret, "username")

    @property
    def password(self) -> SecretKey:
        """Reference to that user's password."""
        return SecretKey(self.secret, "password")


class ClientCertificates(Tagged, frozen=True, kw_only=True, tag="clientCertificates"):
    """Only clients that show a certificate of one authority get in (mutual TLS); needs `tls`.

    Attributes:
        secret: Secret of type `kubernetes.io/tls` with the certificate that the stack's own parts show: `tls.crt`, `tls.key`, and `ca.crt`
            unless `ca` says otherwise.
        ca: Authority whose certificates are accepted. Default: `ca.crt` of `secret`.
        allowed_names: Names of which a client's certificate has to carry one, as DNS name, address, e-mail or URI. Default: any
            certificate of the authority gets in, so let it sign for nobody else.

    """

    secret: ObjectName
    ca: SecretKey | None = None
    allowed_names: Sequence[str] = ()

    def __post_init__(self) -> None:
        dns_subdomain("secret", self.secret)
        listed("allowed_names", self.allowed_names)
        for name in self.allowed_names:
            if not name.strip() or not name.isprintable():
                raise ConfigError(
                    "allowed_names", name, "write a name that stands in the clients' certificates, such as grafana.example.com"
                )

    @property
    def authority(self) -> SecretKey:
        """Reference to the authority's certificate."""
        return self.ca or SecretKey(self.secret, "ca.crt")

    @property
    def certificate(self) -> SecretKey:
        """Reference to the certificate that the stack's own parts show."""
        return SecretKey(self.secret, "tls.crt")

    @property
    def key(self) -> SecretKey:
        """Reference to that certificate's key."""
        return SecretKey(self.secret, "tls.key")


class NoLogin(Tagged, frozen=True, kw_only=True, tag="none"):
    """No authentication, on purpose: anyone who reaches the address has access.

    Attributes:
        reason: Why that is right, for those who review it; it stands on the object that exposes the stack.

    """

    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.reason.isprintable():
            raise ConfigError("reason", self.reason, "write on one line why nobody has to log in, such as 'reachable only through the VPN'")


Login = BasicAuthUsers | ClientCertificates | NoLogin
"""How Prometheus or Alertmanager authenticates clients."""
