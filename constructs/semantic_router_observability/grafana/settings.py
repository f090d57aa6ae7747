"""`grafana.ini`: frequently changed settings typed, everything else as a raw mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from semantic_router_observability.checks import host_and_port
from semantic_router_observability.errors import ConfigError, Key, Where, arg, at
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.literals import INSTEAD, shape_of
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import HostAndPort

if TYPE_CHECKING:
    from semantic_router_observability.checks import Url
    from semantic_router_observability.kubernetes.pods import SecretFiles

LogLevel = Literal["debug", "info", "warn", "error"]

EMBEDDED_PATH = "/embedded/grafana"
"""Where the Router Dashboard serves an embedded Grafana."""

GOSSIP_PORT = 9094
"""Port on which replicas agree who sends an alert's notification; Grafana's default."""

_REFERENCE = re.compile(r"\$__(?:file|env|vault)\{[^{}]+\}|\$\{[^{}]+\}")

Sections = dict[str, dict[str, str]]


class Anonymous(Spec, frozen=True, kw_only=True):
    """Access without a login.

    Attributes:
        role: What anonymous visitors may do. Default `Viewer`. `Admin` is refused: it could read every data source.
        reason: Why nobody has to say who they are, for those who review it; it stands on the object that exposes Grafana. Default: none,
            such a Grafana is not exposed.

    """

    role: Literal["Viewer", "Editor"] = "Viewer"
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.reason is not None and (not self.reason.strip() or not self.reason.isprintable()):
            raise ConfigError("reason", self.reason, "write on one line why nobody has to log in, such as 'reachable only through the VPN'")


class Smtp(Spec, frozen=True, kw_only=True):
    """Mail server for invitations and for Grafana's own alerts.

    Attributes:
        host: `host:port`.
        from_address: Sender.
        user: User name. Default: none, no authentication.
        password: Password. Default: none.
        start_tls: `OpportunisticStartTLS`, `MandatoryStartTLS` or `NoStartTLS`. Default `MandatoryStartTLS`.

    """

    host: HostAndPort
    from_address: str
    user: SecretKey | None = None
    password: SecretKey | None = None
    start_tls: Literal["OpportunisticStartTLS", "MandatoryStartTLS", "NoStartTLS"] = "MandatoryStartTLS"

    def __post_init__(self) -> None:
        host_and_port("host", self.host)
        if not re.fullmatch(r"[^@\s\"`;#]+@[^@\s\"`;#]+", self.from_address):
            raise ConfigError("from_address", self.from_address, "write a mail address")
        if (self.user is None) != (self.password is None):
            raise ConfigError("user", None, f"give {arg('user')} and {arg('password')} together, or neither")

    def section(self, files: SecretFiles) -> dict[str, str]:
        """As the section `smtp`."""
        section = {"enabled": "true", "host": self.host, "from_address": self.from_address, "startTLS_policy": self.start_tls}
        if self.user and self.password:
            section |= {"user": file_reference(files.path(self.user)), "password": file_reference(files.path(self.password))}
        return section


class Database(Spec, frozen=True, kw_only=True):
    """External database for users, preferences and user-created dashboards. More than one replica needs it.

    Attributes:
        engine: `postgres` or `mysql`.
        host: `host:port`.
        user: User name.
        password: Password.
        name: Name of the database. Default `grafana`.
        ssl_mode: TLS mode in the engine's words, such as `verify-full` or `require` for PostgreSQL, `true` or `skip-verify` for MySQL.
            Default: `require` for PostgreSQL, `true` for MySQL.
        ca: Certificate authority of the server, for modes that verify it. Default: the image's.

    """

    engine: Literal["postgres", "mysql"]
    host: HostAndPort
    user: SecretKey
    password: SecretKey
    name: str = "grafana"
    ssl_mode: str | None = None
    ca: SecretKey | None = None

    def __post_init__(self) -> None:
        host_and_port("host", self.host)
        if not re.fullmatch(r"[A-Za-z0-9_$-]{1,63}", self.name):
            raise ConfigError("name", self.name, "write the name of a database: 1 to 63 letters, digits, '_', '-' or '$'")
        accepted = {"postgres": ("disable", "require", "verify-ca", "verify-full"), "mysql": ("true", "false", "skip-verify")}[self.engine]
        if self.ssl_mode is not None and self.ssl_mode not in accepted:
            raise ConfigError("ssl_mode", self.ssl_mode, f"write one of {', '.join(accepted)} for {self.engine}")

    def section(self, files: SecretFiles) -> dict[str, str]:
        """As the section `database`."""
        section = {
            "type": self.engine,
            "host": self.host,
            "name": self.name,
            "user": file_reference(files.path(self.user)),
            "password": file_reference(files.path(self.password)),
            "ssl_mode": self.ssl_mode or {"postgres": "require", "mysql": "true"}[self.engine],
        }
        return {**section, "ca_cert_path": files.path(self.ca)} if self.ca else section


def base_sections(*, admin_user: str, admin_password: str, log_level: LogLevel) -> Sections:
    """Sections that every stack has; nothing in them calls out to the internet."""
    return {
        "analytics": {
            "reporting_enabled": "false",
            "check_for_updates": "false",
            "check_for_plugin_updates": "false",
            "feedback_links_enabled": "false",
        },
        "auth.anonymous": {"enabled": "false"},
        "log": {"mode": "console", "level": log_level},
        "news": {"news_feed_enabled": "false"},
        "plugins": {"preinstall_auto_update": "false", "preinstall_disabled": "true", "public_key_retrieval_disabled": "true"},
        "security": {
            "admin_user": file_reference(admin_user),
            "admin_password": file_reference(admin_password),
            "disable_gravatar": "true",
            "cookie_samesite": "lax",
        },
        # Both answer anyone who has the link, without a login.
        "public_dashboards": {"enabled": "false"},
        "snapshots": {"enabled": "false", "external_enabled": "false"},
        "users": {"allow_sign_up": "false"},
    }


def serving_section(certificate: str, key: str) -> Sections:
    """Serve TLS with these files, looked at every minute: a renewed certificate needs no restart."""
    return {
        "server": {"protocol": "https", "cert_file": certificate, "cert_key": key, "certs_watch_interval": "1m"},
        "security": {"cookie_secure": "true"},
    }


def server_section(external_url: Url | None, *, embedding: bool) -> Sections:
    """URL at which users reach Grafana. Without it the root URL stays Grafana's own guess, which suits `kubectl port-forward`."""
    if embedding:
        # The Router Dashboard strips the prefix before it asks, so Grafana must write links with it and serve without.
        return {
            "server": {"root_url": f"%(protocol)s://%(domain)s:%(http_port)s{EMBEDDED_PATH}/", "serve_from_sub_path": "false"},
            "security": {"allow_embedding": "true"},
        }
    if external_url is None:
        return {}
    return {
        "server": {
            "root_url": f"{external_url.text.rstrip('/')}/",
            "domain": external_url.host,
            "serve_from_sub_path": str(bool(external_url.path)).lower(),
        },
        "security": _for_browsers(https=external_url.scheme == "https"),
    }


