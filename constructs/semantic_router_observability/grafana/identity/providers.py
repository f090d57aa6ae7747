"""The identity providers: one type each, so that only what a provider has can be said of it.

Each class names the page of Grafana's documentation that its settings are taken from, below
https://grafana.com/docs/grafana/v13.2/setup-grafana/configure-access/configure-authentication/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import quote, urlsplit

from semantic_router_observability.checks import http_url
from semantic_router_observability.errors import ConfigError, Raw, arg
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.texts import HttpUrl

from .oauth import Endpoints, GroupLogin, OAuthLogin, role_settings, strict
from .roles import RoleMapping
from .text import as_list, plain, provider_url, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.kubernetes.pods import SecretFiles

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GOOGLE_GROUPS = "https://www.googleapis.com/auth/cloud-identity.groups.readonly"


class Google(GroupLogin, frozen=True, kw_only=True, tag_field="type", tag="google"):
    """Google accounts (page `google/`). Redirect URL: `<external URL>/login/google`.

    Attributes:
        client_id: Client id of the OAuth client.
        client_secret: Key with its secret.
        domains: Workspace domains whose users may log in. Default: not limited by domain.
        groups: Mail addresses of the Google groups whose members may log in. Default: not limited by group.
        everybody: Let anybody with a Google account in. Default false.
        roles: Roles by group, named by mail address. Default: everybody starts as viewer, an administrator gives roles inside Grafana.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        auto_login: Go to Google without showing the login page. Default false.
        refresh_token: Ask Google again when a token expires, so that who is locked out there is locked out here. Default true.

    """

    PROVIDER: ClassVar[str] = "google"
    ACCOUNTS: ClassVar[str] = "anybody with a Google account"

    def __post_init__(self) -> None:
        super().__post_init__()
        for group in (*self.groups, *(self.roles.groups if self.roles else ())):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", group):
                raise ConfigError("groups", group, "write the group's mail address, such as sre@example.com")

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        return Endpoints(
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "https://openidconnect.googleapis.com/v1/userinfo",
            others=("https://content-cloudidentity.googleapis.com",) if self.groups or self.roles else (),
        )

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has."""
        del files, root
        return {
            "scopes": f"openid email profile {_GOOGLE_GROUPS}" if self.groups or self.roles else "openid email profile",
            **({"hosted_domain": self.domains[0]} if len(self.domains) == 1 else {}),
            **self.group_settings(),
        }


