"""What Prometheus may read: exactly what discovery needs, exactly where it discovers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.manifest import Manifest
from semantic_router_observability.router.target import ALL_NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from .kubernetes_sd import Discovery

RULES: Sequence[Mapping[str, Any]] = (
    {"apiGroups": [""], "resources": ["services", "pods"], "verbs": ["list", "watch"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
)
"""Discovery by endpoint slices reads the slices, and the Services and pods behind them for their labels. It lists (a streaming API
server makes that part of the watch) and watches, and never gets a single object."""

KUBELET_RULES: Sequence[Mapping[str, Any]] = ({"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},)
"""What a kubelet asks the API server for before it shows its metrics; it allows nothing else of a kubelet."""

CLUSTER_RULES: Sequence[Mapping[str, Any]] = (
    {"apiGroups": [""], "resources": ["nodes", "services", "pods"], "verbs": ["list", "watch"]},
    RULES[1],
)
"""The same in every namespace, and nodes to discover; never nodes/proxy, which amounts to running commands in any pod."""


def grant(
    scope: Construct,
    id: str,
    *,
    namespaces: Sequence[str],
    further: Sequence[Discovery] = (),
    own_namespace: str,
    account: Mapping[str, str],
    labels: Mapping[str, str],
    read: Sequence[Mapping[str, Any]] = RULES,
    kubelets: bool = False,
    made: Sequence[Manifest] = (),
) -> list[Manifest]:
    """Make the Roles and their bindings for `account` in each namespace, or the cluster-wide pair when `*` is asked for.

    `further` are what raw jobs discover, each kind granted where it is. `read` is what discovery in a namespace reads.
    With `kubelets`, the ClusterRole also has what kubelets ask for.
    Objects outside the own namespace are named after it too: two stacks may scrape one namespace. `made` are those of an earlier call: they
    stay, and their rules are replaced.
    """
    pair = partial(_pair, scope, {role.node.id: (role, binding) for role, binding in zip(made[::2], made[1::2], strict=True)})
    if ALL_NAMESPACES in namespaces:
        name = f"{id}-{own_namespace}"
        rules = [*_with(CLUSTER_RULES, further), *(KUBELET_RULES if kubelets else ())]
        return [*pair("cluster", "ClusterRole", None, name, rules, account, labels)]
    objects: list[Manifest] = []
    for namespace in namespaces:
        name = id if namespace == own_namespace else f"{id}-{own_namespace}"
        rules = _with(read, [found for found in further if namespace in found.namespaces])
        objects += pair(f"in-{namespace}", "Role", namespace, name, rules, account, labels)
    return objects


def _with(rules: Sequence[Mapping[str, Any]], further: Sequence[Discovery]) -> list[Mapping[str, Any]]:
    """The rules, and one for each API group of which more is read."""
    granted = {(group, resource) for rule in rules for group in rule["apiGroups"] for resource in rule["resources"]}
    missing: dict[str, dict[str, None]] = {}
    for group, resource in (kind for found in further for kind in found.kinds if kind not in granted):
        missing.setdefault(group, {})[resource] = None
    return [*rules, *({"apiGroups": [group], "resources": list(names), "verbs": ["list", "watch"]} for group, names in missing.items())]


def _pair(
    scope: Construct,
    made: Mapping[str, tuple[Manifest, Manifest]],
    id: str,
    kind: str,
    namespace: str | None,
    name: str,
    rules: Sequence[Mapping[str, Any]],
    account: Mapping[str, str],
    labels: Mapping[str, str],
) -> Sequence[Manifest]:
    if f"role-{id}" in made:
        role, binding = made[f"role-{id}"]
        role.amend(rules=rules)
        return role, binding
    api = "rbac.authorization.k8s.io/v1"
    role = Manifest(scope, f"role-{id}", api_version=api, kind=kind, name=name, namespace=namespace, labels=labels, rules=rules)
    binding = Manifest(
        scope,
        f"role-binding-{id}",
        api_version=api,
        kind=f"{kind}Binding",
        name=name,
        namespace=namespace,
        labels=labels,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
        subjects=[{"kind": "ServiceAccount", **account}],
    )
    return role, binding
