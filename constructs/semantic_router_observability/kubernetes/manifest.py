"""`Manifest`: one Kubernetes object, written the way its YAML reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partialmethod
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import jsii
from cdk8s import ApiObject, ApiObjectMetadata, Chart, JsonPatch
from constructs import IValidation
from msgspec import UNSET

from semantic_router_observability.checks import dns_subdomain
from semantic_router_observability.errors import ConfigError, Key, Place, Raw, Where, at, place

from .budget import OBJECT_BUDGET, size_in_annotation
from .delivery import INSTANCE, delivery_annotations, installation
from .patches import PATCHES, Patch

if TYPE_CHECKING:
    from cdk8s import App
    from constructs import Construct, IConstruct

CLUSTER_SCOPED = frozenset({"ClusterRole", "ClusterRoleBinding"})
"""Kinds this library may emit outside any namespace, and only when asked to."""

_EXACT_INTEGER = 2**53
_BREAKS_YAML = ("\u0085", "\u2028", "\u2029")

_charts: WeakKeyDictionary[IConstruct, tuple[str, str]] = WeakKeyDictionary()
_chart_around: WeakKeyDictionary[IConstruct, Chart] = WeakKeyDictionary()
_roots: WeakKeyDictionary[IConstruct, IConstruct] = WeakKeyDictionary()
_bodies: WeakKeyDictionary[IConstruct, _Bodies] = WeakKeyDictionary()


class Manifest(ApiObject):
    """A Kubernetes object with its fields as plain camelCase mappings.

    Nothing filters the fields: a user's later `add_json_patch` is applied last and kept as written, whatever Kubernetes version its
    fields belong to. They appear in the YAML in the order given here.

    The fields stay in Python, because sending them to Node.js and writing them there is half the cost of a synthesis. They are sent as JSON
    patches when Node.js needs them: before patches of users, and when cdk8s synthesizes. `objects_of` needs none of it.

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
        _check_budget(Place(f"{kind} {name}"), fields)
        bodies, key = _bodies_of(scope), (kind, home, dns_subdomain(Place(f"{kind} name"), name))
        bodies.check_free(key)
        self._fields = {field: plain(value, place(f"{kind} {name}", Key(field))) for field, value in fields.items() if value is not None}
        self._patches: list[JsonPatch] = []
        self._reasons: list[str] = []
        self.unsent = dict(self._fields)
        """Fields that Node.js does not have yet."""
        super().__init__(
            scope,
            id,
            api_version=api_version,
            kind=kind,
            metadata=ApiObjectMetadata(
                name=name,
                namespace=namespace,
                labels={**labels, **_installation_label(scope, kind, labels)},
                annotations={**delivery_annotations(kind, fields), **(annotations or {})},
            ),
        )
        bodies.manifests[key] = self
        if kind in CLUSTER_SCOPED:
            super().add_json_patch(JsonPatch.remove("/metadata/namespace"))

    def add_json_patch(self, *ops: JsonPatch) -> None:
        """Apply RFC 6902 operations to the finished object."""
        self.send_body()
        self._patches += ops
        super().add_json_patch(*ops)

    def patch(self, path: str, value: Any = UNSET, *, reason: str, op: Literal["replace", "add", "remove"] = "replace") -> None:
        """Change one field that no argument reaches; refused when it is not there, and listed by `sro explain patches`.

        Args:
            path: JSON pointer; items of lists by index or by their `name`, see `Patch`.
            value: The new value; none with `remove`.
            reason: Why, in one line.
            op: `replace` (default), `add` or `remove`.

        Raises:
            ConfigError: the field, or what it is added to, is not there; or a value cannot be written as YAML.

        """
        self.apply_patch(Patch(object=f"{self.kind}/{self.name}", path=path, value=value, reason=reason, op=op))

    def apply_patch(self, patch: Patch) -> None:
        """Apply a patch whose object this is; see `patch`."""
        head = {"apiVersion": self.api_version, "kind": self.kind, "metadata": self.metadata.to_json()}
        body: dict[str, Any] = {**head, **self._fields}
        pointer = patch.pointer(JsonPatch.apply(body, *self._patches) if self._patches else body)
        value = None if patch.op == "remove" else plain(patch.value, "value")
        self.add_json_patch(
            JsonPatch.remove(pointer) if patch.op == "remove" else getattr(JsonPatch, patch.op)(pointer, value),
        )
        self._reasons.append(patch.line)
        self.metadata.add_annotation(PATCHES, "\n".join(self._reasons))

    @property
    def fields(self) -> Mapping[str, Any]:
        """Fields as they were given or amended, without patches."""
        return self._fields

    def amend(self, **fields: Any) -> None:
        """Replace fields by what has become known since. Patches that were added before apply to the new content as they did to the old."""
        _check_budget(Place(f"{self.kind} {self.name}"), fields)
        content: dict[str, Any] = {field: plain(value, place(f"{self.kind} {self.name}", Key(field))) for field, value in fields.items()}
        self._fields |= content
        if self.unsent:
            self.unsent |= content
            return
        if self._patches:
            head = {"apiVersion": self.api_version, "kind": self.kind, "metadata": self.metadata.to_json()}
            content = JsonPatch.apply({**head, **self._fields}, *self._patches)
        super().add_json_patch(*(JsonPatch.add(f"/{field}", content[field]) for field in fields if field in content))

    def send_body(self) -> None:
        """Hand the fields to Node.js, once."""
        body, self.unsent = self.unsent, {}
        if body:
            super().add_json_patch(*(JsonPatch.add(f"/{field}", value) for field, value in body.items()))

    def _whole(self) -> Any:
        self.send_body()
        return super().to_json()

    # A function of this name would count as an override, and Node.js would call back for every object that it synthesizes.
    to_json = partialmethod(_whole)  # pyright: ignore[reportAssignmentType]


