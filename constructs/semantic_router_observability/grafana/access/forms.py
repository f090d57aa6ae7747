"""What Grafana is to know of service accounts, teams and folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from semantic_router_observability.checks import duration_seconds, listed, one_of
from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import Duration

if TYPE_CHECKING:
    from semantic_router_observability.errors import Where

ServiceAccountRole = Literal["None", "Viewer", "Editor", "Admin"]
"""Role of a service account in the organization. `None` may do nothing but what permissions of folders add."""

FolderRole = Literal["Viewer", "Editor"]
"""Role whose users a permission is for. Administrators may do everything."""

FolderLevel = Literal["View", "Edit", "Admin"]
"""What a permission allows: to look, to change dashboards, or to change permissions too."""

LONGEST_NAME: Final = 190
"""Characters of a name in Grafana's database."""

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*")


def _name(where: Where, text: str) -> None:
    if not _NAME.fullmatch(text) or text != text.strip() or len(text) > LONGEST_NAME:
        raise ConfigError(where, text, f"write 1 to {LONGEST_NAME} characters in one line, without a space at either end")


def _once(where: Where, values: Sequence[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ConfigError(where, value, "is listed twice; remove one")


class GrafanaServiceAccount(Spec, frozen=True, kw_only=True):
    """A service account, for programs that ask Grafana's API.

    Attributes:
        name: Its name in Grafana.
        role: Its role in the organization. Default `Viewer`.
        token: Key of a Secret that a token is written to. The Secret is part of the manifests, empty; nothing else may write to the key.
            Default: no token is made.
        token_lifetime: How long a token is valid. When half of it has passed, the next one is written to the Secret; the one before stays valid until
            it expires. Default: tokens do not expire.

    """

    name: str
    role: ServiceAccountRole = "Viewer"
    token: SecretKey | None = None
    token_lifetime: Duration | None = None

    def __post_init__(self) -> None:
        _name("name", self.name)
        one_of("role", self.role, ("None", "Viewer", "Editor", "Admin"))
        if self.token_lifetime is not None:
            if self.token is None:
                raise ConfigError(
                    "token_lifetime", self.token_lifetime, f"there is no token that it is for; name a Secret in {arg('token')}"
                )
            duration_seconds("token_lifetime", self.token_lifetime)


class GrafanaTeam(Spec, frozen=True, kw_only=True):
    """A team, to which permissions of folders can be given.

    Attributes:
        name: Its name in Grafana.
        members: Login names or e-mail addresses of exactly those who are in it. Grafana knows a user after the first login; until then, runs
            report the name and go on. Members that Grafana Enterprise synchronizes stay. Default: left to Grafana's administrators.

    """

    name: str
    members: Sequence[str] | None = None

    def __post_init__(self) -> None:
        _name("name", self.name)
        if self.members is not None:
            listed("members", self.members)
            for index, member in enumerate(self.members):
                _name(("members", index), member)
            _once("members", self.members)


class FolderPermission(Spec, frozen=True, kw_only=True):
    """What one team, or all users of a role, may do in a folder.

    Attributes:
        team: Name of a team. Default: none, it is for a role.
        role: `Viewer` or `Editor`: all users who have this role. Default: none, it is for a team.
        permission: `View`, `Edit` or `Admin`.

    """

    team: str | None = None
    role: FolderRole | None = None
    permission: FolderLevel

    def __post_init__(self) -> None:
        if (self.team is None) == (self.role is None):
            raise ConfigError("team", self.team, f"name either a {arg('team')} or a {arg('role')} that the permission is for")
        if self.team is not None:
            _name("team", self.team)
        if self.role is not None:
            one_of("role", self.role, ("Viewer", "Editor"))
        one_of("permission", self.permission, ("View", "Edit", "Admin"))


class GrafanaFolder(Spec, frozen=True, kw_only=True):
    """Who may do what in a folder.

    Attributes:
        title: Title of a folder at the top level, such as `Semantic Router`, which holds the router's dashboards.
        permissions: All permissions of the folder; whatever else is set in Grafana is removed. An empty list leaves it to administrators.

    """

    title: str
    permissions: Sequence[FolderPermission]

    def __post_init__(self) -> None:
        _name("title", self.title)
        listed("permissions", self.permissions)
        _once("permissions", [permission.team or f"role {permission.role}" for permission in self.permissions])
