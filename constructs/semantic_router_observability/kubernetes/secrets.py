"""References to Secrets. No credential is ever a value in this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from semantic_router_observability.checks import config_key, dns_subdomain

if TYPE_CHECKING:
    from cdk8s_plus_27 import ISecret


class SecretKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One key of an existing Secret in the stack's namespace.

    Attributes:
        secret: Name of the Secret.
        key: Key in its data.

    """

    secret: str
    key: str

    def __post_init__(self) -> None:
        dns_subdomain("secret", self.secret)
        config_key("key", self.key)

    @classmethod
    def of(cls, secret: ISecret, key: str) -> SecretKey:
        """Reference a key of a cdk8s-plus Secret, owned or imported."""
        return cls(secret.name, key)


class AdminSecret(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", tag_field="type", tag="secret"):
    """Existing Secret with a user name and a password.

    Attributes:
        name: Name of the Secret.
        user_key: Key of the user name. Default `admin-user`, the key the Grafana chart uses too.
        password_key: Key of the password. Default `admin-password`, likewise.

    """

    name: str
    user_key: str = "admin-user"
    password_key: str = "admin-password"  # noqa: S105  a key's name

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        config_key("userKey", self.user_key)
        config_key("passwordKey", self.password_key)

    @property
    def user(self) -> SecretKey:
        """Reference to the user name."""
        return SecretKey(self.name, self.user_key)

    @property
    def password(self) -> SecretKey:
        """Reference to the password."""
        return SecretKey(self.name, self.password_key)
