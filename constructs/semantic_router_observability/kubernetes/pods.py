"""What every pod of the stack has in common: PodSecurity `restricted`, resources, placement, probes, mounted files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import (
    LABEL_LIMIT,
    byte_quantity,
    canonical_quantity,
    dns_subdomain,
    kubernetes_labels,
    listed,
    quantity,
)
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import ObjectName, Quantity

from .pod_fields import check_pod_field, check_spread
from .secrets import SecretKey, SecretUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.images import ImageRegistries

    from .platform import Platform
    from .secrets import OnChange

CONTAINER: Mapping[str, Any] = {
    # What a container printed before it crashed stands in `kubectl describe pod`.
    "terminationMessagePolicy": "FallbackToLogsOnError",
    "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
}
"""Fields of every container: its half of PodSecurity `restricted` with a read-only root file system, and why it ended."""

START_UP_PERIOD = 2
"""Seconds between the tries of a start-up probe. A pod is Ready, and its Service has an endpoint, only after the first try that succeeds;
the first of all meets a closed port, so a long period delays every start by its whole length."""


class Resources(Spec, frozen=True, kw_only=True):
    """Requests and limits of a container.

    Attributes:
        cpu: CPU request, such as `250m`.
        memory: Memory request, such as `1Gi`.
        memory_limit: Memory limit. Default: no limit.
        cpu_limit: CPU limit. Default none: a throttled process answers late exactly when it is needed.

    """

    cpu: Quantity
    memory: Quantity
    memory_limit: Quantity | None = None
    cpu_limit: Quantity | None = None

    def __post_init__(self) -> None:
        for name, request, limit, number in (
            ("cpu", self.cpu, self.cpu_limit, quantity),
            ("memory", self.memory, self.memory_limit, byte_quantity),
        ):
            requested = number(name, request)
            if limit is not None and number(f"{name}_limit", limit) < requested:
                raise ConfigError(f"{name}_limit", limit, f"write at least the request, {request}")

    def body(self) -> dict[str, Any]:
        """As a container's `resources`."""
        limits = {"cpu": self.cpu_limit, "memory": self.memory_limit}
        return {
            "requests": {"cpu": canonical_quantity(self.cpu), "memory": canonical_quantity(self.memory)},
            "limits": {name: canonical_quantity(limit) for name, limit in limits.items() if limit is not None} or None,
        }


class Placement(Spec, frozen=True, kw_only=True):
    """On which nodes a pod may run, in native syntax, as in a pod spec.

    Attributes:
        node_selector: Labels a node must have. Default: any node.
        tolerations: Taints the pod tolerates, as in a pod spec. Default: none.
        affinity: Affinity as in a pod spec. Default: none, or what the component itself sets above one replica.
        topology_spread_constraints: How replicas spread over zones or nodes, as in a pod spec. A constraint without a `labelSelector` gets
            that of the component's pods. Default: none.
        priority_class_name: PriorityClass. Default: the cluster's.

    """

    node_selector: dict[str, str] = {}
    tolerations: Sequence[dict[str, Any]] = ()
    affinity: dict[str, Any] | None = None
    topology_spread_constraints: Sequence[dict[str, Any]] = ()
    priority_class_name: ObjectName | None = None

    def __post_init__(self) -> None:
        kubernetes_labels("node_selector", self.node_selector)
        listed("tolerations", self.tolerations)
        for index, toleration in enumerate(self.tolerations):
            check_pod_field(("tolerations", index), "Toleration", toleration)
        if self.affinity is not None:
            check_pod_field("affinity", "Affinity", self.affinity)
        check_spread("topology_spread_constraints", self.topology_spread_constraints)
        if self.priority_class_name is not None:
            dns_subdomain("priority_class_name", self.priority_class_name)

    def body(self, labels: Mapping[str, str]) -> dict[str, Any]:
        """As fields of a pod spec; `labels` are those of the component's pods."""
        everywhere = {"labelSelector": {"matchLabels": dict(labels)}}
        return {
            "nodeSelector": self.node_selector or None,
            "tolerations": list(self.tolerations) or None,
            "affinity": self.affinity,
            "topologySpreadConstraints": [{**everywhere, **constraint} for constraint in self.topology_spread_constraints] or None,
            "priorityClassName": self.priority_class_name,
        }


