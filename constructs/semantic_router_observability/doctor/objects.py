"""Checks of what is applied: namespaces, objects, Secrets, claims, pods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from semantic_router_observability.explain.permissions import readers_of

from .cluster import RefusedError
from .finding import FINE, PROBLEM, UNKNOWN, Finding, Object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cluster import Cluster

Found = dict[tuple[str, str, str], Object]
"""Objects in the cluster by kind, namespace and name."""


def key(manifest: Object) -> tuple[str, str, str]:
    """Return kind, namespace and name."""
    return manifest["kind"], manifest["metadata"].get("namespace") or "", manifest["metadata"]["name"]


def namespaces(manifests: Sequence[Object], cluster: Cluster) -> Iterator[Finding]:
    """Every namespace of the manifests exists."""
    for name in dict.fromkeys(space for _, space, _ in map(key, manifests) if space):
        check = f"namespace {name} exists"
        try:
            cluster.kubectl("get", "namespace", name, "--output=name")
        except RefusedError as error:
            missing = "NotFound" in str(error)
            yield Finding(check, PROBLEM if missing else UNKNOWN, str(error), f"kubectl create namespace {name}" if missing else "")
        else:
            yield Finding(check, FINE)


def applied(manifests: Sequence[Object], cluster: Cluster) -> tuple[Found, list[Finding]]:
    """Every object of the manifests exists; and those that do."""
    found: Found = {}
    findings = []
    for space in dict.fromkeys(space for _, space, _ in map(key, manifests)):
        here = [manifest for manifest in manifests if key(manifest)[1] == space]
        names = [f"{_resource(manifest)}/{manifest['metadata']['name']}" for manifest in here]
        check = f"all {len(here)} objects of {f'namespace {space}' if space else 'the cluster'} are applied"
        try:
            options = [f"--namespace={space}"] if space else []
            printed = cluster.kubectl("get", *names, *options, "--ignore-not-found", "--output=json")
        except RefusedError as error:
            text = str(error)
            remedy = "install the definitions of that kind first" if "the server doesn't have a resource type" in text else ""
            findings.append(Finding(check, PROBLEM if remedy else UNKNOWN, text, remedy))
            continue
        listed = json.loads(printed) if printed.strip() else {"items": []}
        for item in listed.get("items", [listed]):
            found[key(item)] = item
        missing = [f"{kind} {name}" for kind, namespace, name in map(key, here) if (kind, namespace, name) not in found]
        if missing:
            findings.append(Finding(check, PROBLEM, f"missing: {', '.join(missing)}", "kubectl apply -f dist/"))
        else:
            findings.append(Finding(check, FINE))
    return found, findings


def _resource(manifest: Object) -> str:
    group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
    return f"{manifest['kind']}.{group}" if group else str(manifest["kind"])


def secrets(manifests: Sequence[Object], cluster: Cluster) -> Iterator[Finding]:
    """Every Secret that pods or an operator read exists, with the keys that they read; values are not fetched."""
    needed: dict[tuple[str, str], dict[str, None]] = {}
    for manifest in manifests:
        for reader in readers_of(manifest):
            for read in reader.reads:
                if read.name and not read.optional:
                    needed.setdefault((reader.namespace, read.name), {}).update(dict.fromkeys(read.keys))
    for (space, name), keys in needed.items():
        check = f"Secret {name} exists{' with ' if keys else ''}{', '.join(keys)}"
        create = f"kubectl -n {space} create secret generic {name}{''.join(f' --from-literal={one_key}=...' for one_key in keys)}"
        template = '--output=go-template={{range $key, $value := .data}}{{$key}}{{"\\n"}}{{end}}'
        try:
            present = cluster.kubectl("get", "secret", name, f"--namespace={space}", template).split()
        except RefusedError as error:
            missing = "NotFound" in str(error)
            yield Finding(check, PROBLEM if missing else UNKNOWN, str(error), create if missing else "")
            continue
        if absent := [one_key for one_key in keys if one_key not in present]:
            has = f"it has {', '.join(present)}" if present else "it has no keys"
            yield Finding(check, PROBLEM, f"it lacks {', '.join(absent)}; {has}", f"kubectl -n {space} edit secret {name}, or make it anew")
        else:
            yield Finding(check, FINE)


def claims(manifests: Sequence[Object], found: Found, cluster: Cluster) -> Iterator[Finding]:
    """Every claim is bound."""
    for kind, space, name in map(key, manifests):
        if kind != "PersistentVolumeClaim" or (kind, space, name) not in found:
            continue
        claim = found[kind, space, name]
        phase = claim.get("status", {}).get("phase")
        if phase == "Bound":
            yield Finding(f"claim {name} is bound", FINE)
            continue
        storage_class = claim["spec"].get("storageClassName")
        why = cluster.last_event(kind, name, space) or (
            f"class {storage_class} has made no volume" if storage_class else "the cluster has no default StorageClass"
        )
        remedy = (
            "kubectl get storageclass, then set storage.storageClass to one that makes volumes; a pod that cannot start binds none either"
        )
        yield Finding(f"claim {name} is bound", PROBLEM, f"it is {phase}: {why}", remedy)


def pods(manifests: Sequence[Object], found: Found, cluster: Cluster) -> Iterator[Finding]:
    """Every workload has the pods that it asks for, and they are ready."""
    for manifest in manifests:
        kind, space, name = key(manifest)
        if kind not in {"StatefulSet", "Deployment"} or key(manifest) not in found:
            continue
        wanted = found[key(manifest)]["spec"].get("replicas", 1)
        check = f"{kind} {name} has {wanted} ready pod{'s' if wanted != 1 else ''}"
        labels = ",".join(f"{label}={value}" for label, value in manifest["spec"]["selector"]["matchLabels"].items())
        try:
            running = cluster.list("pods", space, f"--selector={labels}")
        except RefusedError as error:
            yield Finding(check, UNKNOWN, str(error))
            continue
        if not running and wanted:
            why = cluster.last_event(kind, name, space) or "the controller has made none yet"
            yield Finding(check, PROBLEM, f"no pod: {why}", f"kubectl -n {space} describe {kind.lower()} {name}")
            continue
        troubled = [pod for pod in running if not is_ready(pod)]
        if troubled or len(running) < wanted:
            why, remedy = _trouble(troubled[0], cluster) if troubled else (f"{len(running)} pods", f"kubectl -n {space} get pods")
            yield Finding(check, PROBLEM, why, remedy)
        else:
            yield Finding(check, FINE)


def is_ready(pod: Object) -> bool:
    """Whether a pod passes its probes."""
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in pod.get("status", {}).get("conditions") or ())


def _trouble(pod: Object, cluster: Cluster) -> tuple[str, str]:
    """Return why a pod is not ready, and what to do."""
    name, space, status = pod["metadata"]["name"], pod["metadata"]["namespace"], pod.get("status", {})
    describe = f"kubectl -n {space} describe pod {name}"
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"{name} cannot be scheduled: {condition.get('message', condition.get('reason'))}", describe
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        if (said := _of_container(name, container, space)) is not None:
            return said
    if event := cluster.last_event("Pod", name, space):
        return f"{name}: {event}", describe
    return f"{name} is not ready", f"kubectl -n {space} logs {name}"


def _of_container(pod: str, container: Object, space: str) -> tuple[str, str] | None:
    state: dict[str, Any] = container.get("state") or {}
    waiting = state.get("waiting") or {}
    ended = state.get("terminated") or (container.get("lastState") or {}).get("terminated") or {}
    logs = f"kubectl -n {space} logs {pod} -c {container['name']} --previous"
    if ended.get("reason") == "OOMKilled":
        return f"container {container['name']} of {pod} was killed at its memory limit", "raise its resources.limits.memory in the settings"
    if ended and (waiting.get("reason") == "CrashLoopBackOff" or not container.get("ready")):
        last = " ".join(str(ended.get("message", "")).split()[-40:])
        return f"container {container['name']} of {pod} ended with exit code {ended.get('exitCode')}: {last or ended.get('reason')}", logs
    if waiting and waiting.get("reason") not in {"ContainerCreating", "PodInitializing"}:
        text = f"container {container['name']} of {pod}: {waiting.get('reason')}: {waiting.get('message', '')}".rstrip(": ")
        return text, f"kubectl -n {space} describe pod {pod}"
    return None
