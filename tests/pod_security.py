"""PodSecurity `restricted`, checked without a cluster: the rules of the Kubernetes page "Pod Security Standards" that concern Linux pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SECCOMP = {"RuntimeDefault", "Localhost"}


def violations(spec: dict[str, Any]) -> list[str]:
    """What the standard would object to, as `where: field`."""
    return list(_pod(spec))


def _pod(spec: dict[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"pod: {field}"
    for volume in spec.get("volumes", ()):
        for kind in volume.keys() - VOLUMES - {"name"}:
            yield f"volume {volume['name']}: {kind}"
    security = spec.get("securityContext", {})
    containers = [*spec["containers"], *spec.get("initContainers", ()), *spec.get("ephemeralContainers", ())]
    for field, admitted in (("runAsNonRoot", security.get("runAsNonRoot") is True), ("seccompProfile", _seccomp(security))):
        own = [container.get("securityContext", {}) for container in containers]
        stated = all(context.get("runAsNonRoot") is True if field == "runAsNonRoot" else _seccomp(context) for context in own)
        if not admitted and not stated:
            yield f"pod: {field}"
    if security.get("runAsUser") == 0:
        yield "pod: runAsUser"
    if security.get("sysctls"):
        yield "pod: sysctls"
    for container in containers:
        yield from _container(container)


def _container(container: dict[str, Any]) -> Iterator[str]:
    name = container["name"]
    security = container.get("securityContext", {})
    capabilities = security.get("capabilities", {})
    if security.get("privileged"):
        yield f"{name}: privileged"
    if security.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: allowPrivilegeEscalation"
    if "ALL" not in capabilities.get("drop", ()) or not {"NET_BIND_SERVICE"}.issuperset(capabilities.get("add", ())):
        yield f"{name}: capabilities"
    if security.get("runAsNonRoot") is False:
        yield f"{name}: runAsNonRoot"
    if security.get("runAsUser") == 0:
        yield f"{name}: runAsUser"
    if security.get("procMount", "Default") != "Default":
        yield f"{name}: procMount"
    if "seccompProfile" in security and not _seccomp(security):
        yield f"{name}: seccompProfile"
    if any(port.get("hostPort") for port in container.get("ports", ())):
        yield f"{name}: hostPort"


def _seccomp(security: dict[str, Any]) -> bool:
    return security.get("seccompProfile", {}).get("type") in SECCOMP
