"""Writes `settings.md` from `observability.schema.json`: `python docs/generate_settings.py`; with `--check`, only says whether it is fresh."""

# ruff: noqa: INP001  a program, not a package

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent
SCHEMA = DOCS.parent / "observability.schema.json"
PAGE = DOCS / "settings.md"

FIRST = ("Settings", "PrometheusSettings", "GrafanaSettings", "AlertmanagerSettings", "IngressSettings", "ImageSettings")
TITLES = {
    "Settings": "Top level",
    "PrometheusSettings": "prometheus",
    "GrafanaSettings": "grafana",
    "AlertmanagerSettings": "alertmanager",
    # A heading of its own: anchors do not tell upper case from lower.
    "Alertmanager": "Alertmanager data source",
    "IngressSettings": "ingress",
    "ImageSettings": "images",
    "SizeSettings": "size",
    "BackupSettings": "backup",
}

PLAIN = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`"}

INTRODUCTION = """\
# Settings

Every key of `observability.yaml`. All keys are optional unless they are marked **required**, and a required key is only required once the
object it belongs to is written. A key that is left out takes the default.

This page is generated from `observability.schema.json` by `make docs`; edit the docstrings in the code instead. Editors that know the YAML
language server read the same schema from the first line of `observability.yaml` and complete the keys.

Where a value may take several forms, `type` chooses between them.
"""


def page(schema: dict[str, Any]) -> str:
    """Text of the page."""
    kinds: dict[str, Any] = schema["$defs"]
    used = uses(kinds)
    order = [*FIRST, *(name for name in used if name not in FIRST)]
    return "\n".join([INTRODUCTION, *(section(name, kinds[name], used[name]) for name in order)])


def section(name: str, kind: dict[str, Any], used: list[str]) -> str:
    """One type: what it is, where it is used, a row a key."""
    lines = [f"## {TITLES.get(name, name)}", "", kind["description"], ""]
    if name not in FIRST:
        lines += [f"Used at {', '.join(f'`{place}`' for place in dict.fromkeys(used))}.", ""]
    rows = [row(key, node, required=key in kind["required"]) for key, node in kind["properties"].items()]
    return "\n".join([*lines, "| Key | Takes | Meaning |", "| --- | --- | --- |", *rows, ""])


def row(key: str, node: dict[str, Any], *, required: bool) -> str:
    """One key."""
    meaning = "Chooses this form." if "const" in node else node["description"]
    if required or "const" in node:
        meaning = f"**Required.** {meaning}"
    cells = (f"`{key}`", takes(node), meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def takes(node: dict[str, Any]) -> str:  # noqa: PLR0911  a case for each kind of node
    """What a key accepts, in words."""
    if "$ref" in node:
        return link(node["$ref"])
    if "allOf" in node:
        return " or ".join(link(form) for form in forms(node))
    if "const" in node:
        return f"`{node['const']}`"
    if "anyOf" in node:
        return " or ".join(takes(choice) for choice in node["anyOf"] if choice.get("type") != "null")
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    kind = node.get("type", "")
    if isinstance(kind, list):
        (kind,) = (name for name in kind if name != "null")
    if kind == "array":
        return f"list of {takes(node['items'])}" if node.get("items") else "list"
    if kind == "object":
        inner = node.get("additionalProperties")
        return f"mapping of names to {takes(inner)}" if isinstance(inner, dict) and inner else "mapping"
    return PLAIN.get(kind, "anything")


def forms(node: dict[str, Any]) -> Iterator[str]:
    """Types among which the key `type` of a value chooses."""
    for part in node["allOf"]:
        if "then" in part:
            yield part["then"]["$ref"]


def link(reference: str) -> str:
    """Link to a type's section."""
    name = reference.rsplit("/", 1)[1]
    title = TITLES.get(name, name)
    return f"[{title}](#{title.lower().replace(' ', '-')})"


def uses(kinds: dict[str, Any]) -> dict[str, list[str]]:
    """Each type with the paths it is used at, in the order one meets them from the top level."""
    found: dict[str, list[str]] = {}

    def visit(name: str, path: str, around: tuple[str, ...]) -> None:
        found.setdefault(name, []).append(path)
        for key, node in kinds[name]["properties"].items():
            for inner, suffix in references(node):
                if inner not in around:  # a route in a route
                    visit(inner, f"{path}.{key}{suffix}".lstrip("."), (*around, inner))

    visit("Settings", "", ())
    return found


def references(node: dict[str, Any], suffix: str = "") -> Iterator[tuple[str, str]]:
    """Types that a key's value may have."""
    if "$ref" in node:
        yield node["$ref"].rsplit("/", 1)[1], suffix
    for form in forms(node) if "allOf" in node else ():
        yield form.rsplit("/", 1)[1], suffix
    for choice in node.get("anyOf", ()):
        yield from references(choice, suffix)
    if isinstance(node.get("items"), dict):
        yield from references(node["items"], f"{suffix}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from references(node["additionalProperties"], f"{suffix}.NAME")


def main() -> int:
    """Write the page, or compare it."""
    text = page(json.loads(SCHEMA.read_text(encoding="utf-8")))
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/settings.md is stale: run `make docs`", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
