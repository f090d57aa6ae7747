"""Kubernetes manifests that a command is given: a file, a folder, standard input, a git revision, or settings to synthesize."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.yamltext import Loader

from .progress import step

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT = Path("-")

Object = dict[str, Any]


def objects_at(path: Path, command: str) -> list[Object]:
    """Read the objects of a file, of the YAML files of a folder, or of standard input.

    Raises:
        ConfigError: a file cannot be read, or holds something else.

    """
    return [found for text in _texts(path, command) for found in _objects(path, text, command)]


def side(given: str, command: str) -> list[Object]:
    """Read one side of a comparison: what `objects_at` reads, a settings file, or a git revision, with `:FOLDER` where it is not `dist`.

    Raises:
        ConfigError: there is no such file, folder or revision, or it holds something else.

    """
    path = Path(given)
    if given and (path == STANDARD_INPUT or path.is_dir()):
        return objects_at(path, command)
    if path.is_file():
        return _synthesized(path, command) if _is_settings(path) else objects_at(path, command)
    return _revision(given, command)


def _texts(path: Path, command: str) -> Iterator[str]:
    if path == STANDARD_INPUT:
        yield sys.stdin.read()
        return
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    if not files:
        raise ConfigError(Place(command), path, "holds no YAML file; run main.py first, or name another folder")
    for file in files:
        try:
            yield file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(Place(command), file, f"cannot be read ({error.__class__.__name__}); name a file of manifests") from error


def _objects(path: Path, text: str, command: str) -> Iterator[Object]:
    try:
        documents = list(yaml.load_all(text, Loader=Loader))
    except yaml.YAMLError as error:
        raise ConfigError(Place(command), path, "is not YAML; name a file of manifests") from error
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict) or "kind" not in document or not isinstance(document.get("metadata"), dict | None):
            raise ConfigError(Place(command), path, "holds something that is not a Kubernetes object; name a file of manifests")
        yield from document.get("items") or [document] if document["kind"] == "List" else [document]


def _is_settings(path: Path) -> bool:
    """Whether a YAML file is `observability.yaml` under some name: one mapping that is no Kubernetes object."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506  a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(document, dict | None) and "kind" not in (document or {})


def _synthesized(settings: Path, command: str) -> list[Object]:
    """Run the `main.py` of the current folder on the settings."""
    if not Path("main.py").is_file():
        raise ConfigError(Place(command), settings, "is a settings file, and there is no main.py here to synthesize it; name a folder")
    step(f"{command}: synthesizing {settings} with main.py")
    with tempfile.TemporaryDirectory(prefix="dist-") as folder:
        output = Path(folder) / "dist"
        done = subprocess.run(  # noqa: S603 - the same Python on a file of the current folder
            [sys.executable, "main.py", "--config", str(settings), "--output", str(output)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"main.py ended with exit code {done.returncode}"])[-1]
            raise ConfigError(Place(command), settings, f"cannot be synthesized: {last.removeprefix('error: ')}")
        return objects_at(output, command)


def _revision(given: str, command: str) -> list[Object]:
    """Read the folder `dist` of a commit of the repository around the current folder."""
    revision, _, folder = given.partition(":")
    folder = folder or "dist"
    expected = "is no file, folder or git revision that holds manifests; write a path such as dist, or a revision such as main or main:dist"
    if not revision or revision.startswith("-"):
        raise ConfigError(Place(command), given, expected)
    step(f"{command}: reading {folder} of git revision {revision}")
    try:
        command_line = ["git", "archive", revision, "--", folder]
        archive = subprocess.run(command_line, capture_output=True, check=True).stdout  # noqa: S603 - git, wherever it is on PATH
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigError(Place(command), given, expected) from error
    found: list[Object] = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            if member.isfile() and member.name.endswith((".yaml", ".yml")):
                content = files.extractfile(member)
                found += _objects(Path(given), content.read().decode() if content else "", command)
    if not found:
        raise ConfigError(Place(command), given, expected)
    return found
