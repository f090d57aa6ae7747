"""Which groups of an identity provider have which role in Grafana."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.spec import Spec

from .text import several

if TYPE_CHECKING:
    from collections.abc import Mapping


class RoleMapping(Spec, frozen=True, kw_only=True):
    """Roles by group, settled anew at every login. Who is in several groups has the highest of their roles.

    Attributes:
        server_admin: Groups that administrate the whole Grafana: users, organizations, settings. Default: none.
        admin: Groups that administrate data sources, folders and permissions. Default: none.
        editor: Groups that make dashboards. Default: none.
        viewer: Groups that look. Only with `strict`, as otherwise everybody else does too. Default: none.
        strict: Turn away who is in none of the groups. Default false: they are viewers.

    """

    server_admin: Sequence[str] = ()
    admin: Sequence[str] = ()
    editor: Sequence[str] = ()
    viewer: Sequence[str] = ()
    strict: bool = False

    def __post_init__(self) -> None:
        several("server_admin", self.server_admin)
        several("admin", self.admin)
        several("editor", self.editor)
        several("viewer", self.viewer)
        if not self.groups:
            raise ConfigError((), None, "name at least one group, or omit the roles: then an administrator gives them inside Grafana")
        seen: set[str] = set()
        for group in self.groups:
            if group in seen:
                raise ConfigError((), group, "has two roles; keep the higher one")
            seen.add(group)
        if self.viewer and not self.strict:
            raise ConfigError(
                "viewer", list(self.viewer), f"everybody else is a viewer too; write {arg('strict', True)}, or remove {arg('viewer')}"
            )

    @property
    def groups(self) -> Sequence[str]:
        """All groups named, the highest role first."""
        return [group for groups in self._by_role().values() for group in groups]

    def settings(self, claim: str) -> Mapping[str, str]:
        """As settings of a provider whose groups are under the JMESPath `claim`.

        The expression must fail where there are no groups, as `contains` does of null: Grafana looks for a role in several places (ID
        token, user info, groups it fetched), and takes the first that yields one.
        """
        tests = [f"contains({claim}, {raw_string(group)}) && '{role}'" for role, groups in self._by_role().items() for group in groups]
        return {
            "role_attribute_path": " || ".join([*tests, *([] if self.strict else ["'Viewer'"])]),
            "role_attribute_strict": str(self.strict).lower(),
            "allow_assign_grafana_admin": str(bool(self.server_admin)).lower(),
            "skip_org_role_sync": "false",
        }

    def _by_role(self) -> Mapping[str, Sequence[str]]:
        return {"GrafanaAdmin": self.server_admin, "Admin": self.admin, "Editor": self.editor, "Viewer": self.viewer}


def raw_string(text: str) -> str:
    """JMESPath literal of the text, which does not end with a backslash."""
    return "'" + text.replace("'", "\\'") + "'"
