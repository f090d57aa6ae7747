"""Effects on security: what is exposed, what accounts and pods may do and read, and which connections policies admit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.explain.permissions import connections, grants, readers_of, tokens_of, workloads_of

from .effect import Effect, Object, at, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Pairs = dict[tuple[str, str], str]
"""Texts by the subject and the part of the text that tells one from another, in the order of the manifests."""

_UNSAFE: Final = {"hostNetwork": True, "hostPID": True, "hostIPC": True}
_UNSAFE_CONTEXT: Final = {"privileged": True, "allowPrivilegeEscalation": True, "runAsNonRoot": False, "readOnlyRootFilesystem": False}


def access(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Effect]:
    """Return what the new manifests allow and the old ones did not."""
    for kind, subjects_with in (("exposure", _exposed), ("permissions", _permissions), ("network", _network)):
        before = subjects_with(old)
        for key, text in subjects_with(new).items():
            if key not in before:
                yield Effect(kind, key[0], text)


def _pairs(found: Iterator[tuple[str, str]]) -> Pairs:
    return {(subject, text): text for subject, text in found}


def _exposed(objects: Sequence[Object]) -> Pairs:
    return _pairs(pair for manifest in objects for pair in _exposed_by(manifest))


def _exposed_by(manifest: Object) -> Iterator[tuple[str, str]]:
    spec, name = manifest.get("spec") or {}, named(manifest)
    match manifest["kind"]:
        case "Ingress":
            yield from ((name, what) for what in _hosts(spec))
        case "HTTPRoute":
            yield from ((name, what) for what in _http_routes(spec))
        case "Gateway":
            for listener in spec.get("listeners") or ():
                yield name, f"listens on {listener.get('protocol')} {listener.get('port')} for {listener.get('hostname', 'any host')}"
        case "Route":
            plain = "" if spec.get("tls") else ", without TLS"
            yield name, f"{spec.get('host', 'a generated host')} leads to Service {at(spec, 'to', 'name')}{plain}"
        case "Service" if spec.get("type") in {"LoadBalancer", "NodePort"}:
            yield name, f"type {spec['type']}: reachable from outside the cluster"


def _hosts(ingress: Object) -> Iterator[str]:
    encrypted = {host for entry in ingress.get("tls") or () for host in entry.get("hosts") or ()}
    for rule in ingress.get("rules") or ():
        host = rule.get("host", "any host")
        for path in at(rule, "http", "paths") or ():
            backend = at(path, "backend", "service", "name")
            yield f"{host}{path.get('path', '/')} leads to Service {backend}{'' if host in encrypted else ', without TLS here'}"


def _http_routes(route: Object) -> Iterator[str]:
    hosts = ", ".join(route.get("hostnames") or ["any host"])
    for rule in route.get("rules") or ():
        paths = ", ".join(at(found, "path", "value") or "/" for found in rule.get("matches") or [{}])
        yield from (f"{hosts} {paths} leads to Service {backend['name']}" for backend in rule.get("backendRefs") or ())


def _permissions(objects: Sequence[Object]) -> Pairs:
    return _pairs(pair for pairs in (_requests(objects), _of_pods(objects)) for pair in pairs)


def _requests(objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    for account, reach, role, rules in grants(objects):
        if rules is None:
            yield account, f"{reach}: everything that {role} holds, which is not in the manifests"
        for rule in rules or ():
            yield from ((account, f"{reach}: {request}") for request in _atoms(rule))


def _atoms(rule: Mapping[str, Any]) -> Iterator[str]:
    """Return single requests, so that a shortened rule has nothing new."""
    for verb in rule["verbs"]:
        yield from (f"{verb} {path}" for path in rule.get("nonResourceURLs") or ())
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                kind = f"{resource}.{group}" if group else resource
                names = rule.get("resourceNames") or ()
                yield from [f"{verb} {kind} named {name}" for name in names] or [f"{verb} {kind}"]


def _of_pods(objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    for manifest in objects:
        for reader in readers_of(manifest):
            yield from ((reader.title, f"reads Secret {read.text}") for read in reader.reads)
        for workload in workloads_of(manifest):
            if tokens_of(workload, objects):
                yield workload.title, f"holds a token of account {workload.spec.get('serviceAccountName', 'default')}"
            yield from ((workload.title, what) for what in _unsafe(workload.spec))


def _unsafe(spec: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{field}: true" for field in _UNSAFE if spec.get(field))
    yield from (f"mounts {volume['hostPath']['path']} of the node" for volume in spec.get("volumes") or () if volume.get("hostPath"))
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        context = container.get("securityContext") or {}
        for field, value in _UNSAFE_CONTEXT.items():
            if context.get(field) is value:
                yield f"container {container['name']}: {field}: {str(value).lower()}"
        for capability in at(context, "capabilities", "add") or ():
            yield f"container {container['name']}: capability {capability}"


def _network(objects: Sequence[Object]) -> Pairs:
    workloads = [workload for manifest in objects for workload in workloads_of(manifest)]
    return {
        # A connection stays the same when only the words for its purpose change.
        (title, line.partition(" for ")[0]): line
        for title, lines in connections(objects, workloads)
        for line in lines
        if not line.endswith(": nothing")
    }
