"""Everything that a change of manifests does, and which objects it touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .access import access
from .effect import KINDS, Both, Effect, Object, at, named
from .monitoring import alerts, dashboards, inhibitions, retention
from .pods import images, replaced
from .storage import lost_data, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

Key = tuple[str, str, str, str]


class Changes(NamedTuple):
    """A change of manifests."""

    effects: tuple[Effect, ...]
    """The gravest kind first, then in the order of the manifests."""
    added: tuple[str, ...]
    """Objects that are new: kind, namespace and name."""
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def compare(old: Sequence[Object], new: Sequence[Object]) -> Changes:
    """Compare what is applied with what is to be applied."""
    before, after = _by_key(old), _by_key(new)
    both = [Both(before[key], found) for key, found in after.items() if key in before and before[key] != found]
    removed = [found for key, found in before.items() if key not in after]
    effects = [
        *lost_data(removed, both),
        *refused(both),
        *access(old, new),
        *alerts(old, new),
        *inhibitions(old, new),
        *retention(old, new),
        *dashboards(old, new),
        *replaced(both),
        *images(both),
    ]
    order = list(KINDS)
    return Changes(
        tuple(sorted(dict.fromkeys(effects), key=lambda effect: order.index(effect.kind))),
        tuple(named(found) for key, found in after.items() if key not in before),
        tuple(pair.name for pair in both),
        tuple(map(named, removed)),
    )


def _by_key(objects: Sequence[Object]) -> dict[Key, Object]:
    """Objects by what identifies them in a cluster: group without version, kind, namespace, name."""
    found = {}
    for manifest in objects:
        group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
        found[group, manifest["kind"], at(manifest, "metadata", "namespace") or "", manifest["metadata"]["name"]] = manifest
    return found
