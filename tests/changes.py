"""Changes of the default stack, each with the effects that `sro diff` has to report; the API server is asked about the refused ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from manifests import Object

HOME = "vllm-semantic-router-system"


class Change(NamedTuple):
    """An edit of manifests."""

    edit: Callable[[Stack], None]
    effects: dict[str, str]
    """Start of the text of each effect that the edit has, by kind and subject with a blank between; there are no others."""


class Stack:
    """Objects to edit."""

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects

    def find(self, kind: str, name: str) -> Any:
        return next(item for item in self.objects if (item["kind"], item["metadata"]["name"]) == (kind, name))

    def remove(self, kind: str, name: str) -> None:
        self.objects.remove(self.find(kind, name))

    def replace_text(self, name: str, key: str, old: str, new: str) -> None:
        """Change the text in a ConfigMap."""
        data = self.find("ConfigMap", name)["data"]
        assert old in data[key]
        data[key] = data[key].replace(old, new, 1)

    def edit_alert(self, name: str, edit: Callable[[Any], None]) -> None:
        """Change an alert in the files of rules."""
        data = self.find("ConfigMap", "prometheus-rules")["data"]
        for key, text in data.items():
            document = yaml.safe_load(text)
            for rule in (rule for group in document["groups"] for rule in group["rules"] if rule.get("alert") == name):
                edit(rule)
                data[key] = yaml.safe_dump(document)

    def container(self, name: str) -> Any:
        return self.find("StatefulSet", name)["spec"]["template"]["spec"]["containers"][0]


PROMETHEUS, GRAFANA = (f"StatefulSet {HOME}/{name}" for name in ("prometheus", "grafana"))
ACCOUNT = f"ServiceAccount {HOME}/prometheus"
CLAIM = f"PersistentVolumeClaim {HOME}/prometheus-data"
STOPS = "its pod is replaced; no sample is scraped and no alert evaluated until the new one is Ready. Changes: "


def _set(path: str, value: Any) -> Callable[[Any], None]:
    *parents, last = path.split(".")

    def edit(manifest: Any) -> None:
        for key in parents:
            manifest = manifest[int(key)] if key.isdigit() else manifest[key]
        manifest[last] = value

    return edit


def _on(kind: str, name: str, *edits: Callable[[Any], None]) -> Callable[[Stack], None]:
    def edit(stack: Stack) -> None:
        for change in edits:
            change(stack.find(kind, name))

    return edit


def _alert(edit: Callable[[Any], None]) -> Callable[[Stack], None]:
    return lambda stack: stack.edit_alert("SemanticRouterErrors", edit)


def _threshold(number: str) -> Callable[[Stack], None]:
    def edit(rule: Any) -> None:
        rule["expr"], count = re.subn(r">(\s+)0\.1\b", rf">\g<1>{number}", rule["expr"])
        assert count == 1

    return _alert(edit)


def _move_volume(stack: Stack) -> None:
    volumes = stack.find("StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"]
    (data,) = [volume for volume in volumes if "persistentVolumeClaim" in volume]
    data["persistentVolumeClaim"] = {"claimName": "other"}


def _more_verbs(stack: Stack) -> None:
    stack.find("Role", "prometheus")["rules"][0]["verbs"].append("get")


def _open_policy(stack: Stack) -> None:
    stack.find("NetworkPolicy", "network-grafana")["spec"]["ingress"].append({"ports": [{"protocol": "TCP", "port": 3000}]})


def _ingress(stack: Stack) -> None:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "grafana", "port": {"name": "http"}}}}
    rules = [{"host": "grafana.example.com", "http": {"paths": [path]}}]
    metadata = {"name": "web", "namespace": stack.objects[0]["metadata"]["namespace"]}
    stack.objects.append({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": rules}})


def _privileged(stack: Stack) -> None:
    stack.container("grafana")["securityContext"].update(privileged=True, allowPrivilegeEscalation=True)


def _another_image(stack: Stack) -> None:
    stack.container("prometheus")["image"] = "quay.io/prometheus/prometheus:v9.9.9"


CHANGES: dict[str, Change] = {
    "a claim that is gone": Change(
        lambda stack: stack.remove("PersistentVolumeClaim", "prometheus-data"),
        {f"data {CLAIM}": "is no longer in the manifests. Argo CD, Flux, Helm keep it; `kubectl apply --prune` deletes it."},
    ),
    "a volume that moves": Change(
        _move_volume,
        {
            f"data {PROMETHEUS}": "volume data moves from claim prometheus-data to claim other: it starts without the data",
            f"restart {PROMETHEUS}": f"{STOPS}volumes",
        },
    ),
    "claims that go with the set": Change(
        _on("StatefulSet", "grafana", _set("spec.persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Delete", "whenScaled": "Retain"})),
        {f"data {GRAFANA}": "whenDeleted: Delete: its claims are deleted when it is deleted"},
    ),
    "a smaller claim": Change(
        _on("PersistentVolumeClaim", "prometheus-data", _set("spec.resources.requests.storage", "10Gi")),
        {f"immutable {CLAIM}": "storage 20Gi -> 10Gi: a claim cannot shrink"},
    ),
    "another class": Change(
        _on("PersistentVolumeClaim", "prometheus-data", _set("spec.storageClassName", "fast")),
        {f"immutable {CLAIM}": "spec.storageClassName cannot change in place"},
    ),
    "another selector": Change(
        _on("StatefulSet", "grafana", _set("spec.selector", {"matchLabels": {"a": "b"}})),
        {f"immutable {GRAFANA}": "spec.selector cannot change in place: delete it with `kubectl delete statefulset"},
    ),
    "another headless Service": Change(
        _on("StatefulSet", "prometheus", _set("spec.serviceName", "other")),
        {f"immutable {PROMETHEUS}": "spec.serviceName cannot change in place"},
    ),
    "another role of a binding": Change(
        _on("RoleBinding", "prometheus", _set("roleRef.name", "view")),
        {
            f"immutable RoleBinding {HOME}/prometheus": "roleRef cannot change in place: delete the RoleBinding",
            f"permissions {ACCOUNT}": f"in namespace {HOME}: everything that Role view holds, which is not in the manifests",
        },
    ),
    "one more verb": Change(_more_verbs, {f"permissions {ACCOUNT}": f"in namespace {HOME}: get services"}),
    "a privileged container": Change(
        _privileged,
        {
            f"permissions {GRAFANA}": "container grafana: privileged: true",
            f"restart {GRAFANA}": "its pod is replaced; Grafana does not answer until the new one is Ready. Changes: securityContext of container grafana",
        },
    ),
    "an Ingress": Change(_ingress, {f"exposure Ingress {HOME}/web": "grafana.example.com/ leads to Service grafana, without TLS here"}),
    "a Service for everyone": Change(
        _on("Service", "prometheus", _set("spec.type", "LoadBalancer")),
        {f"exposure Service {HOME}/prometheus": "type LoadBalancer: reachable from outside the cluster"},
    ),
    "a policy with a hole": Change(_open_policy, {f"network {GRAFANA}": "in: TCP 3000 from anybody"}),
    "a higher threshold": Change(
        _threshold("0.4"),
        {f"alerts alert SemanticRouterErrors in {HOME}": "threshold > 0.1 -> > 0.4"},
    ),
    "a slower alert": Change(
        _alert(_set("for", "1h")),
        {f"alerts alert SemanticRouterErrors in {HOME}": "for 5m -> 1h"},
    ),
    "a lower severity": Change(
        _alert(_set("labels.severity", "info")),
        {f"alerts alert SemanticRouterErrors in {HOME}": "severity critical -> info"},
    ),
    "another condition": Change(
        _alert(_set("expr", "up == 0")),
        {f"alerts alert SemanticRouterErrors in {HOME}": "its condition is another one: read it"},
    ),
    "an alert that is gone": Change(
        _alert(_set("alert", "Mine")),
        {f"alerts alert SemanticRouterErrors in {HOME}": "is removed"},
    ),
    "less time": Change(
        lambda stack: stack.replace_text("prometheus-config", "prometheus.yml", "time: 15d", "time: 2d"),
        {f"retention ConfigMap {HOME}/prometheus-config": "retention time 15d -> 2d"},
    ),
    "less space": Change(
        lambda stack: stack.replace_text("prometheus-config", "prometheus.yml", "size: 16GB", "size: 512MB"),
        {f"retention ConfigMap {HOME}/prometheus-config": "retention size 16GB -> 512MB"},
    ),
    "a dashboard that is gone": Change(
        lambda stack: stack.remove("ConfigMap", "grafana-dashboard-router-fleet"),
        {"dashboards dashboard 'Router fleet'": "uid semantic-router-fleet is removed"},
    ),
    "another image": Change(
        _another_image,
        {
            f"restart {PROMETHEUS}": f"{STOPS}image of container prometheus",
            f"images {PROMETHEUS}": "container prometheus: quay.io/prometheus/prometheus:v3.13.5 -> quay.io/prometheus/prometheus:v9.9.9",
        },
    ),
    "two replicas": Change(_on("StatefulSet", "grafana", _set("spec.replicas", 2)), {}),
    "a larger claim": Change(_on("PersistentVolumeClaim", "prometheus-data", _set("spec.resources.requests.storage", "40Gi")), {}),
    "a lower threshold": Change(_threshold("0.05"), {}),
    "fewer verbs": Change(lambda stack: stack.find("Role", "prometheus")["rules"][0]["verbs"].pop(), {}),
    "more history": Change(lambda stack: stack.replace_text("prometheus-config", "prometheus.yml", "time: 15d", "time: 30d"), {}),
}
