"""LDAP directories and Active Directory (page `ldap/` of Grafana's documentation): `ldap.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from semantic_router_observability.checks import port_number
from semantic_router_observability.errors import ConfigError, Where, arg
from semantic_router_observability.grafana.settings import file_reference
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import PortNumber

from .text import plain, several

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.kubernetes.pods import SecretFiles

CONFIG_FILE = "/etc/grafana/ldap.toml"
"""Where Grafana looks for the servers."""

ANYBODY = "*"
"""Group that everybody is in."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_DISTINGUISHED_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*\s*=.+")
_LOOSE = re.compile(r"\s=|=\s|\s,|(?<!\\),\s")
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9.;-]*")


class LdapGroup(Spec, frozen=True, kw_only=True):
    """Role of a directory group.

    Attributes:
        dn: Distinguished name of the group, or `*` for every user of the directory.
        role: `Admin`, `Editor` or `Viewer`.
        server_admin: Let them administrate the whole Grafana, not only its organization. Default false.
        org_id: Number of the Grafana organization. Default 1, the one there is.

    """

    dn: str
    role: Literal["Admin", "Editor", "Viewer"]
    server_admin: bool = False
    org_id: int = 1

    def __post_init__(self) -> None:
        if self.dn != ANYBODY:
            _distinguished_name("dn", self.dn)
            if _LOOSE.search(self.dn):
                raise ConfigError(
                    "dn", self.dn, "remove the spaces around ',' and '=': Grafana compares the text with what the directory says"
                )
        if self.server_admin and self.role != "Admin":
            raise ConfigError("server_admin", self.server_admin, "who administrates the whole Grafana is Admin of its organization too")
        if self.server_admin and self.dn == ANYBODY:
            raise ConfigError("server_admin", self.server_admin, "everybody in the directory would own Grafana; name a group")
        if self.org_id < 1:
            raise ConfigError("org_id", self.org_id, "write the number of an organization, from 1")


class LdapAttributes(Spec, frozen=True, kw_only=True):
    """What the directory calls what Grafana wants to know. The defaults are those of `inetOrgPerson`.

    Attributes:
        username: Attribute with the name that users log in with. Default `uid`; Active Directory has `sAMAccountName`.
        name: First name. Default `givenName`.
        surname: Family name. Default `sn`.
        email: Mail address. Default `mail`.
        member_of: Groups. Default `memberOf`.

    """

    username: str = "uid"
    name: str = "givenName"
    surname: str = "sn"
    email: str = "mail"
    member_of: str = "memberOf"

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            if not _ATTRIBUTE.fullmatch(getattr(self, field)):
                raise ConfigError(field, getattr(self, field), "write the name of an LDAP attribute, such as uid")


class LdapGroupSearch(Spec, frozen=True, kw_only=True):
    """Search for a person's groups, in directories that do not list them with the person.

    Attributes:
        filter: Filter with `%s` for the person, such as `(&(objectClass=posixGroup)(memberUid=%s))`.
        base_dns: Where to search.
        user_attribute: Attribute of the person that stands for `%s`. Default: the one that users log in with.

    """

    filter: str
    base_dns: Sequence[str]
    user_attribute: str | None = None

    def __post_init__(self) -> None:
        _filter("filter", self.filter)
        for dn in several("base_dns", self.base_dns):
            _distinguished_name("base_dns", dn)
        if not self.base_dns:
            raise ConfigError("base_dns", [], "name at least one place to search for groups")
        if self.user_attribute is not None and not _ATTRIBUTE.fullmatch(self.user_attribute):
            raise ConfigError("user_attribute", self.user_attribute, "write the name of an LDAP attribute, such as uid")