class GitHub(OAuthLogin, frozen=True, kw_only=True, tag_field="type", tag="github"):
    """GitHub accounts (page `github/`). Redirect URL: `<external URL>/login/github`.

    Attributes:
        client_id: Client id of the OAuth app.
        client_secret: Key with its secret.
        organizations: Organizations whose members may log in. Default: not limited by organization.
        team_ids: Numbers of the teams whose members may log in. Default: not limited by team.
        domains: Domains of the mail addresses that may log in. Default: not limited by domain.
        everybody: Let anybody with a GitHub account in. Default false.
        roles: Roles by team, written `@organization/team`. Default: everybody starts as viewer, an administrator gives roles inside Grafana.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        auto_login: Go to GitHub without showing the login page. Default false.
        url: GitHub Enterprise Server's address. Default `https://github.com`.
        ca: Certificate authority of that server. Default: those of the image.

    """

    PROVIDER: ClassVar[str] = "github"
    ACCOUNTS: ClassVar[str] = "anybody with a GitHub account"
    LIMITS: ClassVar[str] = f"organizations, {arg('team_ids')}, domains or strict roles"

    organizations: Sequence[str] = ()
    team_ids: Sequence[int] = ()
    roles: RoleMapping | None = None
    url: str = "https://github.com"
    ca: SecretKey | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        provider_url("url", self.url)
        for organization in several("organizations", self.organizations):
            if not re.fullmatch(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}", organization):
                raise ConfigError("organizations", organization, "write the organization's name as in its address, such as vllm-project")
        for group in self.roles.groups if self.roles else ():
            if not re.fullmatch(r"@[A-Za-z0-9-]+/[A-Za-z0-9_.-]+", group):
                raise ConfigError("roles", group, "write the team as @organization/team")

    @property
    def turns_away(self) -> bool:
        """Whether anything but the mail domain restricts who may log in."""
        return bool(self.organizations or self.team_ids) or strict(self.roles)

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        url = self.url.rstrip("/")
        api = "https://api.github.com" if url == "https://github.com" else f"{url}/api/v3"
        return Endpoints(f"{url}/login/oauth/authorize", f"{url}/login/oauth/access_token", f"{api}/user")

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has."""
        del root
        return {
            "scopes": "user:email read:org",
            **({"tls_client_ca": files.path(self.ca)} if self.ca else {}),
            **({"allowed_organizations": as_list(self.organizations)} if self.organizations else {}),
            **({"team_ids": " ".join(str(number) for number in self.team_ids)} if self.team_ids else {}),
            **role_settings(self.roles),
        }


class Entra(OAuthLogin, frozen=True, kw_only=True, tag_field="type", tag="entra"):
    """Microsoft Entra ID, once Azure AD (page `entraid/`). Redirect URL: `<external URL>/login/azuread`.

    Attributes:
        client_id: Application (client) id of the app registration.
        client_secret: Key with the value of a client secret.
        tenants: Directory (tenant) IDs whose users may log in; the first is the app's own.
        groups: Object ids of the groups whose members may log in. Default: not limited by group.
        domains: Domains of the mail addresses that may log in. Default: not limited by domain.
        everybody: Let anybody of the tenants in. Default false.
        app_roles: What the app roles `GrafanaAdmin`, `Admin`, `Editor` and `Viewer` do: `required` turns away who has none, `used` (default)
            makes them viewers, `ignored` leaves roles to an administrator inside Grafana.
        server_admins: Let app role `GrafanaAdmin` administrate the whole Grafana, not only its organization. Default false.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        auto_login: Go to Microsoft without showing the login page. Default false.
        refresh_token: Ask Microsoft again when a token expires, so that who is locked out there is locked out here. Default true.

    """

    PROVIDER: ClassVar[str] = "azuread"
    ACCOUNTS: ClassVar[str] = "anybody in the tenants, guests included,"
    LIMITS: ClassVar[str] = f"groups, domains or {arg('app_roles', Raw('required'))}"

    tenants: Sequence[str]
    groups: Sequence[str] = ()
    app_roles: Literal["required", "used", "ignored"] = "used"
    server_admins: bool = False
    refresh_token: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not several("tenants", self.tenants):
            raise ConfigError("tenants", [], "give at least one: without any, every Microsoft account in the world could log in")
        for field, values in (("tenants", self.tenants), ("groups", several("groups", self.groups))):
            for value in values:
                if not _UUID.fullmatch(value):
                    raise ConfigError(field, value, "write the id, such as 8bab1c86-8fba-33e5-2089-1d1c80ec267d: names change and repeat")
        if self.server_admins and self.app_roles == "ignored":
            raise ConfigError("server_admins", self.server_admins, "app roles are ignored; remove one of the two")

    @property
    def turns_away(self) -> bool:
        """Whether anything but the mail domain restricts who may log in."""
        return bool(self.groups) or self.app_roles == "required"

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        # The endpoint of one tenant issues tokens to its users only; that of all organizations leaves the choice to allowed_organizations.
        tenant = self.tenants[0] if len(self.tenants) == 1 else "organizations"
        base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
        return Endpoints(f"{base}/authorize", f"{base}/token", others=("https://graph.microsoft.com",))

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has."""
        del files, root
        return {
            "name": "Microsoft",
            "client_authentication": "client_secret_post",
            "scopes": _scopes("openid email profile", refresh_token=self.refresh_token),
            "allowed_organizations": as_list(self.tenants),
            **({"allowed_groups": as_list(self.groups)} if self.groups else {}),
            "use_refresh_token": str(self.refresh_token).lower(),
            "role_attribute_strict": str(self.app_roles == "required").lower(),
            "allow_assign_grafana_admin": str(self.server_admins).lower(),
            "skip_org_role_sync": str(self.app_roles == "ignored").lower(),
        }


