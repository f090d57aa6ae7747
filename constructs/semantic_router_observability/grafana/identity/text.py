"""User-supplied text in `grafana.ini` and `ldap.toml`, where some characters mean more than themselves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from semantic_router_observability.checks import dns_subdomain, http_url, listed
from semantic_router_observability.errors import ConfigError, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

# ${NAME}, $__file{…} and the like are replaced by Grafana (docs: configure-grafana, "Variable expansion"), %(key)s by its INI reader.
_EXPANDED = ("${", "$__", "%(", '"""')


def plain(where: Where, value: str) -> str:
    """Text that Grafana reads exactly as it is written."""
    if not value or not value.isprintable() or value != value.strip() or value.endswith("\\") or any(mark in value for mark in _EXPANDED):
        raise ConfigError(
            where, value, "write text on one line, without spaces around it, a last '\\', and '${', '$__', '%(' or triple quotes"
        )
    return value


def several(where: Where, values: Sequence[str]) -> Sequence[str]:
    """List of such texts, without repetition."""
    listed(where, values)
    for value in values:
        plain(where, value)
    for value in values:
        if values.count(value) > 1:
            raise ConfigError(where, value, "is listed twice; remove one")
    return values


def mail_domains(where: Where, values: Sequence[str]) -> None:
    """Mail domains, without the `@`."""
    for value in several(where, values):
        if "." not in value:
            raise ConfigError(where, value, "write the part of mail addresses behind the '@', such as example.com")
        dns_subdomain(where, value)


def identifier(where: Where, value: str) -> None:
    """Id that a provider gave to this Grafana."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/@~-]*", value):
        raise ConfigError(where, value, "write the client id as the provider shows it: letters, digits and . _ : / @ ~ -")


def as_list(values: Sequence[str]) -> str:
    """JSON, the one form of list that Grafana reads whatever the values contain (its util.SplitString)."""
    return json.dumps(list(values), ensure_ascii=False)


def provider_url(where: Where, value: str) -> str:
    """URL of a provider, without a slash at its end. Secrets travel there, so only addresses inside the cluster may be plain http."""
    url = http_url(where, value)
    if url.scheme == "http" and not in_cluster(url.host) and url.host != "localhost":
        raise ConfigError(where, value, "write https://: the client secret and users' tokens are sent there")
    return plain(where, value).rstrip("/")


def in_cluster(host: str) -> bool:
    """Whether the host is a Service."""
    return host.endswith((".svc", ".svc.cluster.local"))
