"""Credentials in Prometheus's native syntax: a reference takes the place of the value, and becomes the file's path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.errors import ConfigError, Key, Where, at
from semantic_router_observability.kubernetes.secrets import SecretKey, is_reference, refuse_literal_credentials

if TYPE_CHECKING:
    from semantic_router_observability.kubernetes.pods import SecretFiles

_READ_FROM_FILES = {
    "authorization": ("credentials",),
    "basic_auth": ("password", "username"),
    "oauth2": ("client_secret",),
    "tls_config": ("ca", "cert", "key"),
}
"""Fields that Prometheus reads from a file under the name with `_file`; all other fields it takes only as text."""

_HEADERS = "http_headers"
"""Headers by name, each with a list of files."""


def check_raw(where: Where, value: Any) -> None:
    """Reject literal credentials, and references where Prometheus reads no file.

    Raises:
        ConfigError: there is one; a credential is not repeated.

    """
    refuse_literal_credentials(where, value)
    _check_references(where, "", value)


def with_files(value: Any, files: SecretFiles, parent: str = "") -> Any:
    """Put the path of a mounted file in place of each `{secret: NAME, key: KEY}`; `parent` is the field that holds the value."""
    match value:
        case dict():
            return dict(_field(parent, key, item, files) for key, item in value.items())
        case list() | tuple():
            return [with_files(item, files, parent) for item in value]
        case _:
            return value


def _field(parent: str, key: str, item: Any, files: SecretFiles) -> tuple[str, Any]:
    if not is_reference(item):
        return key, with_files(item, files, key)
    path = files.path(SecretKey(**item))
    return (key, {"files": [path]}) if parent == _HEADERS else (f"{key}_file", path)


def _check_references(where: Where, parent: str, value: Any) -> None:
    match value:
        case dict():
            for key, item in value.items():
                inner = at(where, Key(key))
                if not is_reference(item):
                    _check_references(inner, key, item)
                elif parent != _HEADERS and key not in _READ_FROM_FILES.get(parent, ()):
                    fields = ", ".join(
                        [*(f"{section}.{field}" for section, fields in _READ_FROM_FILES.items() for field in fields), f"{_HEADERS}.NAME"]
                    )
                    raise ConfigError(inner, item["secret"], f"Prometheus reads no file for this field; it does for {fields}")
                else:
                    try:
                        SecretKey(**item)
                    except ConfigError as error:
                        raise error.within(*inner) from error
        case list() | tuple():
            for index, item in enumerate(value):
                _check_references(at(where, index), parent, item)
