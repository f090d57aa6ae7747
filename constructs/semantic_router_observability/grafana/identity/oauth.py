"""What all OAuth providers have in common. The settings are those of Grafana's documentation, configure-access/configure-authentication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec

from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec

from .roles import RoleMapping
from .text import as_list, identifier, mail_domains, several

if TYPE_CHECKING:
    from collections.abc import Mapping


class Endpoints(msgspec.Struct, frozen=True):
    """Where a provider is asked."""

    auth_url: str
    """Users' browsers are redirected there."""
    token_url: str
    """Grafana goes there, with the client secret."""
    api_url: str = ""
    """Grafana goes there, for what the token does not say about a person. Empty: nowhere."""
    others: tuple[str, ...] = ()
    """Whatever else Grafana asks."""


class OAuthLogin(Spec, frozen=True, kw_only=True):
    """A provider that authenticates users."""

    PROVIDER: ClassVar[str]
    """Grafana's name for it: section `auth.<name>`, redirect URL `<root>/login/<name>`."""
    ACCOUNTS: ClassVar[str]
    """Who could log in if nobody were turned away."""
    LIMITS: ClassVar[str] = "domains, groups or strict roles"
    """Keys of the settings that restrict who may log in."""

    client_id: str
    client_secret: SecretKey
    domains: Sequence[str] = ()
    everybody: bool = False
    sign_up: bool = True
    auto_login: bool = False

    def __post_init__(self) -> None:
        identifier("client_id", self.client_id)
        mail_domains("domains", self.domains)
        limited = bool(self.domains) or self.turns_away
        if not limited and not self.everybody:
            raise ConfigError(
                "everybody", self.everybody, f"{self.ACCOUNTS} could log in; give {self.LIMITS}, or write {arg('everybody', True)}"
            )
        if limited and self.everybody:
            raise ConfigError("everybody", self.everybody, f"not everybody can log in where {self.LIMITS} are given; remove one of the two")

    @property
    def turns_away(self) -> bool:
        """Whether anything but the mail domain restricts who may log in."""
        return False

    @property
    def common_settings(self) -> dict[str, str]:
        """Settings that every provider has, without addresses and credentials."""
        return {
            **({"allowed_domains": as_list(self.domains)} if self.domains else {}),
            "allow_sign_up": str(self.sign_up).lower(),
            "auto_login": str(self.auto_login).lower(),
            # Without it, an attacker who intercepts the redirect has the code that Grafana exchanges for the token.
            "use_pkce": "true",
        }


class GroupLogin(OAuthLogin, frozen=True, kw_only=True):
    """A provider that tells a user's groups by name."""

    groups: Sequence[str] = ()
    roles: RoleMapping | None = None
    refresh_token: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        several("groups", self.groups)

    @property
    def turns_away(self) -> bool:
        """Whether anything but the mail domain restricts who may log in."""
        return bool(self.groups) or strict(self.roles)

    def group_settings(self, claim: str = "groups[*]") -> Mapping[str, str]:
        """Settings of groups and of roles by group, and whether the provider is asked again."""
        return {
            **({"allowed_groups": as_list(self.groups)} if self.groups else {}),
            "use_refresh_token": str(self.refresh_token).lower(),
            **role_settings(self.roles, claim),
        }


def role_settings(roles: RoleMapping | None, claim: str = "groups[*]") -> Mapping[str, str]:
    """Roles by group; without a mapping those that were given inside Grafana stay, which a login would otherwise reset."""
    return roles.settings(claim) if roles else {"skip_org_role_sync": "true"}


def strict(roles: RoleMapping | None) -> bool:
    """Whether a user without a role is refused."""
    return roles is not None and roles.strict
