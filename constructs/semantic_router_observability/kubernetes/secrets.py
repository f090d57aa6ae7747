"""References to Secrets. No credential is ever a value in this library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from semantic_router_observability.checks import config_key, dns_subdomain
from semantic_router_observability.errors import ConfigError, Key, Where, arg, at
from semantic_router_observability.literals import INSTEAD, holds_credential, refuse_credentials
from semantic_router_observability.spec import Spec, Tagged
from semantic_router_observability.texts import ConfigKey, ObjectName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cdk8s_plus_27 import ISecret


class SecretKey(Spec, frozen=True):
    """One key of an existing Secret in the stack's namespace.

    Attributes:
        secret: Name of the Secret.
        key: Key in its data.

    """

    secret: ObjectName
    key: ConfigKey

    def __post_init__(self) -> None:
        dns_subdomain("secret", self.secret)
        config_key("key", self.key)

    @classmethod
    def of(cls, secret: ISecret, key: str) -> SecretKey:
        """Reference a key of a cdk8s-plus Secret, owned or imported."""
        return cls(secret.name, key)


class AdminSecret(Tagged, frozen=True, tag="secret"):
    """Existing Secret with a user name and a password.

    Attributes:
        name: Name of the Secret.
        user_key: Key of the user name. Default `admin-user`, the key the Grafana chart uses too.
        password_key: Key of the password. Default `admin-password`, the key that the Grafana chart uses too.

    """

    name: ObjectName
    user_key: ConfigKey = "admin-user"
    password_key: ConfigKey = "admin-password"  # noqa: S105  a key's name

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        config_key("user_key", self.user_key)
        config_key("password_key", self.password_key)
        if self.user_key == self.password_key:
            raise ConfigError("password_key", self.password_key, f"{arg('user_key')} is the same; name the two keys of the Secret")

    @property
    def user(self) -> SecretKey:
        """Reference to the user name."""
        return SecretKey(self.name, self.user_key)

    @property
    def password(self) -> SecretKey:
        """Reference to the password."""
        return SecretKey(self.name, self.password_key)


Method = Literal["file", "projected", "environment", "image pull", "ingress", "operator"]
"""How a value gets from the Secret to its reader. `projected` is a file beside others in one directory, put together from several objects."""

OnChange = Literal["reread", "restart", "once"]
"""What a new value needs: nothing, as the reader looks again at its next use; a new pod; or a command, as it is read only into a new database."""

DOCKER_CONFIG = ".dockerconfigjson"
"""The one key of a Secret with which images are pulled."""


class SecretUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key of a Secret, and what reads it.

    Attributes:
        namespace: Namespace of the Secret and of its reader.
        secret: Name of the Secret.
        key: Key in its data.
        reader: Name of the workload or object that reads it.
        method: `file`, `projected`, `environment`, `image pull`, or, where a controller reads it through the API, `ingress` or `operator`.
        on_change: `reread`, `restart` or `once`: what it takes until a new value holds.
        made_by: Who makes the Secret, where it is neither you nor a tool you choose, such as cert-manager. Default: nobody else.

    """

    namespace: str
    secret: str
    key: str
    reader: str
    method: Method
    on_change: OnChange
    made_by: str | None = None

    @property
    def type(self) -> str | None:
        """Type that the Secret must have, None where the reader takes any."""
        return {"image pull": "kubernetes.io/dockerconfigjson", "ingress": "kubernetes.io/tls"}.get(self.method)


class HasSecrets(Protocol):
    """A construct that says which Secrets it reads."""

    @property
    def secret_references(self) -> Sequence[SecretUse]:
        """One entry for each key."""
        ...


def pull_uses(namespace: str, reader: str, names: Iterable[str]) -> list[SecretUse]:
    """Uses of the Secrets with which a pod's images are pulled."""
    return [
        SecretUse(namespace=namespace, secret=name, key=DOCKER_CONFIG, reader=reader, method="image pull", on_change="reread")
        for name in names
    ]


def is_reference(value: Any) -> bool:
    """Whether a value in a raw mapping is a reference: a mapping of just `secret` and `key`."""
    return isinstance(value, dict) and value.keys() == {"secret", "key"} and all(isinstance(text, str) for text in value.values())


def refuse_literal_credentials(where: Where, value: Any) -> None:
    """Reject a literal credential in a raw mapping: under a field with the name of a credential, or in a text that looks like one.

    Raises:
        ConfigError: there is one, as text or as a list of texts. The message does not repeat it.

    """
    if is_reference(value):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if holds_credential(key, item):
                raise ConfigError(at(where, Key(key)), "…", INSTEAD)
            refuse_literal_credentials(at(where, Key(key)), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            refuse_literal_credentials(at(where, index), item)
    else:
        refuse_credentials(where, value)
