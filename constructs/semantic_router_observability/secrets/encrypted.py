"""Secrets that are kept encrypted beside the settings: files of Sealed Secrets or SOPS, passed on byte for byte."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from semantic_router_observability.errors import ConfigError, Key, Place, Raw, place
from semantic_router_observability.output import SUFFIX
from semantic_router_observability.yamltext import Loader

from .provider import SecretProvider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .needs import Need

_SHORTEST_SEALED = 256
"""Bytes: what is sealed begins with a session key that RSA has encrypted, at the least with 2048 bits."""

_ENCRYPTED_BY_SOPS = re.compile(r"ENC\[AES256_GCM,data:[^,\]]*,iv:[^,\]]+,tag:[^,\]]+,type:\w+\]")


class Encrypted(NamedTuple):
    """What a file says of one Secret without being decrypted."""

    namespace: str
    name: str
    keys: frozenset[str]
    type: str


class EncryptedFile(SecretProvider, frozen=True, kw_only=True, tag="encryptedFile"):
    """A file of SealedSecrets, or of Secrets that SOPS has encrypted. It goes into the output folder as it is.

    SealedSecrets are decrypted by their controller in the cluster, SOPS files by Flux, or by `sops decrypt` on the way to `kubectl apply`.

    Attributes:
        path: The file; relative to the settings file, in Python to the working directory.

    """

    path: str

    @property
    def file_name(self) -> str:
        """Name in the output folder."""
        return Path(self.path).stem.removesuffix(".k8s") + SUFFIX

    @property
    def content(self) -> bytes:
        """The file as it is."""
        try:
            return Path(self.path).read_bytes()
        except OSError as error:
            raise ConfigError("path", Path(self.path), f"cannot be read ({error.__class__.__name__}); name a file") from error

    def secrets(self) -> list[Encrypted]:
        """Read what the file says without being decrypted.

        Raises:
            ConfigError: a document is no SealedSecret and not encrypted by SOPS, or only in part.

        """
        name = Path(self.path).name
        try:
            documents = [document for document in yaml.load_all(self.content.decode(), Loader=Loader) if document is not None]
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigError(Place(name), Raw("unreadable"), "write YAML with SealedSecrets, or with Secrets encrypted by SOPS") from error
        if not documents:
            raise ConfigError(Place(name), Raw("empty"), "write YAML with SealedSecrets, or with Secrets encrypted by SOPS")
        return [_read(name, document) for document in documents]

    @property
    def names(self) -> tuple[str, ...]:
        """Secrets it brings."""
        return tuple(secret.name for secret in self.secrets())

    def serves(self, need: Need) -> bool:
        """Whether it contains this Secret: a file is encrypted for one namespace."""
        return any((secret.namespace, secret.name) == (need.namespace, need.name) for secret in self.secrets())

    def check(self, need: Need) -> None:
        """Refuse a file made for another namespace, or without a key that is read."""
        file = Path(self.path).name
        of_this_name = {secret.namespace: secret for secret in self.secrets() if secret.name == need.name}
        if need.namespace not in of_this_name:
            raise ConfigError(
                place(file, Key("metadata"), Key("namespace")),
                ", ".join(of_this_name),
                f"{need.uses[0].reader} runs in {need.namespace}; encrypt it for there",
            )
        secret = of_this_name[need.namespace]
        if need.type not in {"Opaque", secret.type}:
            raise ConfigError(
                place(file, Key(secret.name), Key("type")),
                secret.type,
                f"{need.uses[0].reader} takes only {need.type}; encrypt such a Secret",
            )
        for key in need.keys:
            if key not in secret.keys:
                raise ConfigError(place(file, Key(secret.name)), sorted(secret.keys), f"{need.uses[0].reader} reads key {key}; encrypt one")

    @staticmethod
    def made_of(manifest: Mapping[str, Any]) -> Iterable[str]:
        """The Secret that a SealedSecret becomes; one that SOPS has encrypted is a Secret already."""
        if manifest["kind"] == "SealedSecret":
            yield manifest["metadata"]["name"]


def _read(file: str, document: Any) -> Encrypted:
    body: dict[str, Any] = document if isinstance(document, dict) else {}
    metadata = body.get("metadata") or {}
    match body.get("apiVersion"), body.get("kind"):
        case "bitnami.com/v1alpha1", "SealedSecret":
            keys = _sealed_keys(file, body)
        case "v1", "Secret" if "sops" in body:
            keys = _sops_keys(file, body)
        case "v1", "Secret":
            raise ConfigError(
                Place(file), Raw("a Secret that is not encrypted"), "seal it with kubeseal or encrypt it with sops; and change what it held"
            )
        case _, kind:
            raise ConfigError(Place(file), kind, "write SealedSecrets (bitnami.com/v1alpha1), or Secrets encrypted by SOPS")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    for field, value in (("name", name), ("namespace", namespace)):
        if not isinstance(value, str) or not value or value.startswith("ENC["):
            raise ConfigError(
                place(file, Key("metadata"), Key(field)), value, "write it in the clear; without it the Secret lands elsewhere or nowhere"
            )
    typed = body if body["kind"] == "Secret" else (body.get("spec") or {}).get("template") or {}
    return Encrypted(str(namespace), str(name), keys, str(typed.get("type") or "Opaque"))


def _sealed_keys(file: str, body: dict[str, Any]) -> frozenset[str]:
    spec = body.get("spec") or {}
    sealed = spec.get("encryptedData") or {}
    for key, value in sealed.items():
        if len(_decoded(value)) < _SHORTEST_SEALED:
            raise ConfigError(
                place(file, Key("encryptedData"), Key(key)), "…", "is too short to be sealed; run kubeseal, and change what it held"
            )
    texts = (spec.get("template") or {}).get("data") or {}
    for key, text in texts.items():
        if text is not None and "{{" not in text:
            raise ConfigError(
                place(file, Key("template"), Key("data"), Key(key)),
                "…",
                "is in the clear; seal it, or refer to sealed values by {{ .KEY }}",
            )
    left_out = {key for key, text in texts.items() if text is None}
    return frozenset(sealed | texts) - left_out


def _sops_keys(file: str, body: dict[str, Any]) -> frozenset[str]:
    sops = body["sops"]
    if not isinstance(sops, dict) or not _ENCRYPTED_BY_SOPS.fullmatch(str(sops.get("mac"))):
        raise ConfigError(
            place(file, Key("sops"), Key("mac")), Raw("missing"), "write the file by `sops encrypt`; Flux refuses one it cannot verify"
        )
    values = {**(body.get("data") or {}), **(body.get("stringData") or {})}
    for key, value in values.items():
        if not _ENCRYPTED_BY_SOPS.fullmatch(str(value)):
            raise ConfigError(
                place(file, Key(key)), "…", "is not encrypted; run sops with --encrypted-regex '^(data|stringData)$', and change it"
            )
    return frozenset(values)


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except binascii.Error:
        return b""
