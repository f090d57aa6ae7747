"""The output folder: one file an object, a Kustomization that lists them, the images that they run, and rule files for other programs."""

from __future__ import annotations

import errno
import os
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, Place
from .swap import replace_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cdk8s import App

SUFFIX = ".k8s.yaml"

RULES = ".rules"
"""Ending of rule files for a storage outside the cluster. They are YAML, but `kubectl apply -f` reads only what ends like it."""

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
_NOT_APPLIED = "# not applied: "

_MOUNT_POINT = "is a mount point, which cannot be replaced as a whole; mount the folder above it, or name a folder in it"

_WORKLOADS = {"CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"}
"""Kinds whose pods need other objects. A StatefulSet that is there before its claims makes claims of its own, of another size."""


def write_manifests(app: App, output: str | Path) -> list[str]:
    """Synthesize an app into a folder as `main.py` does: one file an object, a Kustomization and a list of images.

    Objects are those of `app.synth()`. The folder is exchanged as a whole: a reader sees the old one or the new one.

    Args:
        app: The finished app.
        output: The folder; new, empty, or written by this function earlier. Files that are no longer needed are removed.

    Returns:
        Names of the files.

    Raises:
        ConfigError: the folder holds other files, or cannot be written.

    """
    check(Path(output))
    return write(files_of(app), Path(output))


def files_of(app: App) -> dict[str, bytes]:
    """Manifests, rule files and the list of images of an app, by file name.

    A file is called after its object, `<step>-<name>.<kind>.k8s.yaml`, so that the objects of a component stand together. `kubectl apply -f`
    sends files in the order of their names: workloads are step 2, after the accounts and claims that they would otherwise miss or make. In an app with charts in
    several namespaces, the namespace follows: `<step>-<name>.<kind>_<namespace>.k8s.yaml`; the same holds for objects outside the only namespace.
    Rule files for a storage outside the cluster are called `<name>.rules`.

    Raises:
        ConfigError: two objects have the same kind, namespace and name.

    """
    return rendered(app)[0]


def rendered(app: App) -> tuple[dict[str, bytes], dict[str, dict[str, Any]]]:
    """Files as `files_of` returns them, and the objects of the app, by file name.

    Raises:
        ConfigError: two objects have the same kind, namespace and name.

    """
    from .kubernetes.components import components_of  # noqa: PLC0415  starts Node.js
    from .kubernetes.manifest import objects_of  # noqa: PLC0415  starts Node.js
    from .kubernetes.text import to_manifest  # noqa: PLC0415

    objects = objects_of(app)
    own = {chart.namespace for chart in app.charts}
    names = [_file_name(found, own) for found in objects]
    for name, count in Counter(names).items():
        if count > 1:
            raise ConfigError(Place("output"), name, "two objects have this kind, namespace and name; rename one")
    by_name = dict(zip(names, objects, strict=True))
    files = {name: to_manifest(found).encode() for name, found in by_name.items()}
    images = sorted({image for found in objects for image in _images(found)})
    files |= {name: text.encode() for name, text in components_of(app).rule_files.items()}
    return {**files, IMAGES_FILE: "".join(f"{image}\n" for image in images).encode()}, by_name


def check(output: Path) -> None:
    """Refuse to replace a folder that holds anything but an earlier run's files, and one that cannot be replaced."""
    with _refusals_of_the_system(output):
        if output.is_symlink() or (output.exists() and not output.is_dir()):
            raise ConfigError(Place("--output"), output, "is not a folder; name a new folder or that of an earlier run")
        if os.path.ismount(output):
            raise ConfigError(Place("--output"), output, _MOUNT_POINT)
        above = next(parent for parent in output.absolute().parents if parent.exists())
        if not above.is_dir():
            raise ConfigError(Place("--output"), output, f"{above.name} is not a folder; name a path inside one")
        if not os.access(output.absolute().parent if output.exists() else above, os.W_OK | os.X_OK):
            raise ConfigError(Place("--output"), output, "the folder above it is read-only; make it writable, or name another folder")
        if output.exists():
            _check_ours(output, output)


def changes(files: Mapping[str, bytes], output: Path) -> dict[str, list[str]]:
    """Names of the files that writing to `output` adds, changes and removes; empty where `output` is not there yet, or equal."""
    if not output.is_dir():
        return {}
    with _refusals_of_the_system(output):
        old = {path.name: path.read_bytes() for path in output.iterdir() if path.name != KUSTOMIZATION and path.is_file()}
    found = {
        "added": sorted(files.keys() - old.keys()),
        "changed": sorted(name for name in files.keys() & old.keys() if files[name] != old[name]),
        "removed": sorted(old.keys() - files.keys()),
    }
    return {kind: names for kind, names in found.items() if names}


def write(files: Mapping[str, bytes], output: Path) -> list[str]:
    """Write the folder beside `output` and exchange the two, so that a reader sees the old folder or the new one, never half of one.

    Raises:
        ConfigError: the operating system refuses, or the folder holds a file that no earlier run wrote; it is as it was.

    """
    manifests = sorted(name for name in files if name.endswith(SUFFIX))
    rules = sorted(name for name in files if name.endswith(RULES))
    listed = _HEADER + "".join(f"{_ITEM}{name}\n" for name in manifests) + "".join(f"{_NOT_APPLIED}{name}\n" for name in rules)
    with _refusals_of_the_system(output):
        output.absolute().parent.mkdir(parents=True, exist_ok=True)
        replace_folder(output.absolute(), {**files, KUSTOMIZATION: listed.encode()}, check=lambda old: _check_ours(old, output))
    return sorted([*files, KUSTOMIZATION])


@contextmanager
def _refusals_of_the_system(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # A folder that is mounted from its own file system is only known by this.
        busy = error.errno == errno.EBUSY
        expected = _MOUNT_POINT if busy else f"cannot be written ({os.strerror(error.errno or 0)}); mend that, or name another folder"
        raise ConfigError(Place("--output"), output, expected) from error


def _check_ours(folder: Path, output: Path) -> None:
    ours = _written_earlier(folder)
    for path in sorted(folder.iterdir()):
        if path.name not in ours or not path.is_file():
            raise ConfigError(
                Place("--output"), output, f"holds {path.name}, which no earlier run wrote; move or delete it, or name another folder"
            )


def _written_earlier(output: Path) -> set[str]:
    try:
        text = (output / KUSTOMIZATION).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    if not text.startswith(_HEADER):
        return set()
    listed = (line.removeprefix(_ITEM).removeprefix(_NOT_APPLIED) for line in text.removeprefix(_HEADER).splitlines())
    return {KUSTOMIZATION, IMAGES_FILE, *listed}


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
