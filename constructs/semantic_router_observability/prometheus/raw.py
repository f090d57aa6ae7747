"""Credentials in Prometheus's native syntax: a reference takes the place of the value, and becomes the file's path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from semantic_router_observability.errors import ConfigError, Key, Where, at
from semantic_router_observability.kubernetes.secrets import SecretKey, is_reference, refuse_literal_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.kubernetes.pods import SecretFiles

_READ_FROM_FILES = {
    "authorization": ("credentials",),
    "basic_auth": ("password", "username"),
    "google_iam": ("credentials",),
    "oauth2": ("client_secret",),
    "tls_config": ("ca", "cert", "key"),
}
"""Fields that Prometheus reads from a file under the name with `_file`; all other fields it takes only as text."""

_PATHS = {"certificate": ("certificate_path", "certificate_key_path")}
"""Fields that are a path themselves: of `azuread`."""

_VARIABLES = {"sigv4": {"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY"}}
"""Fields that AWS's library reads from the environment where the configuration has none."""

_HEADERS = "http_headers"
"""Headers by name, each with a list of files."""


def check_raw(where: Where, value: Any) -> None:
    """Reject literal credentials, and references where Prometheus reads no file.

    Raises:
        ConfigError: there is one; a credential is not repeated.

    """
    refuse_literal_credentials(where, value)
    _check_references(where, "", value)


def check_native(root: Literal["scrape_config", "remote_write"], where: Where, value: dict[str, Any]) -> None:
    """Refuse what Prometheus would not read, once the paths of files are in place of references.

    Raises:
        ConfigError: an unknown key, a value of another type or form, or fields that exclude each other.

    """
    from semantic_router_observability.native.fields import check  # noqa: PLC0415 - only native syntax pays for it

    check("prometheus", root, where, value)


def variables(value: Any, parent: str = "") -> Iterator[tuple[str, SecretKey]]:
    """Environment variables that the credentials among a checked value need, with their keys."""
    match value:
        case dict():
            for key, item in value.items():
                if is_reference(item) and key in _VARIABLES.get(parent, {}):
                    yield _VARIABLES[parent][key], SecretKey(**item)
                else:
                    yield from variables(item, key)
        case list() | tuple():
            for item in value:
                yield from variables(item, parent)


def with_files(value: Any, files: SecretFiles, parent: str = "") -> Any:
    """Put the path of a mounted file in place of each `{secret: NAME, key: KEY}`; `parent` is the field that holds the value."""
    match value:
        case dict():
            fields = (_field(parent, key, item, files) for key, item in value.items())
            return dict(field for field in fields if field)
        case list() | tuple():
            return [with_files(item, files, parent) for item in value]
        case _:
            return value


def _field(parent: str, key: str, item: Any, files: SecretFiles) -> tuple[str, Any] | None:
    if not is_reference(item):
        return key, with_files(item, files, key)
    if key in _VARIABLES.get(parent, {}):
        files.variable(_VARIABLES[parent][key], SecretKey(**item))
        return None
    path = files.path(SecretKey(**item))
    if parent == _HEADERS:
        return key, {"files": [path]}
    return (key if key in _PATHS.get(parent, ()) else f"{key}_file"), path


def _check_references(where: Where, parent: str, value: Any) -> None:
    match value:
        case dict():
            for key, item in value.items():
                inner = at(where, Key(key))
                if not is_reference(item):
                    _check_references(inner, key, item)
                elif parent != _HEADERS and not any(key in known.get(parent, ()) for known in (_READ_FROM_FILES, _PATHS, _VARIABLES)):
                    fields = ", ".join(
                        [*(f"{section}.{field}" for section, fields in _READ_FROM_FILES.items() for field in fields), f"{_HEADERS}.NAME"]
                    )
                    raise ConfigError(inner, item["secret"], f"Prometheus reads no file for this field; it does for {fields}")
                elif lacking := [other for other in _VARIABLES.get(parent, {}) if not is_reference(value.get(other))]:
                    raise ConfigError(at(where, Key(lacking[0])), None, "give it as a Secret's key too: {secret: NAME, key: KEY}")
                else:
                    try:
                        SecretKey(**item)
                    except ConfigError as error:
                        raise error.within(*inner) from error
        case list() | tuple():
            for index, item in enumerate(value):
                _check_references(at(where, index), parent, item)
