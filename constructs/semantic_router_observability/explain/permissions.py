"""The report of permissions, from Kubernetes objects as they are applied. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

from semantic_router_observability.kubernetes.serving import SERVING_CERT
from semantic_router_observability.network.rules import EDGES
from semantic_router_observability.secrets import PROVIDERS

Object = dict[str, Any]

_NAME = "kubernetes.io/metadata.name"
_ISSUERS = {"cert-manager.io/issuer", "cert-manager.io/cluster-issuer"}


class Workload(NamedTuple):
    """Something that makes pods."""

    title: str
    namespace: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]


def report(objects: Sequence[Object]) -> str:
    """Four chapters: the API server, tokens, Secrets, the network."""
    workloads = [workload for manifest in objects for workload in workloads_of(manifest)]
    chapters = {
        "Requests to the API server": _rules(objects),
        "API tokens": _tokens(objects, workloads),
        "Secrets": _secrets(objects),
        "Network": _network(objects, workloads),
    }
    return "\n".join(f"{title}\n" + "".join(f"  {line}\n" for line in lines) for title, lines in chapters.items())


def permissions(objects: Sequence[Object]) -> dict[str, Any]:
    """Return what `report` says as values, for programs."""
    workloads = [workload for manifest in objects for workload in workloads_of(manifest)]
    return {
        "requests": [
            {"account": account, "reach": reach, "role": role, "rules": None if rules is None else list(rules)}
            for account, reach, role, rules in grants(objects)
        ],
        "tokens": [
            {
                "workload": workload.title,
                "account": workload.spec.get("serviceAccountName", "default"),
                "tokens": tokens_of(workload, objects),
            }
            for workload in workloads
        ],
        "secrets": [
            {"workload": reader.title, "secret": entry.name, "keys": entry.keys, "optional": entry.optional, "text": entry.text}
            for manifest in objects
            for reader in readers_of(manifest)
            for entry in reader.reads
        ],
        "missingSecrets": [{"namespace": namespace, "name": name} for namespace, name in missing_secrets(objects)],
        "connections": [{"pods": title, "connections": lines} for title, lines in connections(objects, workloads)],
    }


def workloads_of(manifest: Object) -> Iterator[Workload]:
    """Return the pods that an object makes, if any."""
    spec = manifest.get("spec") or {}
    match manifest["kind"]:
        case "StatefulSet" | "Deployment" | "DaemonSet" | "ReplicaSet" | "Job":
            template = spec["template"]
        case "CronJob":
            template = spec["jobTemplate"]["spec"]["template"]
        case "Pod":
            template = manifest
        case _:
            return
    labels = (template.get("metadata") or {}).get("labels") or {}
    yield Workload(f"{manifest['kind']} {_namespaced(manifest)}", _namespace(manifest), labels, template["spec"])


class Grant(NamedTuple):
    """A role that is bound to an account."""

    account: str
    reach: str
    """Where it holds."""
    role: str
    rules: Sequence[Mapping[str, Any]] | None
    """None where the role is not among the objects."""


def grants(objects: Sequence[Object]) -> Iterator[Grant]:
    """Return what is bound to whom."""
    roles = {
        (manifest["kind"], _namespace(manifest), manifest["metadata"]["name"]): manifest
        for manifest in objects
        if manifest["kind"] in {"Role", "ClusterRole"}
    }
    for binding in objects:
        if binding["kind"] not in {"RoleBinding", "ClusterRoleBinding"}:
            continue
        reference = binding["roleRef"]
        home = _namespace(binding) if reference["kind"] == "Role" else ""
        role = roles.get((reference["kind"], home, reference["name"]))
        reach = f"in namespace {_namespace(binding)}" if binding["kind"] == "RoleBinding" else "in every namespace"
        for subject in binding.get("subjects") or ():
            space = f"{subject['namespace']}/" if "namespace" in subject else ""
            account = f"{subject['kind']} {space}{subject['name']}"
            yield Grant(account, reach, f"{reference['kind']} {reference['name']}", (role["rules"] or ()) if role else None)


def _rules(objects: Sequence[Object]) -> Iterator[str]:
    granted: dict[str, list[str]] = {
        f"ServiceAccount {_namespaced(manifest)}": [] for manifest in objects if manifest["kind"] == "ServiceAccount"
    }
    for account, reach, role, rules in grants(objects):
        lines = [f"{reach}: {role}, which is not here"] if rules is None else [f"{reach}: {_rule(rule)} ({role})" for rule in rules]
        granted.setdefault(account, []).extend(lines)
    for who, lines in granted.items():
        yield who
        yield from (f"  {line}" for line in lines or ["nothing"])
    if not granted:
        yield "nobody"


def _rule(rule: Mapping[str, Any]) -> str:
    verbs = ", ".join(rule["verbs"])
    if paths := rule.get("nonResourceURLs"):
        return f"{verbs} {', '.join(paths)}"
    kinds = [f"{kind}.{group}" if group else kind for group in rule["apiGroups"] for kind in rule["resources"]]
    names = f" named {', '.join(rule['resourceNames'])}" if rule.get("resourceNames") else ""
    return f"{verbs} {', '.join(kinds)}{names}"


def _tokens(objects: Sequence[Object], workloads: Sequence[Workload]) -> Iterator[str]:
    for workload in workloads:
        mounted = tokens_of(workload, objects)
        account = workload.spec.get("serviceAccountName", "default")
        yield f"{workload.title}: {'; '.join(mounted)}, as account {account}" if mounted else f"{workload.title}: none"


def tokens_of(workload: Workload, objects: Sequence[Object]) -> list[str]:
    """Return how API tokens get into the pods of a workload."""
    spec, account = workload.spec, workload.spec.get("serviceAccountName", "default")
    of_account = True
    for manifest in objects:
        if manifest["kind"] == "ServiceAccount" and (_namespace(manifest), manifest["metadata"]["name"]) == (workload.namespace, account):
            of_account = manifest.get("automountServiceAccountToken", True)
    mounted = ["mounted by default"] if spec.get("automountServiceAccountToken", of_account) else []
    for volume in spec.get("volumes") or ():
        for source in (volume.get("projected") or {}).get("sources") or ():
            if token := source.get("serviceAccountToken"):
                audience = f" for {token['audience']}" if "audience" in token else ""
                mounted.append(f"volume {volume['name']}, renewed every {token.get('expirationSeconds', 3600)} s{audience}")
    return mounted


def _secrets(objects: Sequence[Object]) -> Iterator[str]:
    for reader in (reader for manifest in objects for reader in readers_of(manifest)):
        yield f"{reader.title}{'' if reader.reads else ': none'}"
        yield from (f"  {entry.text}" for entry in reader.reads)
    for manifest in objects:
        shown = list(dict.fromkeys(_shown(manifest)))
        if shown:
            yield f"{manifest['kind']} {_namespaced(manifest)}"
            yield from (f"  {name}: tls.crt, tls.key (shown to clients)" for _, name in shown)
    missing = missing_secrets(objects)
    several = len({namespace for namespace, _ in needed_secrets(objects)}) > 1
    if missing:
        names = (f"{namespace}/{name}" if several else name for namespace, name in missing)
        yield f"made by nothing in these manifests: {', '.join(names)}"


def needed_secrets(objects: Sequence[Object]) -> list[tuple[str, str]]:
    """Namespaces and names of the Secrets that pods or an operator read or servers show to clients."""
    needed: dict[tuple[str, str], None] = {}
    for reader in (reader for manifest in objects for reader in readers_of(manifest)):
        needed |= dict.fromkeys((reader.namespace, entry.name) for entry in reader.reads if entry.name)
    for manifest in objects:
        needed |= dict.fromkeys(_shown(manifest))
    return list(needed)


def missing_secrets(objects: Sequence[Object]) -> list[tuple[str, str]]:
    """Namespaces and names of the Secrets that have to exist: needed, and neither among the objects nor made by a controller of them."""
    made = set(_made(objects))
    return [secret for secret in needed_secrets(objects) if secret not in made]


def _made(objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    """Namespaces and names of Secrets that are among the objects, or that a controller makes of them."""
    for manifest in objects:
        spec, annotations = manifest.get("spec") or {}, manifest["metadata"].get("annotations") or {}
        match manifest["kind"]:
            case "Secret":
                names = [manifest["metadata"]["name"]]
            case "Certificate":
                names = [spec["secretName"]]
            case "Service":
                names = [annotations[SERVING_CERT]] if SERVING_CERT in annotations else []
            case _ if annotations.keys() & _ISSUERS:
                names = [name for _, name in _shown(manifest)]
            case _:
                names = [name for provider in PROVIDERS for name in provider.made_of(manifest)]
        yield from ((_namespace(manifest), name) for name in names)


def _shown(manifest: Object) -> Iterator[tuple[str, str]]:
    """Namespaces and names of Secrets whose certificates are shown to clients."""
    spec, home = manifest.get("spec") or {}, _namespace(manifest)
    match manifest["kind"]:
        case "Ingress":
            yield from ((home, host["secretName"]) for host in spec.get("tls") or () if "secretName" in host)
        case "Gateway":
            for listener in spec.get("listeners") or ():
                for certificate in (listener.get("tls") or {}).get("certificateRefs") or ():
                    yield certificate.get("namespace") or home, certificate["name"]
        case "Route":
            if certificate := (spec.get("tls") or {}).get("externalCertificate"):
                yield home, certificate["name"]


class SecretRead(NamedTuple):
    """Something that pods read from a Secret, or get from a driver in its place."""

    text: str
    name: str = ""
    """Name of the Secret; empty for a driver."""
    keys: tuple[str, ...] = ()
    """Empty: every key."""
    optional: bool = False
    """Pods start without it."""


class SecretReader(NamedTuple):
    """What reads Secrets: pods, or an operator for one of its objects."""

    title: str
    namespace: str
    reads: Sequence[SecretRead]


def readers_of(manifest: Object) -> Iterator[SecretReader]:
    """Return what reads Secrets for an object, if anything does."""
    for workload in workloads_of(manifest):
        yield SecretReader(workload.title, workload.namespace, tuple(dict.fromkeys(secrets_read(workload.spec))))
    if manifest["kind"] == "AlertmanagerConfig":
        keys: dict[str, dict[str, None]] = {}
        for name, key in _selectors((manifest.get("spec") or {}).get("receivers")):
            keys.setdefault(name, {})[key] = None
        reads = [SecretRead(f"{name}: {', '.join(found)} (prometheus-operator)", name, tuple(found)) for name, found in keys.items()]
        yield SecretReader(f"{manifest['kind']} {_namespaced(manifest)}", _namespace(manifest), tuple(reads))


def _selectors(value: Any) -> Iterator[tuple[str, str]]:
    """Names of Secrets and keys that fields of a receiver select."""
    if isinstance(value, dict) and value.keys() - {"optional"} == {"name", "key"}:
        yield value["name"], value["key"]
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _selectors(inner)


def secrets_read(spec: Mapping[str, Any]) -> Iterator[SecretRead]:
    """Return what the pods of a spec read from Secrets."""
    for volume in spec.get("volumes") or ():
        sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        for secret in (source["secret"] for source in sources if source.get("secret")):
            keys = tuple(item["key"] for item in secret.get("items") or ())
            name = secret.get("secretName") or secret.get("name")
            yield SecretRead(f"{name}: {', '.join(keys) or 'every key'} (file)", name, keys, secret.get("optional", False))
        if csi := volume.get("csi"):
            given = (csi.get("volumeAttributes") or {}).get("secretProviderClass", "")
            yield SecretRead(f"{csi['driver']}: {given or 'all it gives'} (file)")
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        for variable in container.get("env") or ():
            if key := (variable.get("valueFrom") or {}).get("secretKeyRef"):
                name, optional = key["name"], key.get("optional", False)
                yield SecretRead(f"{name}: {key['key']} (environment)", name, (key["key"],), optional)
        for source in container.get("envFrom") or ():
            if secret := source.get("secretRef"):
                yield SecretRead(f"{secret['name']}: every key (environment)", secret["name"], (), secret.get("optional", False))
    for secret in spec.get("imagePullSecrets") or ():
        yield SecretRead(f"{secret['name']} (pulling images)", secret["name"])


def _network(objects: Sequence[Object], workloads: Sequence[Workload]) -> Iterator[str]:
    for title, lines in connections(objects, workloads):
        yield title
        yield from (f"  {line}" for line in lines)


def connections(objects: Sequence[Object], workloads: Sequence[Workload]) -> Iterator[tuple[str, list[str]]]:
    """Return the connections that policies admit, for each workload and for each policy that selects other pods."""
    policies = [manifest for manifest in objects if manifest["kind"] == "NetworkPolicy"]
    seen: list[Object] = []
    words = (("Ingress", "in"), ("Egress", "out"))
    for workload in workloads:
        chosen = [
            manifest
            for manifest in policies
            if _namespace(manifest) == workload.namespace and _matches(manifest["spec"]["podSelector"], workload.labels)
        ]
        seen += chosen
        yield workload.title, [f"{word}: {line}" for kind, word in words for line in _connections(kind, chosen)]
    for policy in policies:
        if policy not in seen:
            title = f"{_pods(policy['spec']['podSelector'])} in namespace {_namespace(policy)}, by {_namespaced(policy)}"
            lines = [f"{word}: {line}" for kind, word in words if kind in _types(policy) for line in _connections(kind, [policy])]
            yield title, lines


def _connections(kind: str, policies: Sequence[Object]) -> list[str]:
    isolating = [manifest for manifest in policies if kind in _types(manifest)]
    if not isolating:
        return ["anything, as no policy says otherwise"]
    lines = [
        f"{_connection(kind, _namespace(manifest), rule)}{why}"
        for manifest in isolating
        for rule, why in zip(manifest["spec"].get(kind.lower()) or (), _reasons(kind, manifest), strict=True)
    ]
    return list(dict.fromkeys(lines)) or ["nothing"]


def _reasons(kind: str, policy: Object) -> list[str]:
    """What each rule is for, where the policy has a reason; a policy that was patched may have lost it."""
    count = len(policy["spec"].get(kind.lower()) or ())
    word = {"Ingress": "in: ", "Egress": "out: "}[kind]
    lines = (policy["metadata"].get("annotations") or {}).get(EDGES, "").splitlines()
    whys = [f" for {line.partition(' for ')[2]}" for line in lines if line.startswith(word)]
    return whys if len(whys) == count else [""] * count


def _connection(kind: str, home: str, rule: Mapping[str, Any]) -> str:
    word = "from" if kind == "Ingress" else "to"
    peers = [_peer(peer, home) for peer in rule.get(word) or ()] or ["anybody"]
    ports = [_port(port) for port in rule.get("ports") or ()] or ["any port"]
    return f"{', '.join(ports)} {word} {'; '.join(peers)}"


def _port(port: Mapping[str, Any]) -> str:
    number = f" {port['port']}" if "port" in port else ""
    last = f"-{port['endPort']}" if "endPort" in port else ""
    return f"{port.get('protocol', 'TCP')}{number}{last}"


def _peer(peer: Mapping[str, Any], home: str) -> str:
    if block := peer.get("ipBlock"):
        without = f" without {', '.join(block['except'])}" if block.get("except") else ""
        return f"{block['cidr']}{without}"
    pods = _pods(peer.get("podSelector") or {})
    if "namespaceSelector" not in peer:
        return f"{pods} in namespace {home}"
    labels = dict(peer["namespaceSelector"].get("matchLabels") or {})
    if labels.keys() == {_NAME}:
        return f"{pods} in namespace {labels[_NAME]}"
    spaces = _selector(peer["namespaceSelector"])
    return f"{pods} in {f'namespaces with {spaces}' if spaces else 'every namespace'}"


def _pods(selector: Mapping[str, Any]) -> str:
    chosen = _selector(selector)
    return f"pods with {chosen}" if chosen else "every pod"


def _selector(selector: Mapping[str, Any]) -> str:
    labels = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    expressions = [
        " ".join(
            [expression["key"], expression["operator"], *([f"({', '.join(expression['values'])})"] if expression.get("values") else [])]
        )
        for expression in selector.get("matchExpressions") or ()
    ]
    return ", ".join([*labels, *expressions])


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a policy selects the pods; expressions are read as if they did, so that no rule is left out of the report."""
    return (selector.get("matchLabels") or {}).items() <= labels.items()


def _types(policy: Object) -> Sequence[str]:
    spec = policy["spec"]
    return spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])


def _namespace(manifest: Object) -> str:
    return str(manifest["metadata"].get("namespace") or "")


def _namespaced(manifest: Object) -> str:
    return "/".join(part for part in (_namespace(manifest), manifest["metadata"]["name"]) if part)
