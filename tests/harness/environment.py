"""A container's environment variables, and the `$(NAME)` references that use them, by kubelet's rules."""

from __future__ import annotations

import base64
import math
import os
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from harness.cluster import ApiError, Cluster
from harness.control_plane import PORT

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")
_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")
_UNITS = {"m": Decimal("0.001"), "": Decimal(1)}
_UNITS |= {unit: Decimal(1000) ** power for power, unit in enumerate(("k", "M", "G", "T", "P", "E"), 1)}
_UNITS |= {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate(("K", "M", "G", "T", "P", "E"), 1)}


def environment(cluster: Cluster, pod: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, str]:
    """Work out what the container's process finds in its environment; a missing ConfigMap, Secret or key is an error unless it is optional."""
    namespace = pod["metadata"]["namespace"]
    variables = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/",
        "HOSTNAME": pod["metadata"]["name"],
        "KUBERNETES_SERVICE_HOST": cluster.network.host,
        "KUBERNETES_SERVICE_PORT": str(PORT),
    }
    for source in container.get("envFrom", []):
        kind = "configmap" if "configMapRef" in source else "secret"
        data = read_data(cluster, kind, source.get("configMapRef") or source["secretRef"], namespace)
        variables |= {source.get("prefix", "") + key: value.decode() for key, value in (data or {}).items()}
    for variable in container.get("env", []):
        value = _value(cluster, pod, container, variable)
        if value is not None:
            variables[variable["name"]] = expand(value, variables) if "valueFrom" not in variable else value
    return variables


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace `$(NAME)`; an unknown name stays as written, and `$$` is a plain `$`."""

    def replaced(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else variables.get(match[1], match[0])

    return _REFERENCE.sub(replaced, text)


def read_data(cluster: Cluster, kind: str, reference: Mapping[str, Any], namespace: str) -> dict[str, bytes] | None:
    """Read the contents of a ConfigMap or Secret; None when it is optional and not there."""
    name = reference.get("name") or reference["secretName"]
    try:
        found = cluster.get(kind, name, namespace)
    except ApiError as error:
        if error.status == 404 and reference.get("optional"):
            return None
        raise
    if kind == "secret":
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}
    text = {key: value.encode() for key, value in found.get("data", {}).items()}
    return text | {key: base64.b64decode(value) for key, value in found.get("binaryData", {}).items()}


def field(pod: Mapping[str, Any], path: str) -> str:
    """Read a field of the Pod, as the downward API names it."""
    if keyed := _KEYED.fullmatch(path):
        return str(pod["metadata"].get(keyed[1], {}).get(keyed[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        return "\n".join(f'{key}="{value}"' for key, value in sorted(pod["metadata"].get(path.split(".")[1], {}).items()))
    if path == "status.podIPs":
        return ",".join(entry["ip"] for entry in pod["status"]["podIPs"])
    if path == "status.hostIPs":
        return str(pod["status"]["hostIP"])
    outer, inner = path.split(".")
    return str(pod[outer][inner])


def resource(pod: Mapping[str, Any], container: Mapping[str, Any], reference: Mapping[str, Any]) -> str:
    """Read a request or limit in units of its divisor, rounded up; a limit that is not set is all the machine has."""
    holder = container
    if named := reference.get("containerName"):
        holder = next(entry for entry in pod["spec"]["containers"] if entry["name"] == named)
    kind, name = reference["resource"].split(".", 1)
    resources = holder.get("resources", {})
    machine = {"cpu": str(os.cpu_count()), "memory": str(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))}
    value = resources.get(kind, {}).get(name) or (machine[name] if kind == "limits" else "0")
    divisor = reference.get("divisor", "1")
    return str(math.ceil(_quantity(value) / (_quantity("1" if divisor == "0" else divisor))))


def _quantity(text: str) -> Decimal:
    number, unit = re.fullmatch(r"([\d.]+)([a-zA-Z]*)", text).groups()  # type: ignore[union-attr]
    return Decimal(number) * _UNITS[unit]


def _value(cluster: Cluster, pod: Mapping[str, Any], container: Mapping[str, Any], variable: Mapping[str, Any]) -> str | None:
    source = variable.get("valueFrom")
    if source is None:
        return str(variable.get("value", ""))
    if reference := source.get("fieldRef"):
        return field(pod, reference["fieldPath"])
    if reference := source.get("resourceFieldRef"):
        return resource(pod, container, reference)
    kind = "configmap" if "configMapKeyRef" in source else "secret"
    reference = source.get("configMapKeyRef") or source["secretKeyRef"]
    data = read_data(cluster, kind, reference, pod["metadata"]["namespace"]) or {}
    if reference["key"] not in data:
        if reference.get("optional"):
            return None
        raise KeyError(f"{variable['name']}: {kind} {reference['name']} has no key {reference['key']}")
    return data[reference["key"]].decode()
