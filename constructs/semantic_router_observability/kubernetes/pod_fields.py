"""Fields of a pod spec that users write in native syntax: refused here if the API server would refuse them.

`placement.json` holds the types of placement, as the pinned API server publishes them, and `volumes.json` those of volume sources, as the schemas of
its release have them; what the API server checks beyond types is stated below. Pure.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import dns_label, kubernetes_labels, listed
from semantic_router_observability.errors import ConfigError, Key, Where, at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HIGHEST_WEIGHT = 100
_NEED_VALUES = {"In", "NotIn"}
_COMPARE = {"Gt", "Lt"}
_HIGHEST_MODE = 0o777
_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
    "quantity": ((str, int, float), "a quantity, such as 1Gi"),
    "labels": (dict, "a mapping of names to texts"),
    "object": (dict, "a mapping"),
}


def check_pod_field(where: Where, kind: str, value: Any) -> None:
    """Check a value of a kind such as `Toleration`, and all in it.

    Raises:
        ConfigError: the API server would refuse it.

    """
    known = _kinds()[kind]
    if not isinstance(value, dict):
        raise ConfigError(where, value, "write a mapping")
    for field in value:
        if field not in known["fields"]:
            near = difflib.get_close_matches(str(field), known["fields"], n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError(where, field, f"unknown key; {hint}accepted: {', '.join(sorted(known['fields']))}")
    # In a toleration, an empty text stands for a text that is not given.
    nothing = [None, ""] if kind == "Toleration" else [None]
    given = {field: item for field, item in value.items() if item not in nothing or (item == "" and known["fields"][field] == "integer")}
    for field, item in given.items():
        _check_form(at(where, Key(field)), known["fields"][field], item)
    _check_required(where, kind, given)
    if rule := _RULES.get(kind):
        rule(where, given)


def _check_required(where: Where, kind: str, given: Mapping[str, Any]) -> None:
    known = _kinds()[kind]
    for field in _ALSO_REQUIRED.get(kind, ()):
        if not given.get(field):
            raise ConfigError(at(where, Key(field)), given.get(field), "add it")
    for field in known["required"]:
        if str(known["fields"][field]).startswith("#"):
            check_pod_field(at(where, Key(field)), known["fields"][field][1:], given.get(field, {}))
        elif given.get(field) in (None, "", [], 0):
            raise ConfigError(at(where, Key(field)), given.get(field), "add it")


def check_spread(where: Where, constraints: Sequence[Mapping[str, Any]]) -> None:
    """Check `topologySpreadConstraints`; one key and action stands for one constraint.

    Raises:
        ConfigError: the API server would refuse them.

    """
    listed(where, constraints)
    seen: set[tuple[str, str]] = set()
    for index, constraint in enumerate(constraints):
        check_pod_field(at(where, index), "TopologySpreadConstraint", constraint)
        pair = (constraint["topologyKey"], constraint["whenUnsatisfiable"])
        if pair in seen:
            raise ConfigError(
                at(where, index, Key("topologyKey")), pair[0], f"another constraint spreads over it with {pair[1]}; remove one"
            )
        seen.add(pair)


@cache
def _kinds() -> Any:
    files = (Path(__file__).parent / name for name in ("volumes.json", "placement.json"))
    return {kind: known for file in files for kind, known in json.loads(file.read_text(encoding="utf-8")).items()}


def _check_form(where: Where, form: Any, value: Any) -> None:
    if isinstance(form, list):
        if not isinstance(value, list | tuple):
            raise ConfigError(where, value, "write a list")
        for index, item in enumerate(value):
            _check_form(at(where, index), form[0], item)
    elif form.startswith("#"):
        check_pod_field(where, form[1:], value)
    elif form in _TYPES:
        kind, words = _TYPES[form]
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
            raise ConfigError(where, value, f"write {words}")
        if isinstance(value, dict) and form == "labels":
            _check_texts(where, value)
    elif value not in form.split("|"):
        raise ConfigError(where, value, f"write one of {form.replace('|', ', ')}")


def _check_texts(where: Where, labels: Mapping[str, Any]) -> None:
    for key, text in labels.items():
        if not isinstance(text, str):
            raise ConfigError(at(where, Key(key)), text, "write text; in quotes it is text")
    kubernetes_labels(where, labels)


def _toleration(where: Where, value: Mapping[str, Any]) -> None:
    key, operator = value.get("key", ""), value.get("operator", "Equal")
    if key:
        kubernetes_labels(at(where, Key("key")), {key: ""})
    elif operator != "Exists":
        raise ConfigError(at(where, Key("key")), key or None, "add it, or write operator Exists for every taint")
    if operator == "Exists" and value.get("value"):
        raise ConfigError(at(where, Key("value")), value["value"], "remove it: operator Exists takes any value")
    kubernetes_labels(at(where, Key("value")), {"value": value.get("value", "")})
    if "tolerationSeconds" in value and value.get("effect") != "NoExecute":
        raise ConfigError(
            at(where, Key("tolerationSeconds")), value["tolerationSeconds"], "only effect NoExecute has it; write that, or remove it"
        )


def _requirement(where: Where, value: Mapping[str, Any]) -> None:
    operator, values = value["operator"], value.get("values") or []
    kubernetes_labels(at(where, Key("key")), {value["key"]: ""})
    if operator in _NEED_VALUES and not values:
        raise ConfigError(at(where, Key("values")), values, f"operator {operator} needs at least one")
    if operator in _COMPARE and len(values) != 1:
        raise ConfigError(at(where, Key("values")), values, f"operator {operator} needs exactly one")
    if operator not in _NEED_VALUES | _COMPARE and values:
        raise ConfigError(at(where, Key("values")), values, f"remove them: operator {operator} has none")
    for text in values:
        kubernetes_labels(at(where, Key("values")), {"value": text})


def _pod_term(where: Where, value: Mapping[str, Any]) -> None:
    kubernetes_labels(at(where, Key("topologyKey")), {value["topologyKey"]: ""})
    for index, namespace in enumerate(value.get("namespaces") or ()):
        dns_label(at(where, Key("namespaces"), index), namespace)


def _weighted(where: Where, value: Mapping[str, Any]) -> None:
    if not 1 <= value["weight"] <= _HIGHEST_WEIGHT:
        raise ConfigError(at(where, Key("weight")), value["weight"], f"write 1 to {_HIGHEST_WEIGHT}")


def _spread(where: Where, value: Mapping[str, Any]) -> None:
    for field in ("maxSkew", "minDomains"):
        if value.get(field, 1) < 1:
            raise ConfigError(at(where, Key(field)), value[field], "write 1 or more")
    if "minDomains" in value and value["whenUnsatisfiable"] != "DoNotSchedule":
        raise ConfigError(at(where, Key("minDomains")), value["minDomains"], "only DoNotSchedule has it; write that, or remove it")


def _mode(where: Where, value: Mapping[str, Any]) -> None:
    for field in ("defaultMode", "mode"):
        if not 0 <= value.get(field, 0) <= _HIGHEST_MODE:
            raise ConfigError(at(where, Key(field)), value[field], f"write 0 to {_HIGHEST_MODE}, which is 0777")


def _projection(where: Where, value: Mapping[str, Any]) -> None:
    if len(value) != 1:
        raise ConfigError(where, sorted(value), "give one source")


_RULES = {
    "Toleration": _toleration,
    "NodeSelectorRequirement": _requirement,
    "LabelSelectorRequirement": _requirement,
    "PreferredSchedulingTerm": _weighted,
    "WeightedPodAffinityTerm": _weighted,
    "PodAffinityTerm": _pod_term,
    "TopologySpreadConstraint": _spread,
    "ConfigMapVolumeSource": _mode,
    "SecretVolumeSource": _mode,
    "DownwardAPIVolumeSource": _mode,
    "DownwardAPIVolumeFile": _mode,
    "ProjectedVolumeSource": _mode,
    "KeyToPath": _mode,
    "VolumeProjection": _projection,
}
"""What the API server checks beyond types, by kind."""

_ALSO_REQUIRED: Mapping[str, Sequence[str]] = {
    "ConfigMapVolumeSource": ("name",),
    "ConfigMapProjection": ("name",),
    "EphemeralVolumeSource": ("volumeClaimTemplate",),
    "SecretProjection": ("name",),
    "SecretVolumeSource": ("secretName",),
}
"""Fields that the API server wants although their types leave them out."""
