"""`oauth2-proxy.cfg`. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.checks import Url
    from semantic_router_observability.kubernetes.pods import SecretFiles
    from semantic_router_observability.kubernetes.secrets import SecretKey

    from .providers import Allow, IdentityProvider

PORT = 4180
"""oauth2-proxy's own default."""

CSRF_COOKIES = 5
"""Logins that one browser may have begun and not finished, one a tab."""


def render(
    *,
    name: str,
    address: Url,
    upstream: str,
    provider: IdentityProvider,
    client_id: str,
    client_secret: SecretKey,
    cookie_secret: SecretKey,
    allow: Allow,
    emails_file: str | None,
    expire_seconds: int,
    refresh_seconds: int | None,
    trusted_proxies: Sequence[str],
    files: SecretFiles,
) -> str:
    """Render the file; `address` is where users reach it, `upstream` the address of what is protected, without a path."""
    path = address.path
    return _toml(
        {
            "http_address": f":{PORT}",
            "upstreams": [f"{upstream}/"],
            # Prometheus itself gives up on a query after two minutes; the default here is 30 seconds.
            "upstream_timeout": "150s",
            "redirect_url": f"{address.text.rstrip('/')}/oauth2/callback",
            "proxy_prefix": f"{path}/oauth2",
            # Without proxies to trust, headers that say where a request came from are taken from nobody.
            "reverse_proxy": bool(trusted_proxies),
            "trusted_proxy_ips": trusted_proxies,
            **provider.options(allow, files),
            "client_id": client_id,
            "client_secret_file": files.path(client_secret, "reread"),
            "code_challenge_method": "S256",
            "email_domains": allow.domains if allow.domains or allow.emails else ["*"],
            "authenticated_emails_file": emails_file,
            "skip_provider_button": True,
            # A page that asks in the background gets a 401, not the login page of another host.
            "api_routes": [f"^{re.escape(path)}/api/"],
            "cookie_name": f"_{name}",
            "cookie_path": path or "/",
            "cookie_secret_file": files.path(cookie_secret),
            "cookie_expire": f"{expire_seconds}s",
            "cookie_refresh": f"{refresh_seconds}s" if refresh_seconds else None,
            "cookie_secure": True,
            "cookie_httponly": True,
            # Strict would leave the cookie out when users return from the provider.
            "cookie_samesite": "lax",
            "cookie_csrf_per_request": True,
            "cookie_csrf_per_request_limit": CSRF_COOKIES,
            # Tokens of the provider are of no use to the upstream and make cookies too large for some ingress controllers.
            "session_cookie_minimal": refresh_seconds is None,
            "pass_basic_auth": False,
            "pass_user_headers": False,
            # Who logs in is written down, not every page they open.
            "request_logging": False,
        }
    )


def _toml(options: dict[str, Any]) -> str:
    """Text, booleans, whole numbers and lists of text are in TOML what they are in JSON; empty lists and None are left out."""
    lines = []
    for key, value in options.items():
        plain = list(value) if isinstance(value, tuple | list) else value
        if plain is not None and plain != []:
            lines.append(f"{key} = {json.dumps(plain, ensure_ascii=False)}\n")
    return "".join(lines)