class Okta(GroupLogin, frozen=True, kw_only=True, tag_field="type", tag="okta"):
    """Okta (page `okta/`). Redirect URL: `<external URL>/login/okta`.

    Attributes:
        client_id: Client id of the app integration.
        client_secret: Key with its secret.
        url: Address of the organization, such as `https://example.okta.com`, or of an authorization server in it, such as
            `https://example.okta.com/oauth2/default`.
        groups: Groups whose members may log in. Default: not limited by group.
        domains: Domains of the mail addresses that may log in. Default: not limited by domain.
        everybody: Admit every user whom Okta assigned to the app. Default false.
        roles: Roles by group; Okta has to send the claim `groups`. Default: everybody starts as viewer, an administrator gives roles
            inside Grafana.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        auto_login: Go to Okta without showing the login page. Default false.
        refresh_token: Ask Okta again when a token expires, so that who is locked out there is locked out here. Default true; the app
            needs the grant type Refresh Token.

    """

    PROVIDER: ClassVar[str] = "okta"
    ACCOUNTS: ClassVar[str] = "everybody whom Okta assigned to the app"

    url: str

    def __post_init__(self) -> None:
        super().__post_init__()
        provider_url("url", self.url)

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        url = self.url.rstrip("/")
        base = f"{url}/v1" if urlsplit(url).path else f"{url}/oauth2/v1"
        return Endpoints(f"{base}/authorize", f"{base}/token", f"{base}/userinfo")

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has."""
        del files, root
        return {
            "scopes": _scopes("openid email profile groups", refresh_token=self.refresh_token),
            **self.group_settings(),
        }


class _GenericLogin(GroupLogin, frozen=True, kw_only=True):
    """Grafana's generic provider, of which it has one."""

    PROVIDER: ClassVar[str] = "generic_oauth"

    groups_claim: str = "groups"
    ca: SecretKey | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*", self.groups_claim):
            raise ConfigError("groups_claim", self.groups_claim, "write the claim's name, such as groups or realm_access.roles")

    def _generic_settings(self, files: SecretFiles) -> Mapping[str, str]:
        claim = f"{_claim_path(self.groups_claim)}[*]"
        return {
            **({"groups_attribute_path": claim} if self.groups or self.roles else {}),
            **({"tls_client_ca": files.path(self.ca)} if self.ca else {}),
            **self.group_settings(claim),
        }


