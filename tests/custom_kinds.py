"""Kinds that others define, checked against their definitions: a field these do not name is a mistake."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema.validators import validator_for

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from manifests import Object

CRDS = Path(__file__).resolve().parents[1] / "imports" / "crds"


@cache
def schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """Strict schema of each kind, by API version and kind."""
    found = {}
    for file in CRDS.iterdir():
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]
        (version,) = spec["versions"]
        found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = strict(version["schema"]["openAPIV3Schema"])
    return found


def is_custom(manifest: Object) -> bool:
    """Whether its kind is one of these."""
    return (manifest["apiVersion"], manifest["kind"]) in schemas()


def validate(manifest: Object) -> None:
    """Refuse what the definition of its kind does not allow."""
    _validator(manifest["apiVersion"], manifest["kind"]).validate(manifest)


@cache
def _validator(api_version: str, kind: str) -> Validator:
    """Made once for each kind: `jsonschema.validate` checks the schema itself every time, which takes much longer than the manifest."""
    schema = schemas()[api_version, kind]
    return validator_for(schema)(schema)


PARTS = {"allOf", "anyOf", "oneOf", "not"}
"""Conditions on parts of a value, which do not name all of its fields."""


def strict(schema: Any) -> Any:
    """Schema that refuses fields which it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # OpenShift's definitions have conditions that say nothing, and null.
    stricter = {key: value if key in PARTS else strict(value) for key, value in schema.items() if value is not None}
    if isinstance(stricter.get("pattern"), str):
        # Go accepts a flag after the anchor or within a group, Python only at the start.
        flagged = "^(?i)" in stricter["pattern"] or "((?i)" in stricter["pattern"]
        stricter["pattern"] = ("(?i)" if flagged else "") + stricter["pattern"].replace("(?i)", "")
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        stricter.setdefault("additionalProperties", False)
    return stricter
