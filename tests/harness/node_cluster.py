"""A cluster whose Pods really run: the control plane of the cluster tests, with one or two nodes, DNS and storage."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import yaml

from harness.archives import COREDNS, write_archives
from harness.cluster import Cluster
from harness.network import Network
from harness.node import DNS, Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness.network import Result

_COREFILE = """\
cluster.local in-addr.arpa {
    errors
    ready
    kubernetes cluster.local in-addr.arpa
    cache 5
}
. {
    errors
    template ANY ANY {
        rcode NXDOMAIN
    }
}
"""
"""Two servers, since `template` answers before `kubernetes` within one: names outside the cluster do not exist."""


class NodeCluster:
    """Needs what `harness.node.require_node` asks for; `close` ends every process it started."""

    def __init__(self, directory: Path, *, nodes: Sequence[str] = ("node-1",)) -> None:
        self.directory = directory
        self.network = Network()
        self.nodes: dict[str, Node] = {}
        images = directory / "images"
        try:
            write_archives(images)
            self.cluster = Cluster(self.network, directory / "cluster", nodes=nodes)
            for number, name in enumerate(nodes):
                pods = f"10.244.{number}.0/24"
                self.nodes[name] = Node(self.network, self.cluster.control_plane, name, directory / name, images=images, pods=pods)
            for name in nodes:
                self.wait_node(name)
            self._add_dns()
        except BaseException:
            self.close()
            raise

    @property
    def node(self) -> Node:
        """The first node."""
        return next(iter(self.nodes.values()))

    def wait_node(self, name: str, timeout: float = 180) -> None:
        """Wait until a node's kubelet has reported it ready."""
        path = f"api/v1/nodes?fieldSelector=metadata.name={name}"
        self.cluster.wait(lambda: any(_is_ready(node) for node in self.cluster.api(path)["items"]), lambda: self._why(name), timeout)

    def offer_volumes(
        self, objects: Sequence[Mapping[str, Any]], *, memory: Mapping[str, str] | None = None, everywhere: bool = False
    ) -> None:
        """Make a local volume for each claim of the objects, as an administrator does where nothing provisions.

        Its folder belongs to root and no one else may write to it: the kubelet hands it over by the Pod's fsGroup. `memory` names claims
        whose volume is a file system of its own of the given size, which can be filled. `everywhere` makes volumes that follow their Pod to
        any node, as network storage does; others stay on the first node.
        """
        root = self.directory / "volumes" if everywhere else "/var/lib/volumes"
        nodes = list(self.nodes) if everywhere else [self.node.name]
        for namespace, name, spec in _claims(objects):
            folder = f"{root}/{namespace}/{name}"
            self.node.run("mkdir", "-p", "-m", "755", folder).check()
            if memory and name in memory:
                self.node.run("mount", "-t", "tmpfs", "-o", f"size={memory[name]},mode=755", "volume", folder).check()
            self.cluster.request("POST", "api/v1/persistentvolumes", _volume(namespace, name, spec, folder, nodes))

    def wait_ready(self, namespace: str, name: str, timeout: float = 120) -> dict[str, Any]:
        """Wait until a Pod is Ready; return it."""

        def ready() -> dict[str, Any] | None:
            for pod in self.cluster.api(f"api/v1/namespaces/{namespace}/pods?fieldSelector=metadata.name={name}")["items"]:
                if _is_ready(pod) and "deletionTimestamp" not in pod["metadata"]:
                    found: dict[str, Any] = pod
                    return found
            return None

        def what() -> str:
            return f"Pod {name} Ready: {self.cluster.kubectl('--namespace', namespace, 'describe', 'pod', name).stdout[-3000:]}"

        return self.cluster.wait(ready, what, timeout)

    def rollout(self, namespace: str, workload: str, *, timeout: float = 180) -> float:
        """Wait as `kubectl rollout status` does; return the seconds it took."""
        begun = time.monotonic()
        status = ("rollout", "status", workload, f"--timeout={timeout:.0f}s")
        done = self.cluster.kubectl("--namespace", namespace, *status, timeout=timeout + 10)
        assert done.ok, f"{workload}: {done.stderr}{self._events_and_logs(namespace, workload)}"
        return time.monotonic() - begun

    def _events_and_logs(self, namespace: str, workload: str) -> str:
        logs = self.cluster.kubectl("--namespace", namespace, "logs", workload, "--tail=20", "--prefix")
        return "\n".join([*self.cluster.events(namespace)[-12:], logs.stdout, logs.stderr])

    def execute(self, namespace: str, pod: str, *command: str, timeout: float = 30) -> Result:
        """Run a command in a Pod through the API server."""
        return self.cluster.kubectl("--namespace", namespace, "exec", pod, "--", *command, timeout=timeout)

    def fetch(self, namespace: str, pod: str, url: str) -> Any:
        """Ask for JSON from inside a Pod."""
        return json.loads(self.execute(namespace, pod, "get", url).check().stdout)

    def close(self) -> None:
        for node in self.nodes.values():
            node.close()
        if hasattr(self, "cluster"):
            self.cluster.close()
        self.network.close()

    def _why(self, name: str) -> str:
        logs = self.directory / name / "log"
        return f"{name} Ready: " + "".join(f"\n{log.name}: {log.read_text(errors='replace')[-600:]}" for log in sorted(logs.glob("*.log")))

    def _add_dns(self) -> None:
        self.cluster.apply(yaml.safe_dump_all(_dns())).check()
        self.rollout("kube-system", "deployment/coredns")


