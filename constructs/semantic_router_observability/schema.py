"""The JSON Schema of `observability.yaml`: `python -m semantic_router_observability.schema` writes it to standard output.

Editors complete and check the settings with it. Types come from `settings.py`; descriptions and defaults from the docstrings and signatures
of what the settings configure, so that each is written once.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from .alertmanager.stack import AlertmanagerStack
from .grafana.stack import GrafanaStack
from .login.oauth2_proxy import OAuth2Proxy
from .prometheus.stack import PrometheusStack
from .settings_file import schema as bare_schema

if TYPE_CHECKING:
    from collections.abc import Collection

_CONSTRUCTS = {
    "PrometheusSettings": (PrometheusStack, "prometheus"),
    "GrafanaSettings": (GrafanaStack, "grafana"),
    "AlertmanagerSettings": (AlertmanagerStack, "alertmanager"),
    "OAuth2ProxyLogin": (OAuth2Proxy, "<stack>-login"),
}
"""Whose arguments the settings are, and the id `main.py` gives it."""

_RENAMED = {"targets": "routers"}
"""Arguments that are called otherwise in the settings."""


def settings_schema() -> dict[str, Any]:
    """Schema with a description for every key, and the default where it is a plain value."""
    schema = bare_schema()
    keys = {key for node in schema["$defs"].values() for key in node.get("properties", {})}
    for name, node in schema["$defs"].items():
        construct, stack = _CONSTRUCTS.get(name, (None, ""))
        documented = inspect.getdoc(construct) if construct else node.get("description", "")
        summary, fields = _split(documented or "")
        node["description"] = summary
        for field, text in fields.items():
            if spelled := node.get("properties", {}).get(_camel(field)):
                spelled["description"] = _in_yaml(text.replace("<id>", stack) if stack else text, keys)
        if construct:
            _add_defaults(node["properties"], construct)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "observability.yaml", **schema}


def render() -> str:
    """Text of the schema file."""
    return json.dumps(settings_schema(), indent=2, ensure_ascii=True) + "\n"


def _add_defaults(properties: dict[str, Any], construct: type) -> None:
    for parameter in inspect.signature(vars(construct)["__init__"]).parameters.values():
        node = properties.get(_camel(parameter.name))
        if node is None or parameter.default in (None, inspect.Parameter.empty):
            continue
        node["default"] = msgspec.to_builtins(parameter.default)


def _split(docstring: str) -> tuple[str, dict[str, str]]:
    """First paragraph, and the entries under `Args:` or `Attributes:`."""
    text = inspect.cleandoc(docstring)
    summary = " ".join(text.split("\n\n", 1)[0].split())
    section = re.search(r"^(?:Args|Attributes):\n((?:[ ]+.*\n?|\n)*)", text, re.MULTILINE)
    entries: dict[str, str] = {}
    if section:
        body = inspect.cleandoc("\n" + section[1])
        for entry in re.split(r"\n(?=\w+: )", body):
            name, _, description = entry.partition(": ")
            entries[name.strip()] = " ".join(description.split())
    return summary, entries


def _in_yaml(text: str, keys: Collection[str]) -> str:
    """Turn Python's argument names between backquotes into the keys of the YAML file; other names stay."""

    def spelled(match: re.Match[str]) -> str:
        key = _camel(_RENAMED.get(match[1], match[1]))
        return f"`{key}`" if key in keys else match[0]

    return re.sub(r"`([a-z]+(?:_[a-z]+)*)`", spelled, text)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


if __name__ == "__main__":
    import sys

    sys.stdout.write(render())