def _for_browsers(*, https: bool) -> dict[str, str]:
    """How browsers that come by https treat its pages: cookies and later visits by https only, no scripts but Grafana's own."""
    if not https:
        return {"cookie_secure": "false"}
    return {"cookie_secure": "true", "strict_transport_security": "true", "content_security_policy": "true"}


def high_availability(headless: str) -> Sections:
    """Let replicas share alert notifications, so that one alert sends one mail."""
    return {
        "unified_alerting": {
            "ha_listen_address": f"0.0.0.0:{GOSSIP_PORT}",
            "ha_advertise_address": f"$__env{{POD_IP}}:{GOSSIP_PORT}",
            "ha_peers": f"{headless}:{GOSSIP_PORT}",
        },
    }


def merge(*layers: Mapping[str, Mapping[str, str]]) -> Sections:
    """Lay sections over one another; later layers win key by key."""
    merged: Sections = {}
    for layer in layers:
        for section, values in layer.items():
            merged.setdefault(section, {}).update(values)
    return merged


def render(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Text of `grafana.ini`, sections and keys in alphabetical order, so that a change is one line of a diff."""
    blocks = [
        f"[{name}]\n" + "".join(f"{key} = {_quoted(value)}\n" for key, value in sorted(values.items()))
        for name, values in sorted(sections.items())
    ]
    return "\n".join(blocks)


def with_files(sections: Mapping[str, Mapping[str, str | SecretKey]], files: SecretFiles) -> Sections:
    """Put the reference to a mounted file in place of each key of a Secret."""
    return {
        section: {key: file_reference(files.path(value)) if isinstance(value, SecretKey) else value for key, value in values.items()}
        for section, values in sections.items()
    }


_PROTECTED = {
    ("auth.anonymous", "enabled"): f"use {arg('anonymous')} instead, so that what exposes Grafana knows of it",
    ("auth.proxy", "enabled"): f"use {arg('auth_proxy')} instead, with the addresses of the proxies to trust",
    ("users", "allow_sign_up"): f"anyone who reaches Grafana could create an account; invite users, or let {arg('logins')} create them",
}
"""Settings that allow access, and that must not bypass the arguments."""

_TRUE = {"1", "t", "true", "y", "yes", "on"}
"""As Grafana's INI reader has it, whatever the case."""


Given = Mapping[str, Mapping[str, str | int | float | bool | SecretKey]]
"""Sections as users write them; a number or a truth value need no quotes."""


def texts(given: Given) -> dict[str, dict[str, str | SecretKey]]:
    """Sections with all values as `grafana.ini` spells them."""
    return {
        section: {
            key: value if isinstance(value, str | SecretKey) else str(value).lower() if isinstance(value, bool) else repr(value)
            for key, value in values.items()
        }
        for section, values in given.items()
    }


def check_raw(where: Where, sections: Mapping[str, Mapping[str, str | SecretKey]]) -> None:
    """Refuse what would break the file, put a credential into it, or bypass authentication unnoticed.

    Raises:
        ConfigError: a name or value that INI cannot carry, a literal where Grafana expects a credential, or an open door.

    """
    for section, values in sections.items():
        if not re.fullmatch(r"[A-Za-z0-9_.\"-]+", section):
            raise ConfigError(where, section, "write a section of grafana.ini such as auth.generic_oauth")
        for key, value in values.items():
            if not re.fullmatch(r"[A-Za-z0-9_]+", key):
                raise ConfigError(at(where, Key(section)), key, "write a key of letters, digits and '_'")
            if isinstance(value, SecretKey):
                continue
            if not value.isprintable() or value.startswith("`") or value.endswith("\\") or '"""' in value:
                raise ConfigError(
                    at(where, Key(section), Key(key)),
                    value,
                    "write a value on one line, without a first '`', a last '\\' and triple quotes",
                )
            if value.lower() in _TRUE and (section, key) in _PROTECTED:
                raise ConfigError(at(where, Key(section), Key(key)), value, _PROTECTED[section, key])
            secret = re.search(r"password|secret|token|private_key", key) and not re.search(
                r"_(url|path|file|name|enabled|attribute_path|duration|lifetime|days|minutes)", key
            )
            in_url = re.search(r"://[^/@\s]*:[^/@\s]+@", value)
            if in_url or shape_of(value) or (secret and value not in {"", "true", "false"} and not _REFERENCE.fullmatch(value)):
                raise ConfigError(at(where, Key(section), Key(key)), "…", INSTEAD)


def file_reference(path: str) -> str:
    """How `grafana.ini` takes a value from a file."""
    return f"$__file{{{path}}}"


def _quoted(value: str) -> str:
    """Keep `#` and `;` from starting a comment."""
    return f'"""{value}"""' if "#" in value or ";" in value else value