class Keycloak(_GenericLogin, frozen=True, kw_only=True, tag_field="type", tag="keycloak"):
    """Keycloak (page `keycloak/`). Redirect URL: `<external URL>/login/generic_oauth`.

    Logging out of Grafana logs out of Keycloak too; the client's valid post logout redirect URIs need `<external URL>/login`.

    Attributes:
        client_id: Client id.
        client_secret: Key with its secret.
        realm_url: Address of the realm, such as `https://keycloak.example.com/realms/ops`.
        groups: Groups whose members may log in. Default: not limited by group.
        groups_claim: Claim with a person's groups or roles, by dots where it lies deeper, such as `realm_access.roles`. Default `groups`,
            which a mapper of type Group Membership adds; ID token or user info must have it.
        domains: Domains of the mail addresses that may log in. Default: not limited by domain.
        everybody: Let everybody of the realm in. Default false.
        roles: Roles by group. Default: everybody starts as viewer, an administrator gives roles inside Grafana.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        auto_login: Go to Keycloak without showing the login page. Default false.
        refresh_token: Ask Keycloak again when a token expires, so that who is locked out there is locked out here. Default true.
        ca: Certificate authority of the server. Default: those of the image.

    """

    ACCOUNTS: ClassVar[str] = "everybody in the realm"

    realm_url: str

    def __post_init__(self) -> None:
        super().__post_init__()
        provider_url("realm_url", self.realm_url)
        if not re.search(r"/realms/[^/]+/?$", self.realm_url):
            raise ConfigError("realm_url", self.realm_url, "write the realm's address, such as https://keycloak.example.com/realms/ops")

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        return Endpoints(self._at("auth"), self._at("token"), self._at("userinfo"))

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has."""
        return {
            "name": "Keycloak",
            "scopes": _scopes("openid email profile", refresh_token=self.refresh_token),
            "login_attribute_path": "preferred_username",
            # Grafana adds the hint by which Keycloak knows whose session ends.
            "signout_redirect_url": f"{self._at('logout')}?post_logout_redirect_uri={quote(root + 'login', safe='')}",
            **self._generic_settings(files),
        }

    def _at(self, endpoint: str) -> str:
        return f"{self.realm_url.rstrip('/')}/protocol/openid-connect/{endpoint}"


class GenericOAuth(_GenericLogin, frozen=True, kw_only=True, tag_field="type", tag="oauth"):
    """Any other OAuth 2 or OpenID Connect provider (page `generic-oauth/`). Redirect URL: `<external URL>/login/generic_oauth`.

    Attributes:
        client_id: Client id.
        client_secret: Key with its secret.
        name: What the button on the login page says.
        auth_url: Authorization endpoint.
        token_url: Token endpoint.
        api_url: User info endpoint.
        scopes: Scopes to ask for. Default: `openid`, `email`, `profile`.
        groups: Groups whose members may log in. Default: not limited by group.
        groups_claim: Claim with a person's groups, by dots where it lies deeper. A name that holds '/' or ':' is taken as one. Default
            `groups`.
        domains: Domains of the mail addresses that may log in; only as good as the provider's check that the address is theirs. Default:
            not limited by domain.
        everybody: Admit every user of the provider. Default false.
        roles: Roles by group. Default: everybody starts as viewer, an administrator gives roles inside Grafana.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        auto_login: Go to the provider without showing the login page. Default false.
        refresh_token: Ask the provider again when a token expires; it may need a scope, such as `offline_access`. Default false.
        signout_url: Page to which users are redirected after they logged out. Default: Grafana's login page.
        ca: Certificate authority of the server. Default: those of the image.

    """

    ACCOUNTS: ClassVar[str] = "everybody whom the provider knows"

    name: str
    auth_url: str
    token_url: str
    api_url: str
    scopes: Sequence[str] = ("openid", "email", "profile")
    refresh_token: bool = False
    signout_url: HttpUrl | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        plain("name", self.name)
        provider_url("auth_url", self.auth_url)
        provider_url("token_url", self.token_url)
        provider_url("api_url", self.api_url)
        for scope in several("scopes", self.scopes):
            if not re.fullmatch(r"[A-Za-z0-9._:/-]+", scope):
                raise ConfigError("scopes", scope, "write scopes one by one: letters, digits and . _ : / -")
        if self.signout_url is not None:
            http_url("signout_url", self.signout_url)

    def endpoints(self) -> Endpoints:
        """Where the provider is."""
        return Endpoints(self.auth_url, self.token_url, self.api_url)

    def own_settings(self, files: SecretFiles, root: str) -> Mapping[str, str]:
        """Settings that only this provider has."""
        del root
        return {
            "name": self.name,
            "scopes": " ".join(self.scopes),
            **({"signout_redirect_url": self.signout_url} if self.signout_url else {}),
            **self._generic_settings(files),
        }


GrafanaLogin = Google | GitHub | Entra | Okta | Keycloak | GenericOAuth
"""What a settings file may say."""


def _scopes(always: str, *, refresh_token: bool) -> str:
    return f"{always} offline_access" if refresh_token else always


def _claim_path(claim: str) -> str:
    """JMESPath of a claim: names by dots, or one name in quotes where its characters mean something else there."""
    if re.search(r"[/:]", claim):
        return f'"{claim}"'
    return ".".join(part if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", part) else f'"{part}"' for part in claim.split("."))
