"""What prometheus-operator's own code makes of objects: which it selects, and the configuration and rules that come of them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

KINDS = {"PodMonitor", "ServiceMonitor", "PrometheusRule"}


@dataclass(frozen=True)
class Selected:
    """The operator's answer for one Prometheus object."""

    config: dict[str, Any]
    """Its `prometheus.yml`."""
    rules: dict[str, Any]
    """Rule files by name."""
    monitors: list[str]
    """Monitors that it selected and accepted."""
    rejected: list[str]
    """Events about objects that it selected and did not accept."""
    admission: dict[str, str]
    """What the admission webhook says against each rule object; empty: nothing."""

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """Scrape jobs by name."""
        return {job["job_name"]: job for job in self.config.get("scrape_configs") or ()}

    @property
    def groups(self) -> dict[str, dict[str, Any]]:
        """Rule groups by name."""
        return {group["name"]: group for file in self.rules.values() for group in file["groups"]}


def prometheus_object(namespace: str = "monitoring", **spec: Any) -> dict[str, Any]:
    """A Prometheus object with the defaults that its definition gives."""
    body = {"scrapeInterval": "30s", "evaluationInterval": "30s", "version": "3.5.0", **spec}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "k8s", "namespace": namespace},
        "spec": body,
    }


def by_label(labels: Mapping[str, str], **spec: Any) -> dict[str, Any]:
    """A Prometheus object that chooses monitors and rules of all namespaces by labels, as kube-prometheus-stack's does."""
    selectors: dict[str, Any] = {}
    for kind in ("podMonitor", "serviceMonitor", "rule"):
        selectors |= {f"{kind}Selector": {"matchLabels": dict(labels)} if labels else {}, f"{kind}NamespaceSelector": {}}
    return prometheus_object(**{**selectors, **spec})


def select(server: Mapping[str, Any], objects: Iterable[Mapping[str, Any]], namespaces: Sequence[Mapping[str, Any] | str] = ()) -> Selected:
    """Let the operator's code read the objects of its kinds, and the namespaces that they are in."""
    chosen = [found for found in objects if found["kind"] in KINDS]
    named = [{"metadata": {"name": space}} if isinstance(space, str) else space for space in namespaces]
    known = {space["metadata"]["name"] for space in named}
    missing = dict.fromkeys(found["metadata"]["namespace"] for found in [server, *chosen] if found["metadata"]["namespace"] not in known)
    spaces = [{"apiVersion": "v1", "kind": "Namespace", **space} for space in [*named, *({"metadata": {"name": name}} for name in missing)]]
    text = json.dumps([server, *spaces, *chosen])
    done = subprocess.run([str(program("operator-reader")), "select"], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return Selected(
        # The operator's configuration reloader, a container of the pod, fills in the number of the shard.
        config=yaml.safe_load(answer["config"].replace("$(SHARD)", "0")),
        rules={name: yaml.safe_load(content) for name, content in (answer["rules"] or {}).items()},
        monitors=sorted(answer["monitors"] or ()),
        rejected=answer["rejected"] or [],
        admission=answer["admission"],
    )


def notified(objects: Iterable[Mapping[str, Any]], secrets: Iterable[Mapping[str, Any]], **spec: Any) -> subprocess.CompletedProcess[str]:
    """Let the operator's code make the configuration of an Alertmanager, whose own routes lead to the receiver `elsewhere`."""
    server = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Alertmanager",
        "metadata": {"name": "main", "namespace": "monitoring"},
        "spec": spec,
    }
    text = json.dumps([server, *secrets, *(found for found in objects if found["kind"] == "AlertmanagerConfig")])
    return subprocess.run([str(program("operator-reader")), "notify"], input=text, capture_output=True, text=True, timeout=60, check=False)