def _is_ready(item: Mapping[str, Any]) -> bool:
    conditions = item.get("status", {}).get("conditions", ())
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


def _claims(objects: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """List every claim that the objects make, those that a StatefulSet's controller makes too."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for item in objects:
        metadata = item["metadata"]
        if item["kind"] == "PersistentVolumeClaim":
            found[metadata["namespace"], metadata["name"]] = item["spec"]
        if item["kind"] == "StatefulSet":
            for template in item["spec"].get("volumeClaimTemplates", ()):
                for replica in range(item["spec"]["replicas"]):
                    claim = f"{template['metadata']['name']}-{metadata['name']}-{replica}"
                    found.setdefault((metadata["namespace"], claim), template["spec"])
    return [(namespace, name, spec) for (namespace, name), spec in found.items()]


def _volume(namespace: str, name: str, claim: Mapping[str, Any], folder: str, nodes: Sequence[str]) -> dict[str, Any]:
    here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": list(nodes)}]}
    return {
        "metadata": {"name": f"{namespace}-{name}"},
        "spec": {
            "capacity": {"storage": claim["resources"]["requests"]["storage"]},
            "accessModes": claim["accessModes"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": claim.get("storageClassName", "lab"),
            "claimRef": {"namespace": namespace, "name": name},
            "local": {"path": folder},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [here]}},
        },
    }


def _dns() -> list[dict[str, Any]]:
    """Run CoreDNS as clusters do: under the labels by which network policies know it."""
    labels = {"k8s-app": "kube-dns"}
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]
    metadata = {"name": "coredns", "namespace": "kube-system"}
    container = {
        "name": "coredns",
        "image": COREDNS,
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [{"containerPort": port["port"], "name": port["name"], "protocol": port["protocol"]} for port in ports],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns"}],
    }
    pod = {
        "serviceAccountName": "coredns",
        "dnsPolicy": "Default",
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
    }
    role = "rbac.authorization.k8s.io"
    reads = [("", ["endpoints", "services", "pods", "namespaces"]), ("discovery.k8s.io", ["endpointslices"])]
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {
            "apiVersion": f"{role}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "coredns"},
            "rules": [{"apiGroups": [group], "resources": resources, "verbs": ["list", "watch"]} for group, resources in reads],
        },
        {
            "apiVersion": f"{role}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "coredns"},
            "roleRef": {"apiGroup": role, "kind": "ClusterRole", "name": "coredns"},
            "subjects": [{"kind": "ServiceAccount", **metadata}],
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"Corefile": _COREFILE}},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**metadata, "labels": labels},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {**metadata, "name": "kube-dns", "labels": labels},
            "spec": {"clusterIP": DNS, "selector": labels, "ports": ports},
        },
    ]
