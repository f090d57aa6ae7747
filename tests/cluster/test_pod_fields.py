"""Placement is refused exactly where the API server refuses it."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from harness.cluster import ApiError
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

TYPES = Path(__file__).parents[2] / "constructs" / "semantic_router_observability" / "kubernetes" / "placement.json"
ROOTS = ("Toleration", "TopologySpreadConstraint", "Affinity")
SELECTOR = {"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]}
TERM = {"labelSelector": SELECTOR, "topologyKey": "kubernetes.io/hostname", "namespaces": ["a"]}
NODES = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}, {"key": "n", "operator": "Gt", "values": ["5"]}]}
GOOD: dict[str, Any] = {
    "tolerations": [
        {"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute", "tolerationSeconds": 5},
        {"operator": "Exists"},
        {"key": "example.com/a", "operator": "Exists", "effect": "NoSchedule"},
    ],
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "minDomains": 2, "labelSelector": SELECTOR},
        {"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "nodeAffinityPolicy": "Honor"},
    ],
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [NODES]},
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 5, "preference": NODES}],
        },
        "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [TERM]},
        "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": TERM}]},
    },
}
VALUES = (
    "",
    "a",
    "a b",
    "Exists",
    "In",
    "NoSchedule",
    0,
    1,
    101,
    -1,
    True,
    [],
    ["a"],
    {},
    {"a": "b"},
    "DoesNotExist",
    "ScheduleAnyway",
    "5",
)


def types_of(document: dict[str, Any]) -> dict[str, Any]:
    """Types of the fields and of all that they hold, as `placement.json` has them."""
    schemas = document["components"]["schemas"]
    kinds: dict[str, Any] = {}

    def take(name: str) -> None:
        short = name.rsplit(".", 1)[1]
        if short not in kinds:
            kinds[short] = {}
            fields = {field: form(node) for field, node in schemas[name]["properties"].items()}
            kinds[short] = {"required": schemas[name].get("required", []), "fields": fields}

    def form(node: dict[str, Any]) -> Any:
        for part in (*node.get("allOf", ()), node):
            if "$ref" in part:
                name = part["$ref"].rsplit("/", 1)[1]
                take(name)
                return f"#{name.rsplit('.', 1)[1]}"
        if node["type"] == "array":
            return [form(node["items"])]
        return "|".join(node["enum"]) if "enum" in node else "labels" if node["type"] == "object" else node["type"]

    for root in ROOTS:
        take(f"io.k8s.api.core.v1.{root}")
    return kinds


def test_the_types_are_those_of_the_api_server(lab: Lab) -> None:
    assert json.loads(TYPES.read_text(encoding="utf-8")) == types_of(lab.cluster.request("GET", "openapi/v3/api/v1"))


def changed(generator: random.Random) -> dict[str, Any]:
    """Change one thing, somewhere."""
    spec = {key: copy.deepcopy(GOOD[key]) for key in generator.sample(list(GOOD), 1)}
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            places.append((value, key))
            walk(item)

    walk(next(iter(spec.values())))
    holder, key = generator.choice(places)
    match generator.randrange(4):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder["unknown" if generator.random() < 0.3 else generator.choice(["value", "values", "operator", "weight"])] = (
                generator.choice(VALUES)
            )
        case _:
            holder[key] = generator.choice(VALUES)
    return spec


def accepts(lab: Lab, namespace: str, spec: dict[str, Any]) -> str:
    """Ask the API server; the refusal, or nothing."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "namespace": namespace},
        "spec": {
            **spec,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {"name": "a", "image": "a:1", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
            ],
        },
    }
    try:
        lab.cluster.request("POST", f"api/v1/namespaces/{namespace}/pods?dryRun=All&fieldValidation=Strict", pod)
    except ApiError as error:
        return str(error)
    return ""


def refused(spec: dict[str, Any]) -> str:
    """Ask the library; the refusal, or nothing."""
    names = {"topologySpreadConstraints": "topology_spread_constraints"}
    try:
        sro.Placement(**{names.get(key, key): value for key, value in spec.items()})
    except ConfigError as error:
        return str(error)
    return ""


def test_the_api_server_agrees_on_what_is_right_and_on_hundreds_of_mistakes(lab: Lab, namespace: str) -> None:
    assert (refused(GOOD), accepts(lab, namespace, GOOD)) == ("", "")
    generator = random.Random(12)
    verdicts = {True: 0, False: 0}
    differences = []
    for _ in range(800):
        spec = changed(generator)
        ours, theirs = refused(spec), accepts(lab, namespace, spec)
        verdicts[bool(ours)] += 1
        if bool(ours) != bool(theirs):
            differences.append((spec, ours, theirs))
    assert differences == [], "\n".join(map(str, differences))
    assert min(verdicts.values()) > 30
