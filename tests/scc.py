"""What OpenShift's SecurityContextConstraints `restricted-v2` do with a pod, without OpenShift: fill in what is left open, refuse the rest.

Written from the constraints as OpenShift ships them and from how its admission reads the annotations of a namespace, not from this project.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMESPACE = {
    "openshift.io/sa.scc.uid-range": "1000650000/10000",
    "openshift.io/sa.scc.supplemental-groups": "1000650000/10000",
    "openshift.io/sa.scc.mcs": "s0:c26,c5",
}
"""Annotations of a namespace, as OpenShift writes them when it makes one: first id and number of ids."""

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}

Object = dict[str, Any]


def admit(spec: Object, namespace: Mapping[str, str]) -> tuple[Object, list[str]]:
    """Return the pod spec that would be stored, and what the constraints refuse in it, as `where: field: value`."""
    admitted = copy.deepcopy(spec)
    _fill_in(admitted, namespace)
    return admitted, list(_refusals(admitted, namespace))


def _fill_in(spec: Object, namespace: Mapping[str, str]) -> None:
    first_user, _ = _range(namespace["openshift.io/sa.scc.uid-range"])
    first_group, _ = _range(namespace["openshift.io/sa.scc.supplemental-groups"])
    pod = spec.setdefault("securityContext", {})
    pod.setdefault("fsGroup", first_group)
    pod.setdefault("seLinuxOptions", {"level": namespace["openshift.io/sa.scc.mcs"]})
    pod.setdefault("seccompProfile", {"type": "RuntimeDefault"})
    for container in _containers(spec):
        own = container.setdefault("securityContext", {})
        if "runAsUser" not in pod:
            own.setdefault("runAsUser", first_user)
        if "runAsNonRoot" not in pod:
            own.setdefault("runAsNonRoot", True)
        own.setdefault("allowPrivilegeEscalation", False)
        dropped = own.setdefault("capabilities", {}).setdefault("drop", [])
        if "ALL" not in dropped:
            dropped.append("ALL")


def _refusals(spec: Object, namespace: Mapping[str, str]) -> Iterator[str]:
    users = range(*_range(namespace["openshift.io/sa.scc.uid-range"]))
    # One group, not the range: admission makes a range of a single id of it.
    group, _ = _range(namespace["openshift.io/sa.scc.supplemental-groups"])
    pod = spec["securityContext"]
    for field in ("hostPID", "hostNetwork", "hostIPC"):
        if spec.get(field):
            yield f"pod: {field}"
    for volume in spec.get("volumes", ()):
        for kind in volume.keys() - VOLUMES - {"name"}:
            yield f"volume {volume['name']}: {kind}"
    if pod["fsGroup"] != group:
        yield f"pod: fsGroup: {pod['fsGroup']}"
    for container in _containers(spec):
        own = container["securityContext"]
        effective = {**pod, **own}
        refused = {
            "runAsUser": effective["runAsUser"] not in users,
            "seLinuxOptions": effective["seLinuxOptions"].get("level") != namespace["openshift.io/sa.scc.mcs"],
            "seccompProfile": effective["seccompProfile"]["type"] != "RuntimeDefault",
            "allowPrivilegeEscalation": own["allowPrivilegeEscalation"],
            "privileged": own.get("privileged"),
            "capabilities": not {"NET_BIND_SERVICE"}.issuperset(own["capabilities"].get("add", ())),
        }
        yield from (f"{container['name']}: {field}: {effective[field]}" for field, is_refused in refused.items() if is_refused)
        if any(port.get("hostPort") for port in container.get("ports", ())):
            yield f"{container['name']}: hostPort"


def _containers(spec: Object) -> Iterator[Object]:
    yield from spec.get("initContainers") or ()
    yield from spec["containers"]


def _range(annotation: str) -> tuple[int, int]:
    """First id, and the first one behind the range."""
    first, _, size = annotation.partition("/")
    return int(first), int(first) + int(size)
