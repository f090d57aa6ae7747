"""Types of volume sources, as the schemas of Kubernetes 1.34 have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kubernetes_validate

ROOTS = (
    "ConfigMapVolumeSource",
    "CSIVolumeSource",
    "DownwardAPIVolumeSource",
    "EmptyDirVolumeSource",
    "EphemeralVolumeSource",
    "PersistentVolumeClaimVolumeSource",
    "ProjectedVolumeSource",
    "SecretVolumeSource",
)
NOT_TAKEN = {"ObjectMeta": "object", "Quantity": "quantity"}
"""Types that are not looked into, and what stands for them."""

SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / "v1.34.0-local-strict" / "_definitions.json"


def types_of_volumes() -> dict[str, Any]:
    """Kinds with their required fields and the types of all, in the form of `placement.json`."""
    document = json.loads(SCHEMAS.read_text(encoding="utf-8"))
    schemas = document.get("$defs") or document["definitions"]
    kinds: dict[str, Any] = {}

    def take(name: str) -> None:
        short = name.rsplit(".", 1)[1]
        if short not in kinds:
            kinds[short] = {}
            fields = {field: form(node, field) for field, node in schemas[name]["properties"].items()}
            kinds[short] = {"required": schemas[name].get("required", []), "fields": fields}

    def form(node: dict[str, Any], field: str = "") -> Any:
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            short = name.rsplit(".", 1)[1]
            if short not in NOT_TAKEN:
                take(name)
            return NOT_TAKEN.get(short, f"#{short}")
        kind = node["type"] if isinstance(node["type"], str) else next(kind for kind in node["type"] if kind != "null")
        if kind == "array":
            return [form(node["items"])]
        return ("labels" if field == "matchLabels" else "object") if kind == "object" else kind

    for root in ROOTS:
        take(f"io.k8s.api.core.v1.{root}")
    return kinds
