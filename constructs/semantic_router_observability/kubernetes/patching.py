"""Applies patches to the objects of an app."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from semantic_router_observability.errors import ConfigError, inside

from .manifest import manifests_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import IConstruct

    from .manifest import Manifest
    from .patches import Patch


def apply_patches(scope: IConstruct, patches: Sequence[Patch]) -> None:
    """Apply patches to the objects in a chart or a construct, in their order.

    Call it when the objects are made: what is made later is not found, and what another construct changes later is changed under the patch.

    Args:
        scope: Chart or construct; patches reach the `Manifest` objects in it.
        patches: The patches.

    Raises:
        ConfigError: an object or a field is not there; with `patches[INDEX]`, and what there is instead.

    """
    manifests = manifests_in(scope)
    for index, patch in enumerate(patches):
        with inside("patches", index):
            _named(patch.object, manifests).apply_patch(patch)


def _named(name: str, manifests: Sequence[Manifest]) -> Manifest:
    by_name: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        kind, namespace, own = manifest.kind, manifest.metadata.namespace or manifest.chart.namespace, manifest.name
        for known_as in (f"{kind}/{own}", f"{kind}/{namespace}/{own}"):
            by_name.setdefault(known_as, []).append(manifest)
    found = by_name.get(name, [])
    if not found:
        near = difflib.get_close_matches(name, by_name, n=3) or [
            known_as for known_as in by_name if known_as.startswith(name.partition("/")[0])
        ]
        raise ConfigError("object", name, f"there is no such object; there is {', '.join(near[:5]) or 'none of this kind'}")
    if len(found) > 1:
        namespaces = ", ".join(str(manifest.metadata.namespace or manifest.chart.namespace) for manifest in found)
        raise ConfigError("object", name, f"is in several namespaces ({namespaces}); write Kind/namespace/name")
    return found[0]
