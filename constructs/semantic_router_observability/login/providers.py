"""Identity providers of oauth2-proxy, and which of their users are admitted. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import http_url, listed
from semantic_router_observability.errors import ConfigError, Raw, Where, arg
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec, Tagged

if TYPE_CHECKING:
    from semantic_router_observability.kubernetes.pods import SecretFiles

_EMAIL = re.compile(r"[^\s@,\"#]+@[^\s@,\"#]+\.[^\s@,\"#]+")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_GITHUB_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?", re.ASCII)


class Allow(Spec, frozen=True, kw_only=True):
    """Which users of the identity provider are admitted. At least one rule is needed.

    `emails` and `domains` add to one another: either is enough. `groups` narrows them down: who is in none of the groups stays out.
    A user without an email address is never admitted.

    Attributes:
        emails: Email addresses. Default: none.
        domains: What stands behind the `@`, such as `example.com`; its subdomains are not included. Default: none.
        groups: Groups, in the identity provider's words: names for most, object ids for Entra ID. Default: none.
        everybody: Admit every user of the identity provider: with a public one, anyone. Default false.

    """

    emails: Sequence[str] = ()
    domains: Sequence[str] = ()
    groups: Sequence[str] = ()
    everybody: bool = False

    def __post_init__(self) -> None:
        for name in ("emails", "domains", "groups"):
            listed(name, getattr(self, name))
        for email in self.emails:
            if not _EMAIL.fullmatch(email):
                raise ConfigError("emails", email, "write an email address such as ana@example.com")
        for domain in self.domains:
            if domain == "*":
                raise ConfigError("domains", domain, f"any domain would be accepted; name the domains, or write {arg('everybody', True)}")
            if not _DOMAIN.fullmatch(domain):
                raise ConfigError("domains", domain, "write a domain in lower case, such as example.com, without '@' and '*'")
        for group in self.groups:
            if not group.strip():
                raise ConfigError("groups", group, "oauth2-proxy ignores an empty name and allows everyone; name the group")
        if self.everybody and (self.emails or self.domains or self.groups):
            raise ConfigError(
                "everybody", self.everybody, f"{arg('emails')}, {arg('domains')} or {arg('groups')} are given too; remove one of the two"
            )

    @property
    def rules(self) -> bool:
        """Whether anything was said at all."""
        return bool(self.emails or self.domains or self.groups or self.everybody)


class OidcProvider(Tagged, frozen=True, kw_only=True, tag="oidc"):
    """Any provider of OpenID Connect: Okta, Auth0, Dex, authentik, GitLab and so on.

    Attributes:
        issuer: Issuer URL, exactly as the provider's discovery document states it, such as `https://example.okta.com`.
        scope: Scopes to ask for. Default: `openid email profile`, and `groups` with rules on groups.
        email_claim: Claim with the email address. Default `email`; of another, nobody checks whether it is verified.
        groups_claim: Claim with the groups. Default `groups`.
        ca: Certificate of the authority behind the provider's own certificate. Default: the public authorities.

    """

    issuer: str
    scope: str | None = None
    email_claim: str = "email"
    groups_claim: str = "groups"
    ca: SecretKey | None = None

    def __post_init__(self) -> None:
        _issuer(self.issuer)

    def options(self, allow: Allow, files: SecretFiles) -> dict[str, Any]:
        """As options of oauth2-proxy."""
        del files
        return {
            **_openid("oidc", self.issuer, self.scope or _scope(allow)),
            "oidc_email_claim": self.email_claim,
            "oidc_groups_claim": self.groups_claim,
            "allowed_groups": allow.groups,
        }

    @property
    def server(self) -> str:
        """Where the proxy asks it."""
        return self.issuer


class KeycloakProvider(Tagged, frozen=True, kw_only=True, tag="keycloak"):
    """Keycloak, whose roles are looked at beside groups.

    Attributes:
        issuer: URL of the realm, such as `https://keycloak.example.com/realms/company`.
        roles: Roles that are admitted: realm roles as they are, those of a client as `client:role`. They add to `allow.groups`: one of
            either is enough. Default: none asked for.
        scope: Scopes to ask for. Default: `openid email profile`, and `groups`, which the realm has to know, with rules on groups.
        ca: Certificate of the authority behind Keycloak's own certificate. Default: the public authorities.

    """

    issuer: str
    roles: Sequence[str] = ()
    scope: str | None = None
    ca: SecretKey | None = None

    def __post_init__(self) -> None:
        _issuer(self.issuer)
        listed("roles", self.roles)
        for role in self.roles:
            if not role.strip():
                raise ConfigError("roles", role, "name the role, such as operator or grafana:operator")

    def options(self, allow: Allow, files: SecretFiles) -> dict[str, Any]:
        """As options of oauth2-proxy."""
        del files
        return {
            **_openid("keycloak-oidc", self.issuer, self.scope or _scope(allow)),
            "allowed_groups": allow.groups,
            "allowed_roles": self.roles,
        }

    @property
    def server(self) -> str:
        """Where the proxy asks it."""
        return self.issuer


class EntraProvider(Tagged, frozen=True, kw_only=True, tag="entra"):
    """Microsoft Entra ID, for the users of one tenant and its guests.

    Attributes:
        tenant: Directory (tenant) id.

    """

    tenant: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.tenant):
            raise ConfigError("tenant", self.tenant, "write the directory id, such as 9188040d-6c67-4c5b-b112-36a304b66dad")

    def options(self, allow: Allow, files: SecretFiles) -> dict[str, Any]:
        """As options of oauth2-proxy; the groups of users in more than 200 of them are read from Microsoft Graph."""
        del files
        return {
            **_openid(
                "entra-id",
                f"https://login.microsoftonline.com/{self.tenant}/v2.0",
                "openid email profile User.Read" if allow.groups else "openid email profile",
            ),
            "allowed_groups": allow.groups,
        }

    @property
    def server(self) -> str:
        """Where the proxy asks it."""
        return "https://login.microsoftonline.com"


class GoogleProvider(Tagged, frozen=True, kw_only=True, tag="google"):
    """Google accounts.

    Attributes:
        admin_email: Administrator in whose name the directory is asked for groups. Default: none, `allow.groups` cannot be used.
        service_account: Key file (JSON) of the service account that reads groups from the directory; `allow.groups` needs it. Default:
            none.

    """

    admin_email: str | None = None
    service_account: SecretKey | None = None

    def __post_init__(self) -> None:
        if (self.admin_email is None) != (self.service_account is None):
            raise ConfigError(
                "admin_email",
                self.admin_email,
                f"the directory is asked with {arg('admin_email')} and {arg('service_account')}; give both or none",
            )
        if self.admin_email is not None and not _EMAIL.fullmatch(self.admin_email):
            raise ConfigError("admin_email", self.admin_email, "write an email address such as admin@example.com")

    def options(self, allow: Allow, files: SecretFiles) -> dict[str, Any]:
        """As options of oauth2-proxy."""
        directory = (
            {
                "google_groups": allow.groups,
                "google_admin_email": self.admin_email,
                "google_service_account_json": files.path(self.service_account),
            }
            if self.service_account and allow.groups
            else {}
        )
        return {"provider": "google", **directory}

    @property
    def server(self) -> str:
        """Where the proxy asks it."""
        return "https://accounts.google.com"


class GitHubProvider(Tagged, frozen=True, kw_only=True, tag="github"):
    """GitHub, for members of an organization.

    Attributes:
        organization: Organization whose members are admitted.
        teams: Teams of it, by the name in their address; a member of one is admitted. Default: all members of the organization.

    """

    organization: str
    teams: Sequence[str] = ()

    def __post_init__(self) -> None:
        listed("teams", self.teams)
        for field, name in (("organization", self.organization), *(("teams", team) for team in self.teams)):
            if not _GITHUB_NAME.fullmatch(name):
                raise ConfigError(field, name, "write the name as it stands in the address, such as my-organization")

    def options(self, allow: Allow, files: SecretFiles) -> dict[str, Any]:
        """As options of oauth2-proxy."""
        del allow, files
        return {"provider": "github", "github_org": self.organization, "github_team": ",".join(self.teams) or None}

    @property
    def server(self) -> str:
        """Where the proxy asks it."""
        return "https://api.github.com"


IdentityProvider = OidcProvider | KeycloakProvider | EntraProvider | GoogleProvider | GitHubProvider
"""Identity provider that authenticates users."""


def check_allow(where: Where, allow: Allow, provider: IdentityProvider) -> None:
    """Refuse a login that nobody has limited, and groups that the provider does not tell of."""
    # GitHub's organization and Keycloak's roles are limits of their own.
    limited = isinstance(provider, GitHubProvider) or (isinstance(provider, KeycloakProvider) and provider.roles)
    if not allow.rules and not limited:
        raise ConfigError(
            where,
            Raw("nobody"),
            f"name who may log in: {arg('emails')}, {arg('domains')} or {arg('groups')}; or write {arg('everybody', True)}",
        )
    groups = list(allow.groups)
    match provider:
        case GitHubProvider() if groups:
            raise ConfigError(
                where, groups, f"GitHub has {arg('organization')} and {arg('teams')} of the provider instead; remove {arg('groups')}"
            )
        case GoogleProvider(service_account=None) if groups:
            raise ConfigError(
                where,
                groups,
                f"Google tells groups only to a service account; give the provider {arg('admin_email')} and {arg('service_account')}",
            )
        case EntraProvider() if not all(map(_ID.fullmatch, groups)):
            raise ConfigError(where, groups, "Entra ID sends groups by object id; write the ids of the groups")


def _openid(provider: str, issuer: str, scope: str) -> dict[str, Any]:
    # Off by default for the sake of old installations: the nonce ties the token to the login that was begun here.
    return {"provider": provider, "oidc_issuer_url": issuer, "scope": scope, "insecure_oidc_skip_nonce": False}


def _scope(allow: Allow) -> str:
    return "openid email profile groups" if allow.groups else "openid email profile"


def _issuer(issuer: str) -> None:
    if http_url("issuer", issuer).scheme != "https":
        raise ConfigError("issuer", issuer, "write https://: anyone who can change the provider's answers could log in as anyone")