class LdapServer(Spec, frozen=True, kw_only=True):
    """One directory.

    Attributes:
        hosts: Its servers; the next is asked when one cannot be reached.
        search_base_dns: Base distinguished names of the search for users.
        groups: Role by group, the first that matches. Who is in none cannot log in.
        search_filter: Filter of the search for users; `%s` is the name they log in with. Default `(uid=%s)`; Active Directory wants
            `(sAMAccountName=%s)`.
        bind_dn: Account that searches, or a name with `%s`, so that users search with their own credentials. Default: anonymous search.
        bind_password: Key with that account's password. Default: none.
        encryption: `ldaps` (default): TLS from the start; `startTls`: TLS on the plain port; `none`: passwords cross the network readable.
        port: Port. Default 636 with `ldaps`, otherwise 389.
        ca: Certificate authority of the servers. Default: those of the image.
        client_certificate: Certificate that Grafana shows. Default: none.
        client_key: Its private key. Default: none.
        attributes: Names of the attributes in the directory. Default: those of OpenLDAP, such as `uid`.
        group_search: Search for groups. Default: none, the attribute `memberOf` names them.
        timeout_seconds: How long a server may take to answer. Default 10.

    """

    hosts: Sequence[str]
    search_base_dns: Sequence[str]
    groups: Sequence[LdapGroup]
    search_filter: str = "(uid=%s)"
    bind_dn: str | None = None
    bind_password: SecretKey | None = None
    encryption: Literal["ldaps", "startTls", "none"] = "ldaps"
    port: PortNumber | None = None
    ca: SecretKey | None = None
    client_certificate: SecretKey | None = None
    client_key: SecretKey | None = None
    attributes: LdapAttributes = LdapAttributes()
    group_search: LdapGroupSearch | None = None
    timeout_seconds: int = 10

    def __post_init__(self) -> None:
        if not several("hosts", self.hosts):
            raise ConfigError("hosts", [], "name at least one server, such as ldap.example.com")
        for host in self.hosts:
            if not _HOST.fullmatch(host):
                raise ConfigError("hosts", host, "write a host name or an IPv4 address; port and encryption have keys of their own")
        if not several("search_base_dns", self.search_base_dns):
            raise ConfigError("search_base_dns", [], "name the base of the search for users, such as ou=people,dc=example,dc=com")
        for dn in self.search_base_dns:
            _distinguished_name("search_base_dns", dn)
        _filter("search_filter", self.search_filter)
        self._check_bind()
        self._check_tls()
        self._check_groups()
        if self.port is not None:
            port_number("port", self.port)
        if self.timeout_seconds < 1:
            raise ConfigError("timeout_seconds", self.timeout_seconds, "write at least 1: 0 would wait indefinitely")

    @property
    def listens_on(self) -> int:
        """Port of the servers."""
        return self.port or (636 if self.encryption == "ldaps" else 389)

    def _check_bind(self) -> None:
        if self.bind_dn is None:
            if self.bind_password:
                raise ConfigError("bind_dn", None, f"name the account whose password {arg('bind_password')} is")
            return
        plain("bind_dn", self.bind_dn)
        if "%s" in self.bind_dn and self.bind_password:
            raise ConfigError(
                "bind_password",
                self.bind_password.secret,
                f"users search with their own passwords where {arg('bind_dn')} has %s; remove it",
            )
        if "%s" not in self.bind_dn and not self.bind_password:
            raise ConfigError("bind_password", None, "name the Secret with the account's password: {secret: NAME, key: KEY}")

    def _check_tls(self) -> None:
        if (self.client_certificate is None) != (self.client_key is None):
            raise ConfigError("client_key", None, f"give {arg('client_certificate')} and {arg('client_key')} together, or neither")
        if self.encryption == "none" and (self.ca or self.client_certificate):
            raise ConfigError("encryption", self.encryption, "certificates need ldaps or startTls")

    def _check_groups(self) -> None:
        if not self.groups:
            raise ConfigError("groups", [], "every user of the directory could log in; name groups, or admit all with the group '*'")
        seen: set[tuple[str, int]] = set()
        for group in self.groups:
            key = (group.dn.lower(), group.org_id)
            if key in seen:
                raise ConfigError("groups", group.dn, "is listed twice; only the first counts")
            if (ANYBODY, group.org_id) in seen:
                raise ConfigError("groups", group.dn, "never counts after '*', which matches everybody; put '*' last")
            seen.add(key)

    def tables(self, files: SecretFiles) -> Iterator[str]:
        """As tables of `ldap.toml`."""
        encrypted = self.encryption != "none"
        search = self.group_search
        yield _table(
            "[[servers]]",
            {
                "host": " ".join(self.hosts),
                "port": self.listens_on,
                # STARTTLS needs both: with start_tls alone Grafana stays unencrypted.
                "use_ssl": encrypted,
                "start_tls": self.encryption == "startTls",
                "min_tls_version": "TLS1.2" if encrypted else None,
                "ssl_skip_verify": False,
                "root_ca_cert": files.path(self.ca) if self.ca else None,
                "client_cert": files.path(self.client_certificate) if self.client_certificate else None,
                "client_key": files.path(self.client_key) if self.client_key else None,
                "bind_dn": self.bind_dn,
                "bind_password": _FromFile(files.path(self.bind_password)) if self.bind_password else None,
                "timeout": self.timeout_seconds,
                "search_filter": self.search_filter,
                "search_base_dns": self.search_base_dns,
                "group_search_filter": search.filter if search else None,
                "group_search_base_dns": search.base_dns if search else None,
                "group_search_filter_user_attribute": search.user_attribute if search else None,
            },
        )
        yield _table("[servers.attributes]", msgspec.structs.asdict(self.attributes))
        for group in self.groups:
            role = {"group_dn": group.dn, "org_role": group.role, "grafana_admin": group.server_admin, "org_id": group.org_id}
            yield _table("[[servers.group_mappings]]", role)


