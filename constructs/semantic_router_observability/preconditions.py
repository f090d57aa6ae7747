"""What the manifests of an output folder need and change in a cluster, in a few lines after each synthesis. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from .explain.permissions import missing_secrets, readers_of, workloads_of
from .yamltext import Loader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_OF_THE_CLUSTER = {"kube-root-ca.crt", "openshift-service-ca.crt"}
"""ConfigMaps that the cluster puts into each namespace."""


def preconditions(objects: Mapping[str, dict[str, Any]], folder: Path, changed: Sequence[str]) -> Iterator[str]:
    """Return what restarts when the changed files are applied, and what has to exist for pods to start.

    Args:
        objects: What is to be written, by file name.
        folder: What was written earlier.
        changed: Names of files that are in both and differ.

    """
    restarts = [
        f"{objects[name]['kind']} {objects[name]['metadata']['name']}"
        for name in changed
        if name in objects and next(workloads_of(objects[name]), None) and _template(objects[name]) != _template(_read(folder / name))
    ]
    if restarts:
        yield f"restarts: {', '.join(restarts)}"
    made = list(objects.values())
    needed = [*_secrets(made), *_config_maps(made)]
    if needed:
        yield f"has to exist: {', '.join(needed)}"


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_bytes(), Loader=Loader)  # noqa: S506  a safe loader
    return found


def _template(manifest: Mapping[str, Any]) -> Any:
    """What pods are made of."""
    spec = manifest.get("spec") or {}
    return spec.get("template", spec)


def _secrets(objects: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Secrets that nothing here makes, with the keys that are read; those that pods start without are not named."""
    required: dict[tuple[str, str], dict[str, None]] = {}
    optional: set[tuple[str, str]] = set()
    for reader in (reader for found in objects for reader in readers_of(found)):
        for entry in reader.reads:
            secret = (reader.namespace, entry.name)
            if entry.optional:
                optional.add(secret)
            else:
                required.setdefault(secret, {}).update(dict.fromkeys(entry.keys))
    for secret in missing_secrets(objects):
        if secret in required or secret not in optional:
            keys = ", ".join(required.get(secret, {}))
            yield f"Secret {'/'.join(secret)}{f' ({keys})' if keys else ''}"


def _config_maps(objects: Sequence[dict[str, Any]]) -> Iterator[str]:
    """ConfigMaps that pods mount and nothing here makes; those that pods start without are marked."""
    made = {found["metadata"]["name"] for found in objects if found["kind"] == "ConfigMap"} | _OF_THE_CLUSTER
    named: dict[str, None] = {}
    for workload in (workload for found in objects for workload in workloads_of(found)):
        for volume in workload.spec.get("volumes") or ():
            for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
                if (given := source.get("configMap")) and given["name"] not in made:
                    named[f"ConfigMap {workload.namespace}/{given['name']}{' (optional)' if given.get('optional') else ''}"] = None
    yield from named
