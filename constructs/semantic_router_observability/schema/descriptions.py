"""Descriptions and defaults of the keys, from docstrings and signatures."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.addon.construct import AddOn
from semantic_router_observability.alertmanager.stack import AlertmanagerStack
from semantic_router_observability.backup.construct import Backup
from semantic_router_observability.cluster_metrics.kube_state_metrics import KubeStateMetrics
from semantic_router_observability.grafana.access.construct import GrafanaAccess
from semantic_router_observability.grafana.stack import GrafanaStack
from semantic_router_observability.login.oauth2_proxy import OAuth2Proxy
from semantic_router_observability.logs.store import LogStore
from semantic_router_observability.probes.construct import Probes
from semantic_router_observability.prometheus.stack import PrometheusStack
from semantic_router_observability.tracing.gateway import TraceGateway
from semantic_router_observability.tracing.store import TraceStore

if TYPE_CHECKING:
    from collections.abc import Collection

_CONSTRUCTS = {
    "AddOnSettings": (AddOn, "semantic-router"),
    "PrometheusSettings": (PrometheusStack, "prometheus"),
    "GrafanaSettings": (GrafanaStack, "grafana"),
    "AlertmanagerSettings": (AlertmanagerStack, "alertmanager"),
    "BackupSettings": (Backup, "backup"),
    "GrafanaAccessSettings": (GrafanaAccess, "grafana-access"),
    "OAuth2ProxyLogin": (OAuth2Proxy, "<stack>-login"),
    "TraceSettings": (TraceGateway, "trace-gateway"),
    "ProbeSettings": (Probes, "probes"),
    "TraceStoreSettings": (TraceStore, "trace-store"),
    "LogSettings": (LogStore, "log-store"),
    "KubeStateMetricsSettings": (KubeStateMetrics, "kube-state-metrics"),
}
"""Whose arguments the settings are, and the id `main.py` gives it."""

_RENAMED = {"targets": "routers"}
"""Arguments that are called otherwise in the settings."""


def describe(schema: dict[str, Any]) -> None:
    """Give every type and key its description, and every key of a construct its default where that is a plain value."""
    keys = {key for node in schema["$defs"].values() for key in node.get("properties", {})}
    for name, node in schema["$defs"].items():
        construct, stack = _CONSTRUCTS.get(name, (None, ""))
        documented = inspect.getdoc(construct) if construct else node.get("description", "")
        summary, fields = split_docstring(documented or "")
        # Where the settings say more than the arguments of the construct do.
        fields |= split_docstring(node.get("description", ""))[1]
        node["description"] = summary
        for field, text in fields.items():
            if described := node.get("properties", {}).get(_camel(field)):
                described["description"] = _in_yaml(text.replace("<id>", stack) if stack else text, keys)
        if construct:
            _add_defaults(node["properties"], construct)
        for key, described in node.get("properties", {}).items():
            if key not in node["required"] and "default" not in described["description"].lower():
                described["description"] += f" Default {_in_words(key, described)}."


def _add_defaults(properties: dict[str, Any], construct: type) -> None:
    for parameter in inspect.signature(vars(construct)["__init__"]).parameters.values():
        node = properties.get(_camel(parameter.name))
        if node is None or parameter.default in (None, inspect.Parameter.empty):
            continue
        node["default"] = json.loads(msgspec.json.encode(parameter.default))


def _in_words(key: str, node: dict[str, Any]) -> str:
    if "default" not in node:
        raise SystemExit(f"{key}: neither its docstring nor its signature states a default")
    text = json.dumps(node["default"])
    return {"null": "none", "[]": "none", "{}": "none", '""': "empty"}.get(text, f"`{text.strip(chr(34))}`")


def split_docstring(docstring: str) -> tuple[str, dict[str, str]]:
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

    def camel_case(match: re.Match[str]) -> str:
        key = _camel(_RENAMED.get(match[1], match[1]))
        return f"`{key}`" if key in keys else match[0]

    return re.sub(r"`([a-z]+(?:_[a-z]+)*)`", camel_case, text)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
