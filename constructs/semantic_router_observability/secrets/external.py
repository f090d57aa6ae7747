"""Secrets that the External Secrets Operator copies out of a store, such as Vault or a cloud's secret manager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from semantic_router_observability.checks import config_key, dns_subdomain
from semantic_router_observability.errors import ConfigError, Key, Where, arg, at
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import ObjectName

from .provider import Object, SecretProvider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .needs import Need

API_VERSION = "external-secrets.io/v1"

_DURATION = re.compile(r"(?:0|(?:[0-9]+(?:h|m|s))+)")


class SecretStore(Spec, frozen=True, kw_only=True):
    """A store the operator is already configured for; it holds the way in, so none is written here.

    Attributes:
        name: Name of the store object.
        kind: `ClusterSecretStore` (default), or `SecretStore` in the stack's namespace.

    """

    name: ObjectName
    kind: Literal["SecretStore", "ClusterSecretStore"] = "ClusterSecretStore"

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)


class RemoteKey(Spec, frozen=True, kw_only=True):
    """One value in the store.

    Attributes:
        key: Name or path of the entry, as the store has it.
        property: Field of an entry that holds several. Default: the whole entry is the value.
        version: Version of the entry. Default: the latest.

    """

    key: str
    property: str | None = None
    version: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("key", self.key), ("property", self.property), ("version", self.version)):
            _check_path(name, value)

    def body(self) -> dict[str, Any]:
        """As an ExternalSecret's `remoteRef`.

        Defaults are set explicitly: the API server adds them to a list's items, where `kubectl apply` and Argo CD would always find a
        difference.
        """
        return {
            "key": self.key,
            "property": self.property,
            "version": self.version,
            "conversionStrategy": "Default",
            "decodingStrategy": "None",
            "metadataPolicy": "None",
        }


class ExternalSecrets(SecretProvider, frozen=True, kw_only=True, tag="externalSecrets"):
    """Secrets that the External Secrets Operator fills from a store: an `ExternalSecret` for each, with exactly the keys that are read.

    Attributes:
        store: The store.
        entries: Where each Secret's values are, by the Secret's name: a path whose fields are called as the keys of the Secret, or a
            place for each key (a path that holds just the value, or `key` and `property`).
        refresh_interval: Time after which the operator looks for a new value. Default `1h`. `0`: never again.
        templates: Texts that the operator puts together, by the Secret's name and key, in its template language, such as
            `{{ .username }}:{{ .password }}`; they may use every value that `entries` has for the Secret. Default: none.

    """

    store: SecretStore
    entries: dict[str, str | dict[str, str | RemoteKey]]
    refresh_interval: str = "1h"
    templates: dict[str, dict[str, str]] = {}

    def __post_init__(self) -> None:
        if not self.entries:
            raise ConfigError("entries", self.entries, "name at least one Secret and where its values are")
        if not _DURATION.fullmatch(self.refresh_interval):
            raise ConfigError("refresh_interval", self.refresh_interval, "write hours, minutes and seconds, such as 1h or 1h30m, or 0")
        for secret, places in self.entries.items():
            dns_subdomain("entries", secret)
            _check_places(("entries", Key(secret)), places)
        for secret, texts in self.templates.items():
            if secret not in self.entries:
                raise ConfigError("templates", secret, f"{arg('entries')} does not name this Secret, so there are no values for its text")
            for key, text in texts.items():
                config_key(("templates", Key(secret)), key)
                if "{{" not in text:
                    raise ConfigError(
                        ("templates", Key(secret), Key(key)), "…", "write a text with values of the store in it, such as {{ .password }}"
                    )

    @property
    def names(self) -> tuple[str, ...]:
        """Secrets it brings."""
        return tuple(self.entries)

    def serves(self, need: Need) -> bool:
        """Whether it brings this very Secret: in every namespace where the name is read."""
        return need.name in self.entries

    def check(self, need: Need) -> None:
        """Refuse places that leave out a key, or name one that nothing reads."""
        places = self.entries[need.name]
        templates = self.templates.get(need.name, {})
        where = ("entries", Key(need.name))
        if isinstance(places, str):
            if templates:
                raise ConfigError(where, places, f"{arg('templates')} need a place for each value they use; write {{KEY: PATH, ...}}")
            return
        for key in need.keys:
            if key not in places and key not in templates:
                raise ConfigError(where, list(places), f"{need.uses[0].reader} reads key {key}; say where it is")
        for key in places:
            if key not in need.keys and not templates:
                raise ConfigError(where, key, f"nothing reads this key; remove it, or write one of {', '.join(need.keys)}")
        for key in templates:
            if key not in need.keys:
                raise ConfigError(("templates", Key(need.name)), key, f"nothing reads this key; write one of {', '.join(need.keys)}")

    def objects(self, need: Need) -> Iterable[Object]:
        """The ExternalSecret."""
        yield Object(API_VERSION, "ExternalSecret", self._spec(need))

    @staticmethod
    def made_of(manifest: Mapping[str, Any]) -> Iterable[str]:
        """The Secret that the operator fills."""
        if manifest["kind"] == "ExternalSecret":
            target = (manifest.get("spec") or {}).get("target") or {}
            yield target.get("name") or manifest["metadata"]["name"]

    def _spec(self, need: Need) -> dict[str, Any]:
        places = self.entries[need.name]
        if isinstance(places, str):
            remote = {key: RemoteKey(key=places, property=key) for key in need.keys}
        else:
            remote = {key: RemoteKey(key=place) if isinstance(place, str) else place for key, place in places.items()}
        return {
            "refreshInterval": self.refresh_interval,
            "secretStoreRef": {"kind": self.store.kind, "name": self.store.name},
            "target": {
                "name": need.name,
                # It stays when the store loses the entry: pods go on with the last value.
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": self._template(need),
            },
            "data": [{"secretKey": key, "remoteRef": place.body()} for key, place in remote.items()],
        }

    def _template(self, need: Need) -> dict[str, Any] | None:
        texts = self.templates.get(need.name)
        kind = need.type if need.type != "Opaque" else None
        if not (texts or kind):
            return None
        # Values that a template leaves out are not in the Secret, so each key that is read as it is gets a template of its own.
        data = {key: (texts or {}).get(key, _AS_IT_IS % key) for key in need.keys} if texts else None
        return {"engineVersion": "v2", "mergePolicy": "Replace", "type": kind, "data": data}


def _check_places(where: Where, places: str | dict[str, str | RemoteKey]) -> None:
    if isinstance(places, str):
        _check_path(where, places)
        return
    for key, place in places.items():
        config_key(where, key)
        if isinstance(place, str):
            _check_path(at(where, Key(key)), place)


_AS_IT_IS = '{{ index . "%s" }}'


def _check_path(where: Where, path: str | None) -> None:
    if path is not None and (not path.strip() or not path.isprintable()):
        raise ConfigError(where, path, "write a name or path in the store, on one line")
