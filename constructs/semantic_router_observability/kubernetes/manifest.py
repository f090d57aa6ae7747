"""`Manifest`: one Kubernetes object, written the way its YAML reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from cdk8s import ApiObject, ApiObjectMetadata, Chart, JsonPatch

from semantic_router_observability.checks import dns_subdomain
from semantic_router_observability.errors import ConfigError, Raw

from .budget import OBJECT_BUDGET, size_in_annotation
from .delivery import INSTANCE, delivery_annotations, installation

if TYPE_CHECKING:
    from constructs import Construct, IConstruct

CLUSTER_SCOPED = frozenset({"ClusterRole", "ClusterRoleBinding"})
"""Kinds this library may emit outside any namespace, and only when asked to."""

_EXACT_INTEGER = 2**53
_BREAKS_YAML = ("\u0085", "\u2028", "\u2029")

_charts: WeakKeyDictionary[IConstruct, tuple[str, str]] = WeakKeyDictionary()
_taken: WeakKeyDictionary[IConstruct, set[tuple[str, str | None, str]]] = WeakKeyDictionary()
_roots: WeakKeyDictionary[IConstruct, IConstruct] = WeakKeyDictionary()


class Manifest(ApiObject):
    """A Kubernetes object with its fields as plain camelCase mappings.

    Fields go in as JSON patches, so nothing filters them: a user's later `add_json_patch` is applied last and kept as written,
    whatever Kubernetes version its fields belong to. They appear in the YAML in the order given here.

    Usage:
        Manifest(self, "config", api_version="v1", kind="ConfigMap", name="prometheus-config", labels={...}, data={...})

    Raises:
        ConfigError: another Manifest of this app has the same kind, namespace and name, or `data` is over the byte budget.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api_version: str,
        kind: str,
        name: str,
        labels: Mapping[str, str],
        namespace: str | None = None,
        annotations: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        home = None if kind in CLUSTER_SCOPED else namespace or namespace_of(scope)
        _claim_name(scope, kind, home, dns_subdomain(f"{kind} name", name))
        _check_budget(f"{kind} {name}", fields)
        super().__init__(
            scope,
            id,
            api_version=api_version,
            kind=kind,
            metadata=ApiObjectMetadata(
                name=name,
                namespace=namespace,
                labels={**labels, INSTANCE: _installation_of(scope)} if INSTANCE in labels else dict(labels),
                annotations={**delivery_annotations(kind, fields), **(annotations or {})},
            ),
        )
        patches = [JsonPatch.add(f"/{field}", plain(value, field)) for field, value in fields.items() if value is not None]
        if kind in CLUSTER_SCOPED:
            patches.insert(0, JsonPatch.remove("/metadata/namespace"))
        self.add_json_patch(*patches)


def namespace_of(scope: Construct) -> str:
    """Namespace of the chart around `scope`.

    Raises:
        ConfigError: the chart has none. RoleBindings, discovery and URLs need it in writing, so it cannot be left to `kubectl -n`.

    """
    return _chart_of(scope)[1]


def _installation_of(scope: Construct) -> str:
    return installation(*_chart_of(scope))


def _chart_of(scope: Construct) -> tuple[str, str]:
    """Id and namespace of the chart around `scope`."""
    # Cached, as are the roots below: each answer costs round trips to Node.js, and neither can change.
    if scope not in _charts:
        chart = Chart.of(scope)
        name, namespace = chart.node.id, chart.namespace
        if not namespace:
            raise ConfigError(f"Chart {name}: namespace", namespace, 'pass it, such as Chart(app, "observability", namespace="monitoring")')
        _charts[scope] = (name, namespace)
    return _charts[scope]


def plain(value: Any, path: str = "") -> Any:
    """Reduce to what JSON and YAML can carry exactly; None values of mappings are left out.

    Raises:
        ConfigError: something that is no mapping, sequence, string, number or boolean (cdk8s itself would fail far from here), a number
            that JSON cannot carry exactly, or a line separator that YAML parsers disagree on.

    """
    match value:
        case bool() | None:
            return value
        case float():
            if not math.isfinite(value):
                raise ConfigError(path, value, "JSON has no such number; write it as a string")
            return value
        case int():
            if abs(value) > _EXACT_INTEGER:
                raise ConfigError(path, value, "does not survive as a JSON number; write it as a string")
            return value
        case str():
            if any(mark in value for mark in _BREAKS_YAML):
                raise ConfigError(path, Raw("text"), "holds U+0085, U+2028 or U+2029, which YAML parsers break on; remove it")
            return value
        case Mapping():
            return {str(key): plain(item, f"{path}.{key}") for key, item in value.items() if item is not None}
        case Sequence():
            return [plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
        case _:
            raise ConfigError(path, value, f"is a {type(value).__name__}; write mappings, lists, text, numbers, true or false")


def _claim_name(scope: Construct, kind: str, namespace: str | None, name: str) -> None:
    if scope not in _roots:
        _roots[scope] = scope.node.root
    taken = _taken.setdefault(_roots[scope], set())
    if (kind, namespace, name) in taken:
        where = f"{namespace}/" if namespace else ""
        raise ConfigError(f"{kind} name", f"{where}{name}", "another object of this app has it; give one of the two constructs another id")
    taken.add((kind, namespace, name))


def _check_budget(where: str, fields: Mapping[str, Any]) -> None:
    size = sum(size_in_annotation(text) for text in (fields.get("data") or {}).values() if isinstance(text, str))
    if size > OBJECT_BUDGET:
        raise ConfigError(
            f"{where}: size", f"{size} bytes", f"keep it under {OBJECT_BUDGET} bytes, or kubectl apply refuses the object; split it up"
        )
