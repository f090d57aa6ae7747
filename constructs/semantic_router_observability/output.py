"""The output folder: one file an object, a Kustomization that lists them, and the images that they run."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cdk8s import App

SUFFIX = ".k8s.yaml"

IMAGES_FILE = "images.txt"
"""Name of the list of images."""

KUSTOMIZATION = "Kustomization"
"""Name of the list of files. Kustomize finds it under this name, and `kubectl apply -f` passes over a file without an extension."""

_HEADER = """\
# Lists every manifest in this folder. A new synthesis replaces the folder, and refuses to when it holds a file that is not listed here.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
"""
_ITEM = "  - "

_WORKLOADS = {"CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"}
"""Kinds whose pods need other objects. A StatefulSet that is there before its claims makes claims of its own, of another size."""


def write_manifests(app: App, output: str | Path) -> list[str]:
    """Synthesize an app into a folder as `main.py` does: one file an object, a Kustomization and a list of images.

    Objects are those of `app.synth()`. The folder is swapped as a whole: a reader sees the old one or the new one.

    Args:
        app: The finished app.
        output: The folder; new, empty, or written by this function earlier. Files that are no longer needed are removed.

    Returns:
        Names of the files.

    Raises:
        ConfigError: the folder holds other files.

    """
    check(Path(output))
    return write(files_of(app), Path(output))


def files_of(app: App) -> dict[str, bytes]:
    """Manifests and the list of images of an app, by file name.

    A file is called after its object, `<step>-<name>.<kind>.k8s.yaml`, so that the objects of a component stand together. `kubectl apply -f`
    sends files in the order of their names: workloads are step 2, after the accounts and claims that they would otherwise miss or make. In an app with charts in
    several namespaces, the namespace follows: `<step>-<name>.<kind>_<namespace>.k8s.yaml`; the same holds for objects outside the only namespace.

    Raises:
        ConfigError: two objects have the same kind, namespace and name.

    """
    from .kubernetes.manifest import objects_of  # noqa: PLC0415  starts Node.js
    from .kubernetes.text import to_manifest  # noqa: PLC0415

    objects = objects_of(app)
    own = {chart.namespace for chart in app.charts}
    names = [_file_name(found, own) for found in objects]
    for name, count in Counter(names).items():
        if count > 1:
            raise ConfigError(Place("output"), name, "two objects have this kind, namespace and name; rename one")
    files = {name: to_manifest(found).encode() for name, found in zip(names, objects, strict=True)}
    images = sorted({image for found in objects for image in _images(found)})
    return {**files, IMAGES_FILE: "".join(f"{image}\n" for image in images).encode()}


def check(output: Path) -> None:
    """Refuse to replace a folder that holds anything but an earlier run's files."""
    above = next(parent for parent in output.absolute().parents if parent.exists())
    if not above.is_dir():
        raise ConfigError(Place("--output"), output, f"{above.name} is not a folder; name a path inside one")
    if not output.exists():
        return
    if not output.is_dir() or output.is_symlink():
        raise ConfigError(Place("--output"), output, "is not a folder; name a new folder or that of an earlier run")
    ours = _written_earlier(output)
    for path in sorted(output.iterdir()):
        if path.name not in ours or not path.is_file():
            raise ConfigError(
                Place("--output"), output, f"holds {path.name}, which no earlier run wrote; move or delete it, or name another folder"
            )


def write(files: Mapping[str, bytes], output: Path) -> list[str]:
    """Write the folder beside `output` and swap the two, so that a reader sees the old folder or the new one, never half of one."""
    output = output.absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    manifests = sorted(name for name in files if name.endswith(SUFFIX))
    listed = _HEADER + "".join(f"{_ITEM}{name}\n" for name in manifests)
    with tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as beside:
        fresh = Path(beside) / "new"
        fresh.mkdir()
        for name, content in {**files, KUSTOMIZATION: listed.encode()}.items():
            (fresh / name).write_bytes(content)
        if output.exists():
            output.rename(Path(beside) / "old")
        fresh.rename(output)
    return sorted([*files, KUSTOMIZATION])


def _written_earlier(output: Path) -> set[str]:
    try:
        text = (output / KUSTOMIZATION).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    if not text.startswith(_HEADER):
        return set()
    return {KUSTOMIZATION, IMAGES_FILE, *(line.removeprefix(_ITEM) for line in text.removeprefix(_HEADER).splitlines())}


def _file_name(found: Mapping[str, Any], own: set[str | None]) -> str:
    namespace = found["metadata"].get("namespace")
    # An underscore occurs in no name and no kind, so no two objects meet in one file name.
    elsewhere = f"_{namespace}" if namespace and own != {namespace} else ""
    step = 2 if found["kind"] in _WORKLOADS else 1
    return f"{step}-{found['metadata']['name']}.{found['kind'].lower()}{elsewhere}{SUFFIX}"


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in {"containers", "initContainers"} and isinstance(item, list):
                yield from (container["image"] for container in item if isinstance(container, dict) and "image" in container)
            else:
                yield from _images(item)
    elif isinstance(value, list):
        for item in value:
            yield from _images(item)
