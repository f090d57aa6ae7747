"""All ways to log in together: what goes with what, and how `grafana.ini` says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.checks import listed
from semantic_router_observability.errors import ConfigError, Raw, arg, place
from semantic_router_observability.grafana.settings import file_reference, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.checks import Url
    from semantic_router_observability.grafana.settings import Anonymous, Sections
    from semantic_router_observability.kubernetes.pods import SecretFiles

    from .auth_proxy import AuthProxy
    from .ldap import Ldap
    from .providers import GrafanaLogin
    from .session import Session


def check_logins(
    id: str,
    logins: Sequence[GrafanaLogin],
    ldap: Ldap | None,
    auth_proxy: AuthProxy | None,
    *,
    login_form: bool | None,
    external_url: Url | None,
    anonymous: Anonymous | None,
) -> None:
    """Refuse ways to log in that do not work, or not together.

    Raises:
        ConfigError: says which.

    """
    listed(place(id, "logins"), logins)
    if login_form is False and ldap:
        raise ConfigError(
            place(id, "login_form"), login_form, f"users of the LDAP directory log in there; remove {arg('ldap')} or {arg('login_form')}"
        )
    if login_form is False and not logins and not auth_proxy:
        raise ConfigError(
            place(id, "login_form"), login_form, f"nobody could log in; give {arg('logins')} or {arg('auth_proxy')}, or remove it"
        )
    if not logins:
        return
    if external_url is None:
        raise ConfigError(
            place(id, "external_url"),
            external_url,
            f"state the URL at which users reach Grafana: {logins[0].PROVIDER} redirects them back there",
        )
    if external_url.scheme != "https" and external_url.host != "localhost":
        raise ConfigError(
            place(id, "external_url"), external_url.text, "write https://: with logins, codes and session cookies pass through it"
        )
    takers: dict[str, str] = {}
    for login in logins:
        name = type(login).__name__
        if login.PROVIDER in takers:
            raise ConfigError(
                place(id, "logins"),
                Raw(name),
                f"Grafana has one auth.{login.PROVIDER}, which {takers[login.PROVIDER]} takes; remove one of the two",
            )
        takers[login.PROVIDER] = name
    automatic = [login for login in logins if login.auto_login]
    if len(automatic) > 1:
        raise ConfigError(
            place(id, "logins"),
            Raw(f"{len(automatic)} logins"),
            f"only one of them may have {arg('auto_login', True)}: Grafana goes to it without asking",
        )
    if automatic and anonymous:
        raise ConfigError(
            place(id, "anonymous"),
            Raw(anonymous.role),
            f"nobody would see Grafana without a login; remove {arg('anonymous')} or {arg('auto_login')}",
        )


def login_sections(
    logins: Sequence[GrafanaLogin],
    ldap: Ldap | None,
    auth_proxy: AuthProxy | None,
    session: Session | None,
    *,
    login_form: bool | None,
    external_url: Url | None,
    files: SecretFiles,
) -> Sections:
    """Sections of `grafana.ini`. With OAuth alone the form is hidden, as nobody but the administrator has a password here."""
    hidden = login_form is False or (login_form is None and bool(logins) and ldap is None)
    root = f"{external_url.text.rstrip('/') if external_url else ''}/"
    return merge(
        {f"auth.{login.PROVIDER}": provider_section(login, files, root) for login in logins},
        {"auth.ldap": ldap.section()} if ldap else {},
        {"auth.proxy": auth_proxy.section()} if auth_proxy else {},
        {"auth": {"disable_login_form": "true"}} if hidden else {},
        {"auth": dict(session.settings())} if session else {},
    )


def provider_section(login: GrafanaLogin, files: SecretFiles, root: str) -> dict[str, str]:
    """Section of `grafana.ini` of one provider."""
    endpoints = login.endpoints()
    return {
        "enabled": "true",
        "client_id": login.client_id,
        "client_secret": file_reference(files.path(login.client_secret)),
        "auth_url": endpoints.auth_url,
        "token_url": endpoints.token_url,
        **({"api_url": endpoints.api_url} if endpoints.api_url else {}),
        **login.common_settings,
        **login.own_settings(files, root),
    }
