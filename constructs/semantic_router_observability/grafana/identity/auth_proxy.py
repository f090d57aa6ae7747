"""A reverse proxy that authenticates users (page `auth-proxy/` of Grafana's documentation)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Literal

from semantic_router_observability.checks import listed, one_of
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.spec import Spec

_ATTRIBUTES = ("Name", "Email", "Role", "Groups")
"""What Grafana takes from further headers."""

_WIDEST = {4: 8, 6: 32}
"""Shortest prefix that can still be meant: a larger network is the internet."""


class AuthProxy(Spec, frozen=True, kw_only=True):
    """Take user names from a header that a reverse proxy in front of Grafana sets.

    Clients that connect to Grafana from one of the `addresses` can name any user in the header, the administrator too. Name the
    proxy's addresses and no others, let a NetworkPolicy admit nobody else, and make sure that the proxy drops the header from what it is sent.

    Attributes:
        addresses: Addresses or networks the proxy connects from, as Grafana sees them: its pods' network, not the Service.
        header: Header with the name. Default `X-WEBAUTH-USER`.
        names: What the header holds: `username` (default) or `email`.
        headers: Headers with more about a person, by `Name`, `Email`, `Role` or `Groups`. Default: none.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.
        sync_minutes: For how long Grafana keeps what the headers said. Default 15; 0 reads them at every request.
        login_token: Create a session for the user, so that only `/login` needs the header. Default false.

    """

    addresses: Sequence[str]
    header: str = "X-WEBAUTH-USER"
    names: Literal["username", "email"] = "username"
    headers: dict[str, str] = {}
    sign_up: bool = True
    sync_minutes: int = 15
    login_token: bool = False

    def __post_init__(self) -> None:
        listed("addresses", self.addresses)
        if not self.addresses:
            raise ConfigError(
                "addresses", [], "name the addresses of the proxy: without them anybody could write anybody's name into the header"
            )
        for address in self.addresses:
            _check_address(address)
        for attribute in self.headers:
            one_of("headers", attribute, _ATTRIBUTES)
        for header in (self.header, *self.headers.values()):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", header):
                raise ConfigError("header", header, "write the name of an HTTP header, such as X-WEBAUTH-USER")
        if self.sync_minutes < 0:
            raise ConfigError("sync_minutes", self.sync_minutes, "write a number of minutes, or 0 to read the headers at every request")

    @property
    def networks(self) -> tuple[str, ...]:
        """The addresses, each with its length."""
        return tuple(str(ipaddress.ip_network(address)) for address in self.addresses)

    def section(self) -> dict[str, str]:
        """As the section `auth.proxy`."""
        return {
            "enabled": "true",
            "header_name": self.header,
            "header_property": self.names,
            "auto_sign_up": str(self.sign_up).lower(),
            "sync_ttl": str(self.sync_minutes),
            "whitelist": ", ".join(self.addresses),
            "headers": " ".join(f"{what}:{header}" for what, header in self.headers.items()),
            "enable_login_token": str(self.login_token).lower(),
        }


def _check_address(address: str) -> None:
    try:
        network = ipaddress.ip_network(address)
    except ValueError as error:
        raise ConfigError("addresses", address, "write an address or a network, such as 10.0.0.7 or 10.244.3.0/24") from error
    if network.prefixlen < _WIDEST[network.version]:
        raise ConfigError("addresses", address, "is most of the internet; name the proxy's own addresses")