class Ldap(Spec, frozen=True, kw_only=True):
    """Users log in with the user name and password of a directory, in Grafana's login form. Roles are assigned again at every login.

    Attributes:
        servers: Directories; the first that knows a person decides.
        sign_up: Make a user at the first login. Default true; otherwise only those who exist already can log in.

    """

    servers: Sequence[LdapServer]
    sign_up: bool = True

    def __post_init__(self) -> None:
        if not self.servers:
            raise ConfigError("servers", [], "give at least one server")

    def section(self) -> dict[str, str]:
        """As the section `auth.ldap`."""
        return {
            "enabled": "true",
            "config_file": CONFIG_FILE,
            "allow_sign_up": str(self.sign_up).lower(),
            "skip_org_role_sync": "false",
        }

    def toml(self, files: SecretFiles) -> str:
        """As `ldap.toml`, in which Grafana expands variables before it reads the file as TOML."""
        return "\n".join(table for server in self.servers for table in server.tables(files))


class _FromFile(str):
    """Path of a file whose content becomes the value."""

    __slots__ = ()


def _table(header: str, values: Mapping[str, Any]) -> str:
    return f"{header}\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items() if value is not None)


def _toml(value: Any) -> str:
    """Value as TOML, whose basic strings, numbers, booleans and lists are those of JSON."""
    if isinstance(value, _FromFile):
        # A literal string on several lines takes every password but one with three single quotes in a row.
        return f"'''{file_reference(value)}'''"
    return json.dumps(value, ensure_ascii=False)


def _distinguished_name(where: Where, value: str) -> None:
    plain(where, value)
    if not _DISTINGUISHED_NAME.fullmatch(value):
        raise ConfigError(where, value, "write a distinguished name, such as ou=people,dc=example,dc=com")


def _filter(where: Where, value: str) -> None:
    plain(where, value)
    if "%s" not in value:
        raise ConfigError(where, value, "write %s where the name belongs, such as (uid=%s)")
    depths = list(accumulate({"(": 1, ")": -1}.get(character, 0) for character in value))
    # The parentheses that open first close last.
    if depths[-1] != 0 or min(depths[:-1]) < 1:
        raise ConfigError(where, value, "write one LDAP filter in parentheses, such as (&(objectClass=person)(uid=%s))")
