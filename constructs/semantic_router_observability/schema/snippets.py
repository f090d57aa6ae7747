"""Blocks that editors offer: `snippets.yaml` holds them, each at its place."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml


def add_snippets(schema: dict[str, Any]) -> None:
    """Add the snippets at their places, and skeletons of the objects that a key may also do without."""
    kinds: dict[str, Any] = schema["$defs"]
    for kind in kinds.values():
        for node in kind["properties"].values():
            match node:
                case {"anyOf": [{"$ref": reference}, {"type": "null"}]}:
                    _add_skeleton(node, kinds[reference.rsplit("/", 1)[1]])
    for snippet in shipped():
        at, item = snippet.pop("at"), {"type": "array"}
        _node(kinds, at).setdefault("defaultSnippets", []).append({**snippet, **(item if at.endswith("[]") else {})})


def shipped() -> list[dict[str, Any]]:
    """Snippets with their places."""
    loaded: list[dict[str, Any]] = yaml.safe_load(
        files("semantic_router_observability.schema").joinpath("snippets.yaml").read_text(encoding="utf-8")
    )
    return loaded


def _node(kinds: dict[str, Any], at: str) -> dict[str, Any]:
    """Node at a place; for an item of a list the list, from which editors offer the item with its dash where that is missing."""
    node: dict[str, Any] = kinds["Settings"]
    for step in filter(None, at.split(".")):
        references = [choice["$ref"] for choice in (node, *node.get("anyOf", ())) if "$ref" in choice]
        kind = kinds[references[0].rsplit("/", 1)[1]] if references else node
        node = kind["properties"][step.removesuffix("[]")]
    return node


def _add_skeleton(node: dict[str, Any], kind: dict[str, Any]) -> None:
    """Offer the required keys."""
    if body := {key: f"${number}" for number, key in enumerate(kind["required"], start=1)}:
        node["defaultSnippets"] = [{"label": kind["title"], "description": kind["description"], "body": body}]
