"""What all OAuth providers have in common. The settings are those of Grafana's documentation, configure-access/configure-authentication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec

from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.grafana.settings import file_reference
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec

from .text import as_list, identifier, mail_domains

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.kubernetes.pods import SecretFiles

    from .roles import RoleMapping


class Endpoints(msgspec.Struct, frozen=True):
    """Where a provider is asked."""

    auth_url: str
    """People's browsers go there."""
    token_url: str
    """Grafana goes there, with the client secret."""
    api_url: str = ""
    """Grafana goes there, for what the token does not say about a person. Empty: nowhere."""
    others: tuple[str, ...] = ()
    """Whatever else Grafana asks."""


class OAuthLogin(Spec, frozen=True, kw_only=True):
    """A provider that says who people are."""

    PROVIDER: ClassVar[str]
    """Grafana's name for it: section `auth.<name>`, redirect URL `<root>/login/<name>`."""
    ACCOUNTS: ClassVar[str]
    """Who could log in if nobody were turned away."""
    LIMITS: ClassVar[str] = "domains, groups or strict roles"
    """By what people can be turned away, in the words of the settings."""

    client_id: str
    client_secret: SecretKey
    domains: Sequence[str] = ()
    everybody: bool = False
    sign_up: bool = True
    auto_login: bool = False

    def __post_init__(self) -> None:
        identifier("client_id", self.client_id)
        mail_domains("domains", self.domains)
        limited = bool(self.domains) or self.turns_away()
        if not limited and not self.everybody:
            raise ConfigError(
                "everybody", self.everybody, f"{self.ACCOUNTS} could log in; give {self.LIMITS}, or write {arg('everybody', True)}"
            )
        if limited and self.everybody:
            raise ConfigError("everybody", self.everybody, f"not everybody can log in where {self.LIMITS} are given; remove one of the two")

    def turns_away(self) -> bool:
        """Whether anything but the mail domain keeps people out."""
        raise NotImplementedError

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        raise NotImplementedError

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has; `root` is where people reach Grafana, with a slash at the end."""
        raise NotImplementedError

    @property
    def section_name(self) -> str:
        """Section of `grafana.ini`."""
        return f"auth.{self.PROVIDER}"

    def section(self, files: SecretFiles, root: str) -> dict[str, str]:
        """As a section of `grafana.ini`."""
        endpoints = self.endpoints()
        return {
            "enabled": "true",
            "client_id": self.client_id,
            "client_secret": file_reference(files.path(self.client_secret)),
            "auth_url": endpoints.auth_url,
            "token_url": endpoints.token_url,
            **({"api_url": endpoints.api_url} if endpoints.api_url else {}),
            **({"allowed_domains": as_list(self.domains)} if self.domains else {}),
            "allow_sign_up": str(self.sign_up).lower(),
            "auto_login": str(self.auto_login).lower(),
            # Without it, whoever intercepts the redirect has the code that Grafana exchanges for the token.
            "use_pkce": "true",
            **self.own_settings(files, root),
        }


def role_settings(roles: RoleMapping | None, claim: str = "groups[*]") -> Mapping[str, str]:
    """Roles by group; without a mapping those that were given inside Grafana stay, which a login would otherwise reset."""
    return roles.settings(claim) if roles else {"skip_org_role_sync": "true"}
