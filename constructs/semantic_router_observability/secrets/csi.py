"""Secrets that the Secrets Store CSI driver mounts straight from a vault, so that they need not be kept in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from semantic_router_observability.checks import dns_subdomain
from semantic_router_observability.errors import ConfigError, Key, form
from semantic_router_observability.literals import refuse_credentials
from semantic_router_observability.yamltext import Loader, to_yaml

from .encrypted import EncryptedFile
from .external import ExternalSecrets
from .provider import Object, SecretProvider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .needs import Need

API_VERSION = "secrets-store.csi.x-k8s.io/v1"
DRIVER = "secrets-store.csi.k8s.io"


class CsiSecrets(SecretProvider, frozen=True, kw_only=True, tag="csi"):
    """Secrets that the Secrets Store CSI driver mounts: a `SecretProviderClass` for each, and volumes of the driver in place of the Secret's.

    What a pod takes as an environment variable, or in one directory with other files (a web server's certificate and configuration), cannot
    come from the driver's volume; for these keys the driver also keeps a Secret while the pod runs.

    Attributes:
        provider: The driver's provider, such as `vault`, `aws`, `azure` or `gcp`.
        entries: Parameters of each Secret's class, by the Secret's name, in the provider's native syntax. They must make a file for each key, called
            as the key (`objectName` for Vault, `objectAlias` for AWS and Azure, `path` for Google). What is not text is written as YAML text.
        parameters: Parameters that all classes share, such as the vault's address and the role. Default: none.

    """

    provider: str
    entries: dict[str, dict[str, Any]]
    parameters: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if not self.provider.isalnum() or not self.provider.islower():
            raise ConfigError("provider", self.provider, "write the provider's name, such as vault, aws, azure or gcp")
        if not self.entries:
            raise ConfigError("entries", self.entries, "name at least one Secret and its provider's parameters")
        refuse_credentials("parameters", self.parameters)
        for secret, parameters in self.entries.items():
            dns_subdomain("entries", secret)
            refuse_credentials(("entries", Key(secret)), parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """Secrets it brings."""
        return tuple(self.entries)

    def serves(self, need: Need) -> bool:
        """Whether it brings this very Secret: in every namespace where the name is read."""
        return need.name in self.entries

    def check(self, need: Need) -> None:
        """Refuse parameters that make no file for a key, and Secrets that no pod mounts."""
        for use in need.uses:
            if use.method in {"image pull", "ingress", "operator"}:
                raise ConfigError(
                    "entries",
                    need.name,
                    f"{use.reader} needs it before or without a pod that mounts it; use {form(ExternalSecrets)} or {form(EncryptedFile)}",
                )
        given = self.parameters | self.entries[need.name]
        files = set(_texts(given))
        for key in need.keys:
            if key not in files:
                raise ConfigError(
                    ("entries", Key(need.name)),
                    list(given),
                    f"{need.uses[0].reader} reads key {key}, and no object is called so; name one {key}",
                )

    def objects(self, need: Need) -> Iterable[Object]:
        """The SecretProviderClass."""
        yield Object(API_VERSION, "SecretProviderClass", self._spec(need))

    def volume(self, need: Need) -> dict[str, Any]:
        """Volume of the driver with the files of the class."""
        return {"csi": {"driver": DRIVER, "readOnly": True, "volumeAttributes": {"secretProviderClass": need.name}}}

    @staticmethod
    def made_of(manifest: Mapping[str, Any]) -> Iterable[str]:
        """Secrets that the driver keeps while a pod runs."""
        if manifest["kind"] == "SecretProviderClass":
            yield from (synced["secretName"] for synced in (manifest.get("spec") or {}).get("secretObjects") or ())

    def _spec(self, need: Need) -> dict[str, Any]:
        parameters = {
            key: value if isinstance(value, str) else to_yaml(value) for key, value in (self.parameters | self.entries[need.name]).items()
        }
        synced = tuple(dict.fromkeys(use.key for use in need.uses if use.method in {"environment", "projected"}))
        return {
            "provider": self.provider,
            "parameters": parameters,
            "secretObjects": [
                {"secretName": need.name, "type": need.type, "data": [{"objectName": key, "key": key} for key in synced]},
            ]
            if synced
            else None,
        }


def _texts(value: Any) -> Iterator[str]:
    """Every text in the parameters, those inside YAML text too."""
    match value:
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case str():
            yield value
            try:
                inner = yaml.load(value, Loader=Loader)  # noqa: S506  a safe loader
            except yaml.YAMLError:
                return
            if isinstance(inner, dict | list):
                yield from _texts(inner)
