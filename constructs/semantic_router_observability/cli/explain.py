"""`python -m semantic_router_observability explain permissions`: what the stack may do, for security reviews."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.explain.permissions import report
from semantic_router_observability.yamltext import Loader

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

FINE = 0
UNUSABLE = 2

STANDARD_INPUT = Path("-")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    explain = commands.add_parser("explain", help="explain manifests")
    inner = explain.add_subparsers(required=True, metavar="COMMAND")
    permissions = inner.add_parser(
        "permissions",
        help="what the stack may do",
        description="List what the pods in Kubernetes manifests may do: requests to the API server, API tokens and Secrets they hold, and "
        "network connections. It reads the manifests themselves, so patches and manifests of other projects are included. Exit code: 0, or "
        "2 when a file cannot be used.",
    )
    permissions.add_argument(
        "files",
        nargs="*",
        type=Path,
        default=[Path("dist")],
        metavar="FILE|FOLDER",
        help="manifests, folders of them, or '-' for standard input (default: dist)",
    )
    permissions.set_defaults(run=_permissions)


def _permissions(options: argparse.Namespace) -> int:
    try:
        objects = [found for path in options.files for text in _texts(path) for found in _objects(path, text)]
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command
        return UNUSABLE
    print(report(objects), end="")  # noqa: T201 - a command
    return FINE


def _texts(path: Path) -> Iterator[str]:
    if path == STANDARD_INPUT:
        yield sys.stdin.read()
        return
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    if not files:
        raise ConfigError(Place("explain"), path, "holds no YAML file; run main.py first, or name another folder")
    for file in files:
        try:
            yield file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(Place("explain"), file, f"cannot be read ({error.__class__.__name__}); name a file of manifests") from error


def _objects(path: Path, text: str) -> Iterator[dict[str, Any]]:
    try:
        documents = list(yaml.load_all(text, Loader=Loader))
    except yaml.YAMLError as error:
        raise ConfigError(Place("explain"), path, "is not YAML; name a file of manifests") from error
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict) or "kind" not in document or not isinstance(document.get("metadata"), dict | None):
            raise ConfigError(Place("explain"), path, "holds something that is not a Kubernetes object; name a file of manifests")
        yield from document.get("items") or [document] if document["kind"] == "List" else [document]
