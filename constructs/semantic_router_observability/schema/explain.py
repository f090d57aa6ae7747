"""What a key of `observability.yaml` means, from the schema, as `kubectl explain` prints it for a field."""

from __future__ import annotations

import difflib
import re
import textwrap
from typing import TYPE_CHECKING, Any

from semantic_router_observability.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

_WIDTH = 100
_TYPES = {"object": "mapping", "array": "list", "string": "text", "integer": "number", "number": "number", "boolean": "true or false"}


def explain(document: Schema, path: str) -> str:
    """Return the text about a key, such as `prometheus.storage` or `routers[].namespaces`; an empty path is the whole file.

    Raises:
        ConfigError: there is no such key.

    """
    nodes, title = _found(document, path)
    return "\n\n".join("\n".join(_lines(document, node, title)) for node in nodes) + "\n"


def as_values(document: Schema, path: str) -> list[dict[str, Any]]:
    """Return what `explain` says as values, for programs: an entry for each meaning that the key may have.

    Raises:
        ConfigError: there is no such key.

    """
    nodes, title = _found(document, path)
    return [
        {
            "key": title,
            "type": _type(document, node),
            "description": _description(node),
            "accepted": _accepted(node),
            "forms": [
                {
                    "type": name,
                    "description": _description(form),
                    "keys": {
                        key: {
                            "type": _type(document, field),
                            "required": key in form.get("required", ()),
                            "description": _description(field),
                            "accepted": _accepted(field),
                        }
                        for key, field in form.get("properties", {}).items()
                        if not (name and key == "type")
                    },
                }
                for name, form in _forms(document, node)
            ],
        }
        for node in nodes
    ]


def _found(document: Schema, path: str) -> tuple[list[Schema], str]:
    """Return the schemas of a key, and its path without indices."""
    nodes: list[Schema] = [{"$ref": document["$ref"]}]
    walked: list[str] = []
    for step in filter(None, re.sub(r"\[\d*\]", "", path).split(".")):
        forms = [form.get("properties", {}) for node in nodes for _, form in _forms(document, node)]
        # Forms of one list may give a key of one name another type.
        found = [form[step] for form in forms if step in form]
        if not found:
            keys = sorted({key for form in forms for key in form})
            near = difflib.get_close_matches(step, keys, n=3) or keys
            here = ".".join(walked) or "observability.yaml"
            raise ConfigError(Place("setting"), path, f"{here} has no key {step}; it has {', '.join(near) or 'none'}")
        nodes = [node for index, node in enumerate(found) if node not in found[:index]]
        walked.append(step)
    return nodes, ".".join(walked) or "observability.yaml"


def _lines(document: Schema, node: Schema, title: str) -> Iterator[str]:
    yield f"{title} ({_type(document, node)})"
    if said := _description(node):
        yield from _wrapped(said, "  ")
    if accepted := _accepted(node):
        yield from _wrapped(accepted, "  ")
    for name, form in _forms(document, node):
        fields = {key: field for key, field in form.get("properties", {}).items() if not (name and key == "type")}
        if name:
            yield ""
            yield from _wrapped(f"type: {name}. {form.get('description', '')}", "  ")
        elif fields:
            yield ""
        required = set(form.get("required", ()))
        for key, field in fields.items():
            yield f"    {key} ({_type(document, field)}{', required' if key in required else ''})"
            yield from _wrapped(_description(field), "        ")


def _forms(document: Schema, node: Schema) -> Iterator[tuple[str, Schema]]:
    """Return the mappings that a key may hold, or each item of its list, by the value of `type`; without a name where there is one form."""
    if "$ref" in node:
        found = _referred(document, node["$ref"])
        yield "", found
    elif "items" in node:
        yield from _forms(document, node["items"])
    elif branches := [entry for entry in node.get("allOf", ()) if "then" in entry]:
        for entry in branches:
            yield str(entry["if"]["properties"]["type"]["const"]), _referred(document, entry["then"]["$ref"])
    else:
        for entry in node.get("anyOf", ()):
            yield from _forms(document, entry)
    if "properties" in node and "allOf" not in node:
        yield "", node


def _referred(document: Schema, reference: str) -> Schema:
    found: Schema = document["$defs"][reference.rpartition("/")[2]]
    return found


def _type(document: Schema, node: Schema) -> str:
    if "$ref" in node:
        return _type(document, _referred(document, node["$ref"]))
    if "anyOf" in node:
        names = [_type(document, entry) for entry in node["anyOf"] if entry.get("type") != "null"]
        return " or ".join(dict.fromkeys(names))
    given = node.get("type", "object" if "properties" in node else "text" if "enum" in node else "any value")
    kinds = [kind for kind in ([given] if isinstance(given, str) else given) if kind != "null"]
    text = " or ".join(_TYPES.get(kind, kind) for kind in kinds)
    return f"{text} of {_type(document, node['items'])}" if "items" in node else text


def _description(node: Mapping[str, Any]) -> str:
    return str(node.get("description", "")).replace("`", "")


def _accepted(node: Mapping[str, Any]) -> str:
    if "enum" in node:
        return f"One of {', '.join(str(value) for value in node['enum'])}."
    advice = str(node.get("patternErrorMessage", ""))
    return f"{advice[:1].upper()}{advice[1:]}." if advice else ""


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