def pod_spec(
    *, account: str, registries: ImageRegistries, placement: Placement, platform: Platform, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Fields that every pod has: no API token, no environment variables for every Service around, `restricted`."""
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "imagePullSecrets": [{"name": name} for name in registries.pull_secrets] or None,
        "securityContext": platform.pod_security(),
        **placement.body(labels),
    }


def pod_metadata(
    container: str, labels: Mapping[str, str], files: Mapping[str, str] | None = None, **annotations: str | None
) -> dict[str, Any]:
    """Metadata of a pod template: its labels, and the container that `kubectl logs` and `kubectl exec` mean.

    `files`, of a program that reads them only when it starts, add a hash that rolls the pods when they change.
    """
    own = {**({"config-hash": content_hash(*files.values())} if files else {}), **annotations}
    return {
        "labels": labels,
        "annotations": {
            "kubectl.kubernetes.io/default-container": container,
            **{f"semantic-router-observability/{name.replace('_', '-')}": value for name, value in own.items()},
        },
    }


def spread(selector: Mapping[str, str]) -> dict[str, Any]:
    """Field of a pod spec: prefer a node of its own for each replica."""
    term = {"labelSelector": {"matchLabels": selector}, "topologyKey": "kubernetes.io/hostname"}
    return {
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]}}
    }


def single_writer(headless: str) -> dict[str, Any]:
    """Fields of a StatefulSet that runs one pod; `headless` is its Service.

    Ordered management, the default, waits for the pod to become ready before it replaces it: a pod that cannot start, say for a wrong
    image, would stay although the mistake is corrected. `Parallel` replaces it at once, and with one replica differs in nothing else.
    """
    return {"serviceName": headless, "podManagementPolicy": "Parallel"}


def http_probe(path: str, *, period: int, failures: int, timeout: int = 3, https: bool = False) -> dict[str, Any]:
    """Probe by HTTP GET on the port named `http`; `period` and `timeout` in seconds. With `https`, kubelet checks no certificate.

    The timeout of 3 s is what prometheus-operator sets; the Kubernetes default of 1 s fails under garbage collection pauses.
    """
    get = {"path": path, "port": "http", "scheme": "HTTPS" if https else None}
    return {"httpGet": get, "periodSeconds": period, "timeoutSeconds": timeout, "failureThreshold": failures}


def start_up_probe(path: str, *, minutes: int, https: bool = False) -> dict[str, Any]:
    """Probe by HTTP GET until the first success, for at least `minutes` before the container is restarted."""
    return http_probe(path, period=START_UP_PERIOD, failures=minutes * 60 // START_UP_PERIOD, https=https)


def api_token_volume(name: str) -> dict[str, Any]:
    """The ServiceAccount's token as a projected volume, laid out as the automatic mount would, in the one pod that needs it.

    Sources of a projected volume are compared as a whole by `kubectl apply`, so defaults are set explicitly (`apiVersion` of a field
    reference): otherwise every apply would find a difference and send it again.
    """
    return {
        "name": name,
        "projected": {
            "defaultMode": 0o440,
            "sources": [
                {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
            ],
        },
    }


API_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  a path
"""Where client libraries look for the token."""


class SecretFiles:
    """Secret keys that a container reads as files, each mounted once, in a directory for each Secret.

    First the renderers of configuration ask for paths, then the pod's mounts and volumes are read. A path asked for later would not be
    mounted, so it is refused. What a program reads only from its environment is a `variable`.

    Usage:
        files = SecretFiles("/etc/prometheus/secrets")
        path = files.path(SecretKey("remote-write", "password"))   # /etc/prometheus/secrets/remote-write/password
        container |= {"volumeMounts": files.mounts()}
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._keys: dict[str, dict[str, None]] = {}
        self._exceptions: dict[SecretKey, OnChange] = {}
        self._variables: dict[str, SecretKey] = {}
        self._closed = False

    def path(self, reference: SecretKey, on_change: OnChange | None = None) -> str:
        """Path of the file that will hold the key's value; `on_change`, where the container treats it otherwise than its other files.

        Raises:
            RuntimeError: mounts, volumes or uses were read before.

        """
        if self._closed:
            raise RuntimeError(f"key {reference.key} of Secret {reference.secret}: its path was asked for after the pod's mounts were read")
        self._keys.setdefault(reference.secret, {})[reference.key] = None
        if on_change:
            self._exceptions[reference] = on_change
        return f"{self._root}/{reference.secret}/{reference.key}"

    def variable(self, name: str, reference: SecretKey) -> None:
        """Have an environment variable hold the key's value; a new value needs a new pod."""
        self._variables[name] = reference

    def environment(self) -> list[dict[str, Any]]:
        """As a container's `env`."""
        return [
            {"name": name, "valueFrom": {"secretKeyRef": {"name": key.secret, "key": key.key}}} for name, key in self._variables.items()
        ]

    def uses(self, namespace: str, reader: str, on_change: OnChange, *, made_by: Mapping[str, str] | None = None) -> list[SecretUse]:
        """Return what is read; `made_by` names what makes a Secret, by the Secret's name."""
        self._closed = True
        return [
            SecretUse(
                namespace=namespace,
                secret=secret,
                key=key,
                reader=reader,
                method="file",
                on_change=self._exceptions.get(SecretKey(secret, key), on_change),
                made_by=(made_by or {}).get(secret),
            )
            for secret, keys in self._keys.items()
            for key in keys
        ] + [
            SecretUse(namespace=namespace, secret=key.secret, key=key.key, reader=reader, method="environment", on_change="restart")
            for key in self._variables.values()
        ]

    def volumes(self) -> list[dict[str, Any]]:
        """Pod volumes with exactly the referenced keys."""
        self._closed = True
        return [
            {
                "name": volume_name("secret", secret),
                "secret": {"secretName": secret, "defaultMode": 0o440, "items": [{"key": key, "path": key} for key in keys]},
            }
            for secret, keys in self._keys.items()
        ]

    def mounts(self) -> list[dict[str, Any]]:
        """Container mounts of those volumes."""
        self._closed = True
        return [{"name": volume_name("secret", secret), "mountPath": f"{self._root}/{secret}", "readOnly": True} for secret in self._keys]


def volume_name(prefix: str, name: str) -> str:
    """Name of the pod volume for the object `name`: a DNS label, hashed only where the object's name is none or too long."""
    full = f"{prefix}-{name}"
    if len(full) <= LABEL_LIMIT and "." not in full:
        return full
    return f"{full[:52].replace('.', '-').rstrip('-')}-{content_hash(name)}"


def content_hash(*texts: str) -> str:
    """Ten hexadecimal digits that change with the content; on a pod template they roll the pod."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8))
        digest.update(text.encode())
    return digest.hexdigest()[:10]
