"""Effects on data: claims that go, change or are no longer used, and what the API server refuses to change in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.checks import quantity
from semantic_router_observability.errors import ConfigError

from .effect import Both, Effect, Object, at, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MUTABLE: Final = {
    "StatefulSet": {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
        "revisionHistoryLimit",
    },
    "PersistentVolumeClaim": {"resources", "volumeAttributesClassName"},
}
"""Fields of `spec` that the API server lets change; it refuses all others of these kinds. Seen on Kubernetes 1.34."""

_IMMUTABLE: Final = {
    "Deployment": ("selector",),
    "DaemonSet": ("selector",),
    "Job": ("selector", "template", "completionMode"),
}
"""Fields of `spec` that the API server refuses to change, for kinds of which it lets the rest change."""

_RECREATE: Final = {
    "StatefulSet": "delete it with `kubectl delete statefulset NAME --cascade=orphan`, which leaves pods and claims, then apply",
    "PersistentVolumeClaim": "a claim cannot be changed so: make one of another name and copy the data",
}


def lost_data(removed: Sequence[Object], changed: Iterable[Both]) -> Iterator[Effect]:
    """Return what happens to claims, and to the volumes of workloads."""
    for manifest in removed:
        if manifest["kind"] == "PersistentVolumeClaim":
            yield Effect("data", named(manifest), f"is no longer in the manifests. {_who_deletes(manifest)}")
        elif manifest["kind"] == "Namespace":
            yield Effect("data", named(manifest), "is no longer in the manifests; if it is pruned, everything in it goes, claims included")
    for both in changed:
        kind = both.new["kind"]
        if kind == "PersistentVolumeClaim":
            yield from _shrunk(both, both.old["spec"], both.new["spec"])
        if kind in {"StatefulSet", "Deployment", "DaemonSet"}:
            yield from _left_behind(both)
        if kind == "StatefulSet":
            yield from _templates(both)
            policy = both.new["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
            before = both.old["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
            for event, when in (("whenDeleted", "deleted"), ("whenScaled", "scaled down")):
                if policy.get(event) == "Delete" != before.get(event):
                    yield Effect("data", both.name, f"{event}: Delete: its claims are deleted when it is {when}")


def _who_deletes(claim: Object) -> str:
    annotations = at(claim, "metadata", "annotations") or {}
    protected = [
        tool
        for tool, key, value in (
            ("Argo CD", "argocd.argoproj.io/sync-options", "Prune=false"),
            ("Flux", "kustomize.toolkit.fluxcd.io/prune", "disabled"),
            ("Helm", "helm.sh/resource-policy", "keep"),
        )
        if value in annotations.get(key, "").split(",")
    ]
    keepers = f"{', '.join(protected)} keep it; " if protected else "Argo CD and Flux with pruning delete it with its data; "
    return f"{keepers}`kubectl apply --prune` deletes it. Its data is not used any more"


def _shrunk(both: Both, old: Object, new: Object) -> Iterator[Effect]:
    before, after = (at(spec, "resources", "requests", "storage") for spec in (old, new))
    if before != after and _bytes(after) < _bytes(before):
        yield Effect(
            "immutable", both.name, f"storage {before} -> {after}: a claim cannot shrink; keep the size, or make a new claim and copy"
        )


def _bytes(size: Any) -> float:
    try:
        return float(quantity("storage", str(size)))
    except ConfigError:
        return 0.0


def _claims(spec: Object) -> dict[str, str]:
    """Claims of a pod's volumes, by the names of the volumes."""
    return {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in at(spec, "template", "spec", "volumes") or ()
        if volume.get("persistentVolumeClaim")
    }


def _left_behind(both: Both) -> Iterator[Effect]:
    before, after = _claims(both.old["spec"]), _claims(both.new["spec"])
    for volume, claim in before.items():
        if claim not in after.values():
            now = f"claim {after[volume]}" if volume in after else "another volume"
            yield Effect("data", both.name, f"volume {volume} moves from claim {claim} to {now}: it starts without the data in {claim}")


def _templates(both: Both) -> Iterator[Effect]:
    before, after = (
        {template["metadata"]["name"] for template in spec.get("volumeClaimTemplates") or ()}
        for spec in (both.old["spec"], both.new["spec"])
    )
    for name in sorted(before - after):
        yield Effect("data", both.name, f"claims {name}-{both.new['metadata']['name']}-0, -1, ... are not used any more")


def refused(changed: Iterable[Both]) -> Iterator[Effect]:
    """Return what the API server refuses to change in place."""
    for both in changed:
        kind = both.new["kind"]
        old, new = both.old.get("spec") or {}, both.new.get("spec") or {}
        fields = [
            field
            for field in dict.fromkeys((*old, *new))
            if (field not in _MUTABLE[kind] if kind in _MUTABLE else field in _IMMUTABLE.get(kind, ())) and old.get(field) != new.get(field)
        ]
        if fields:
            how = _RECREATE.get(kind, f"delete the {kind}, then apply")
            yield Effect("immutable", both.name, f"{', '.join(f'spec.{field}' for field in fields)} cannot change in place: {how}")
        if kind in {"RoleBinding", "ClusterRoleBinding"} and both.old["roleRef"] != both.new["roleRef"]:
            yield Effect("immutable", both.name, f"roleRef cannot change in place: delete the {kind}, then apply")
        if kind == "Service" and (at(old, "clusterIP") == "None") != (at(new, "clusterIP") == "None"):
            yield Effect("immutable", both.name, "spec.clusterIP cannot change in place: delete the Service, then apply")
        if kind in {"ConfigMap", "Secret"} and both.old.get("immutable"):
            yield Effect("immutable", both.name, f"it is marked immutable: delete the {kind}, then apply")
        if kind == "Secret" and both.old.get("type", "Opaque") != both.new.get("type", "Opaque"):
            yield Effect("immutable", both.name, "type cannot change in place: delete the Secret, then apply")
