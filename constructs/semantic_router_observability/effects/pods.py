"""Effects on pods: which are replaced, and with which images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.explain.permissions import workloads_of

from .effect import Both, Effect, Object, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MEANWHILE = {
    "prometheus": "no sample is scraped and no alert evaluated",
    "grafana": "Grafana does not answer",
    "alertmanager": "no notification is sent",
}
"""What does not happen while the only pod is replaced, by the label `app.kubernetes.io/name` of the pod."""


def replaced(changed: Iterable[Both]) -> Iterator[Effect]:
    """Return workloads whose pods are replaced, and what changes in them."""
    for both in changed:
        before, after = (at(side, "spec", "template") for side in both)
        if before is None or after is None or before == after or both.new["kind"] == "Job":
            continue
        parts = ", ".join(_parts(before, after))
        if at(both.new, "spec", "updateStrategy", "type") == "OnDelete":
            yield Effect("restart", both.name, f"pods keep running as they are until they are deleted. Changes: {parts}")
            continue
        replicas = at(both.new, "spec", "replicas")
        replicas = 1 if replicas is None else replicas
        surges = both.new["kind"] == "Deployment" and at(both.new, "spec", "strategy", "type") != "Recreate"
        if replicas > 1:
            yield Effect("restart", both.name, f"its {replicas} pods are replaced one after the other. Changes: {parts}")
        elif surges:
            yield Effect("restart", both.name, f"its pod is replaced once the new one is Ready. Changes: {parts}")
        else:
            meanwhile = _MEANWHILE.get(at(after, "metadata", "labels", "app.kubernetes.io/name"), "it does not answer")
            yield Effect("restart", both.name, f"its pod is replaced; {meanwhile} until the new one is Ready. Changes: {parts}")


def _parts(before: Object, after: Object) -> Iterator[str]:
    """Name what differs between two pod templates, as a reader of the manifest finds it."""
    for field in sorted({*before.get("metadata", {}), *after.get("metadata", {})}):
        if at(before, "metadata", field) != at(after, "metadata", field):
            yield f"metadata.{field}"
    old, new = before["spec"], after["spec"]
    for field in dict.fromkeys((*old, *new)):
        if old.get(field) == new.get(field):
            continue
        if field in {"containers", "initContainers"}:
            yield from _containers(old.get(field) or (), new.get(field) or ())
        else:
            yield field


def _containers(old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    before, after = ({container["name"]: container for container in containers} for containers in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            yield f"container {name} ({'added' if name in after else 'removed'})"
            continue
        fields = [field for field in dict.fromkeys((*before[name], *after[name])) if before[name].get(field) != after[name].get(field)]
        if fields:
            yield f"{', '.join(fields)} of container {name}"


def images(changed: Iterable[Both]) -> Iterator[Effect]:
    """Return containers whose image changes."""
    for both in changed:
        before, after = ({container["name"]: container["image"] for container in _all_containers(side)} for side in both)
        for name, image in after.items():
            if before.get(name, image) != image:
                yield Effect("images", both.name, f"container {name}: {before[name]} -> {image}")


def _all_containers(manifest: Object) -> Iterator[Mapping[str, Any]]:
    for workload in workloads_of(manifest):
        yield from (*(workload.spec.get("initContainers") or ()), *workload.spec["containers"])
