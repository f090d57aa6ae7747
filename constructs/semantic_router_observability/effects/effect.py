"""An effect of a change, and the kinds there are."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

Object = dict[str, Any]

KINDS: Final = {
    "data": "Data at risk",
    "immutable": "Refused by the API server",
    "exposure": "New exposure",
    "permissions": "Wider permissions",
    "network": "New network connections",
    "alerts": "Alerts removed or loosened",
    "retention": "Less history",
    "dashboards": "Dashboards removed",
    "restart": "Pods replaced",
    "images": "Images changed",
}
"""Kinds of effect with their titles, the gravest first."""


class Effect(NamedTuple):
    """One thing that a change does."""

    kind: str
    """A key of `KINDS`."""
    subject: str
    """What it happens to: kind, namespace and name of an object, or an account."""
    text: str
    """What happens, and what an operator has to do about it."""


class Both(NamedTuple):
    """An object before and after the change."""

    old: Object
    new: Object

    @property
    def name(self) -> str:
        """`Kind namespace/name`."""
        return named(self.new)


def named(manifest: Object) -> str:
    """`Kind namespace/name`, or `Kind name` where there is no namespace."""
    metadata = manifest["metadata"]
    return f"{manifest['kind']} {'/'.join(part for part in (metadata.get('namespace'), metadata['name']) if part)}"


def at(manifest: Object, *path: str) -> Any:
    """Return a field of an object, None where it is missing."""
    value: Any = manifest
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
