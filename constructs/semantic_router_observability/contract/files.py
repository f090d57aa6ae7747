"""Files with queries: Grafana dashboards, Prometheus rule files, and Kubernetes objects that hold either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.yamltext import Loader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Rules(NamedTuple):
    """Rule groups."""

    where: str
    groups: list[dict[str, Any]]


class Board(NamedTuple):
    """A dashboard."""

    where: str
    model: dict[str, Any]


def read(path: Path) -> list[Rules | Board]:
    """Return what a file holds; JSON is YAML, so one reader does.

    Raises:
        ConfigError: it cannot be read, or holds neither rules nor a dashboard.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Place(path), error.__class__.__name__, "cannot be read; give a dashboard or a rule file") from error
    found = list(_holdings(str(path), text))
    if not found:
        raise ConfigError(Place(path), text[:40], "holds no rules and no dashboard; give a dashboard's JSON or a rule file's YAML")
    return found


def _holdings(where: str, text: str) -> Iterator[Rules | Board]:
    try:
        documents = list(yaml.load_all(text, Loader=Loader))
    except yaml.YAMLError as error:
        raise ConfigError(Place(where), text[:40], f"is neither JSON nor YAML: {error}") from error
    for document in documents:
        if isinstance(document, dict):
            yield from _in_document(where, document)


def _in_document(where: str, document: dict[str, Any]) -> Iterator[Rules | Board]:
    kind, spec = document.get("kind"), document.get("spec")
    groups = document.get("groups") if kind is None else spec.get("groups") if isinstance(spec, dict) else None
    if isinstance(groups, list) and all(isinstance(group, dict) for group in groups):
        yield Rules(where, groups)
    elif isinstance(document.get("panels") or document.get("rows"), list):
        yield Board(where, document)
    elif isinstance(document.get("dashboard"), dict):  # as Grafana's API wraps it
        yield Board(where, document["dashboard"])
    elif kind == "ConfigMap":
        for key, text in (document.get("data") or {}).items():
            if str(key).endswith((".json", ".yaml", ".yml")):
                yield from _holdings(f"{where}: {key}", str(text))
