"""The shape in which editors complete and check best.

msgspec writes a union as `anyOf`. The YAML language server then guesses a form from the keys that are there: it completes and checks those
of the nearest guess alone. Here a union is an object whose `type` names every form, and the form that `type` names adds its keys.
"""

from __future__ import annotations

from typing import Any

_NULL = {"type": "null"}


def offer_all_forms(schema: dict[str, Any]) -> None:
    """Rewrite all unions, drop defaults that a completion had better not write, and accept sections and keys of sections that are empty."""
    kinds: dict[str, Any] = schema["$defs"]
    for kind in kinds.values():
        _name_form(kind)
    for kind in kinds.values():
        kind["properties"] = {key: _shaped(node, kinds) for key, node in kind["properties"].items()}
    top = kinds["Settings"]["properties"]
    for key, node in top.items():
        match node:
            case {"$ref": reference} | {"anyOf": [{"$ref": reference}, _]}:
                section = kinds[reference.rsplit("/", 1)[1]]
                section |= {"title": key, "type": ["object", "null"]}
                inner = section["properties"]
                inner |= {name: _or_nothing(value) for name, value in inner.items() if name not in section["required"]}
                top[key] = {name: value for name, value in node.items() if name != "anyOf"} | {"$ref": reference}
            case _:
                top[key] = _or_nothing(node)


def _name_form(kind: dict[str, Any]) -> None:
    match kind["properties"].get("type"):
        case {"enum": [tag]}:
            kind["title"] = tag
            # A union asks for it; where no other form exists, it may be missing.
            kind["required"] = [key for key in kind["required"] if key != "type"]
            kind["properties"]["type"] = {"const": tag, "description": kind["description"]}


def _shaped(node: Any, kinds: dict[str, Any]) -> Any:
    """Rewrite the node and what is in it."""
    if not isinstance(node, dict):
        return node
    shaped = dict(node)
    if not isinstance(shaped.get("default"), str | int | float | list) or shaped["default"] == []:
        # Nothing, an empty list and a whole object are what a missing key means; completion would write them out.
        shaped.pop("default", None)
    for inner in ("items", "additionalProperties"):
        if inner in shaped:
            shaped[inner] = _shaped(shaped[inner], kinds)
    if "discriminator" in shaped:
        return _union(shaped, kinds)
    if "anyOf" in shaped:
        return _alternatives(shaped, kinds)
    return shaped


def _union(node: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    """Replace the alternatives by a `type` with all forms, each of which adds its keys."""
    mapping: dict[str, str] = node.pop("discriminator")["mapping"]
    optional = _NULL in node.pop("anyOf")
    forms = {tag: kinds[reference.rsplit("/", 1)[1]] for tag, reference in mapping.items()}
    chosen = {
        "description": f"Chooses the form: {', '.join(f'`{tag}`' for tag in forms)}.",
        "enum": list(forms),
        "markdownEnumDescriptions": [form["description"] for form in forms.values()],
    }
    return {
        **node,
        "type": ["object", "null"] if optional else "object",
        "properties": {"type": chosen},
        "allOf": [
            # Of all that describes a value, editors show what comes first.
            *({"description": node["description"]} for _ in range("description" in node)),
            {"required": ["type"]},
            *(
                {"if": {"type": "object", "properties": {"type": {"const": tag}}, "required": ["type"]}, "then": {"$ref": reference}}
                for tag, reference in mapping.items()
            ),
        ],
    }


def _alternatives(node: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    """Merge what may be nothing into its type; alternatives of other kinds stay."""
    others = [_shaped(choice, kinds) for choice in node.pop("anyOf") if choice != _NULL]
    match others:
        case [only]:
            return _or_nothing({**only, **node})
    return {**node, "anyOf": others}


def _or_nothing(node: dict[str, Any]) -> dict[str, Any]:
    """Accept the value, and nothing."""
    match node:
        case {"type": "null"} | {"anyOf": [*_, {"type": "null"}]}:
            return node
        case {"type": str(kind)}:
            return {**node, "type": [kind, "null"]}
        case {"$ref": reference}:
            rest = {key: value for key, value in node.items() if key != "$ref"}
            return {**rest, "anyOf": [{"$ref": reference}, _NULL]}
        case {"anyOf": [*choices]}:
            return {**node, "anyOf": [*choices, _NULL]}
        case {"enum": values}:
            rest = {key: value for key, value in node.items() if key != "enum"}
            return {**rest, "anyOf": [{"enum": values}, _NULL]}
    return node