@jsii.implements(IValidation)
class _Bodies:
    """The manifests of one app, by kind, namespace and name. As a validation of the app it learns when cdk8s begins to synthesize."""

    def __init__(self) -> None:
        self.manifests: dict[tuple[str, str | None, str], Manifest] = {}
        self.held_back = False

    def check_free(self, key: tuple[str, str | None, str]) -> None:
        """Refuse a name that another manifest has."""
        if key in self.manifests:
            kind, namespace, name = key
            where = f"{namespace}/" if namespace else ""
            raise ConfigError(
                Place(f"{kind} name"), f"{where}{name}", "another object of this app has it; give one of the two constructs another id"
            )

    def validate(self) -> list[str]:
        """Send all bodies."""
        if not self.held_back:
            for manifest in self.manifests.values():
                manifest.send_body()
        return []


def objects_of(app: App) -> list[dict[str, Any]]:
    """All objects of the app, equal to those that `app.synth()` writes, in its order, without sending bodies to Node.js and back."""
    bodies = _bodies_of(app)
    bodies.held_back = True
    try:
        objects = [found for chart in app.charts for found in chart.to_json()]
    finally:
        bodies.held_back = False
    waiting = {key: manifest for key, manifest in bodies.manifests.items() if manifest.unsent}
    for found in objects:
        key = (found["kind"], found["metadata"].get("namespace"), found["metadata"]["name"])
        if key in waiting and len(found) == len(("apiVersion", "kind", "metadata")):
            found.update(waiting.pop(key).unsent)
    # A body whose object was renamed by a user is not found by its name; Node.js knows where it belongs.
    return [found for chart in app.charts for found in chart.to_json()] if waiting else objects


def find(scope: Construct, namespace: str, name: str, *kinds: str) -> ApiObject | None:
    """Object of the app around `scope` that is of one of the kinds, the user's own included; None where the app has none."""
    bodies = _bodies_of(scope)
    for kind in kinds:
        if made := bodies.manifests.get((kind, namespace, name)):
            return made
    for construct in root_of(scope).node.find_all():
        if (
            isinstance(construct, ApiObject)
            and construct.kind in kinds
            and construct.name == name
            and construct.metadata.namespace == namespace
        ):
            return construct
    return None


def manifests_in(scope: IConstruct) -> list[Manifest]:
    """All objects in a chart or a construct, in the order in which they were made."""
    return [found for found in scope.node.find_all() if isinstance(found, Manifest)]


def namespace_of(scope: Construct) -> str:
    """Namespace of the chart around `scope`.

    Raises:
        ConfigError: the chart has none. RoleBindings, discovery and URLs need it in writing, so it cannot be left to `kubectl -n`.

    """
    return _chart_of(scope)[1]


def _installation_label(scope: Construct, kind: str, labels: Mapping[str, str]) -> dict[str, str]:
    """The installation's name in place of the component's."""
    # The controller of a StatefulSet writes the labels of its selector to the claims of its pods; and no pruning takes a claim.
    return {INSTANCE: installation(*_chart_of(scope))} if INSTANCE in labels and kind != "PersistentVolumeClaim" else {}


def chart_of(scope: IConstruct) -> Chart:
    """Chart around `scope`."""
    if scope not in _chart_around:
        _chart_around[scope] = Chart.of(scope)
    return _chart_around[scope]


def _chart_of(scope: Construct) -> tuple[str, str]:
    """Id and namespace of the chart around `scope`."""
    # Cached, as are the roots below: each answer costs round trips to Node.js, and neither can change.
    if scope not in _charts:
        chart = chart_of(scope)
        _charts[scope] = _charts[chart] if chart in _charts else _read_chart(chart)
        _charts[chart] = _charts[scope]
    return _charts[scope]


def _read_chart(chart: Chart) -> tuple[str, str]:
    name, namespace = chart.node.id, chart.namespace
    if not namespace:
        raise ConfigError(
            place(f"Chart {name}", "namespace"), namespace, 'pass it, such as Chart(app, "observability", namespace="monitoring")'
        )
    return name, namespace


def plain(value: Any, path: Where = ()) -> Any:
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
            return {str(key): plain(item, at(path, Key(key))) for key, item in value.items() if item is not None}
        case Sequence():
            return [plain(item, at(path, index)) for index, item in enumerate(value)]
        case _:
            raise ConfigError(path, value, f"is a {type(value).__name__}; write mappings, lists, text, numbers, true or false")


def root_of(scope: IConstruct) -> IConstruct:
    """App around `scope`."""
    if scope not in _roots:
        _roots[scope] = scope.node.root
    return _roots[scope]


def _bodies_of(scope: IConstruct) -> _Bodies:
    root = root_of(scope)
    if root not in _bodies:
        _bodies[root] = _Bodies()
        root.node.add_validation(_bodies[root])
    return _bodies[root]


def _check_budget(where: Where, fields: Mapping[str, Any]) -> None:
    size = sum(size_in_annotation(text) for text in (fields.get("data") or {}).values() if isinstance(text, str))
    if size > OBJECT_BUDGET:
        raise ConfigError(
            at(where, "size"), f"{size} bytes", f"keep it under {OBJECT_BUDGET} bytes, or kubectl apply refuses the object; split it up"
        )
