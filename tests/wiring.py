"""Who connects to whom, read from the configuration files that the programs get, and not from what the constructs say about it."""

from __future__ import annotations

import configparser
import ipaddress
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from policies import Host, Pod
from relabel import relabel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from manifests import Object

OUTSIDE = Host("203.0.113.7")
"""Stands for every name outside the cluster."""

SOME_PORT = 12345
"""Port of a container behind a Service that only says its own."""


@dataclass(frozen=True)
class Connection:
    """One that has to come about."""

    source: Pod
    target: Pod | Host
    port: int
    protocol: str = "TCP"


@dataclass(frozen=True)
class Target:
    """What discovery may find: a pod behind a Service."""

    pod: Pod
    service: str
    service_labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    port_name: str = "metrics"
    port: int = 9190

    def labels(self) -> dict[str, str]:
        """Discovery labels, as Prometheus makes them for roles pod and endpointslice."""
        meta = {
            "namespace": self.pod.namespace,
            "pod_name": self.pod.name,
            "pod_ip": self.pod.address,
            "pod_phase": "Running",
            "pod_container_port_name": self.port_name,
            "pod_container_port_number": str(self.port),
            "service_name": self.service,
            "endpointslice_port_name": self.port_name,
            "endpointslice_port": str(self.port),
            **{f"pod_label_{_plain(key)}": value for key, value in self.pod.labels.items()},
            **{f"service_label_{_plain(key)}": value for key, value in self.service_labels.items()},
        }
        return {"__address__": f"{self.pod.address}:{self.port}", **{f"__meta_kubernetes_{key}": value for key, value in meta.items()}}


ROUTER = {"app.kubernetes.io/name": "semantic-router"}


def routers(namespace: str) -> list[Target]:
    """A router of each installation style, as the upstream manifests label it."""

    def found(name: str, service: str, labels: Mapping[str, str], port_name: str = "metrics") -> Target:
        return Target(Pod(name, namespace, labels), service, port_name=port_name)

    helm = {"app": "semantic-router", **ROUTER, "app.kubernetes.io/component": "router"}
    return [
        found("raw", "semantic-router-metrics", {"app": "semantic-router"}),
        *(found(f"helm-{name}", f"{name}-metrics", {**helm, "app.kubernetes.io/instance": name}) for name in ("vsr", "vsr.prod")),
        *(found(f"operator-{name}", name, {**ROUTER, "app.kubernetes.io/instance": name}) for name in ("my-router", "router")),
        found("kserve", "semantic-router-kserve", {"app": "semantic-router", "component": "gateway"}),
        found("own", "own", {"app.kubernetes.io/name": "my-router", "team": "a"}, "prom"),
        found("blue", "blue", {"team.example.com/router": "blue"}, "http-metrics"),
    ]


def engines(namespace: str) -> list[Target]:
    """What the scrape jobs of the cases look for."""
    return [
        Target(Pod("envoy", namespace, {"app": "envoy-gateway"}), "envoy", port_name="admin", port=19001),
        Target(Pod("vllm", namespace, {"app": "vllm-model"}), "vllm", port_name="http", port=8000),
        Target(Pod("llm-d", namespace, {"pod": "llm-d"}), "llm-d", {"app.kubernetes.io/part-of": "llm-d"}, port=9090),
        Target(Pod("epp", namespace, {"pod": "epp"}), "epp", {"app.kubernetes.io/name": "epp"}, port=9090),
        Target(Pod("guarded", namespace, {"pod": "guarded"}), "guarded", {"app": "guarded"}, "https", 8443),
    ]


class Wiring:
    """The connections of one installation, from its manifests."""

    def __init__(self, objects: Sequence[Object]) -> None:
        self._objects = objects
        workloads = [item for item in objects if item["kind"] in {"StatefulSet", "Deployment"}]
        self.pods = {workload["metadata"]["name"]: _pod(workload) for workload in workloads}
        """A pod of each workload."""
        self._templates = {workload["metadata"]["name"]: workload["spec"]["template"]["spec"] for workload in workloads}
        self.routers: list[Pod] = []
        """Routers that Prometheus scrapes."""
        self.wide: set[tuple[Pod, str | None]] = set()
        """Who may connect to any pod of a namespace, or of all: the manifests do not say which pod a Service selects."""
        self.any_port: set[tuple[Pod, Pod]] = set()
        """Who may connect to any port of whom: the number of a port that only has a name is not known."""
        self.connections = list(self._all())
        gateways = [pod for name, pod in self.pods.items() if "collector.yaml" in self._config(name)]
        # Routers are configured elsewhere; all that may be found are meant to send.
        self.connections += [Connection(router, gateway, 4317) for gateway in gateways for router in dict.fromkeys(self.routers)]

    @property
    def controller_is_unknown(self) -> bool:
        """Whether an Ingress is of a class whose controller could run anywhere, or outside the cluster."""
        known = {"nginx", "traefik", "haproxy"}
        return any(item["kind"] == "Ingress" and item["spec"].get("ingressClassName") not in known for item in self._objects)

    def exposed(self) -> set[tuple[Pod, int]]:
        """Pods, and their ports, to which an Ingress, a route of a gateway or an OpenShift Route leads."""
        routes = [str(item["spec"]) for item in self._objects if item["kind"] in {"Ingress", "HTTPRoute", "Route"}]
        targets = [target for pod in self.pods.values() for target in self._services(pod.namespace) if target.port_name == "http"]
        return {(target.pod, target.port) for target in targets if any(f"'name': '{target.service}'" in route for route in routes)}

    def _all(self) -> Iterator[Connection]:
        for name, pod in self.pods.items():
            for text in self._config(name).items():
                match text:
                    case ("prometheus.yml", content):
                        yield from self._prometheus(pod, yaml.safe_load(content))
                    case ("datasources.yaml", content):
                        for source in yaml.safe_load(content)["datasources"]:
                            yield from self._to(pod, source.get("url") or f"{OUTSIDE.address}:443")
                    case ("grafana.ini", content):
                        yield from self._grafana(pod, content)
                    case ("ldap.toml", content):
                        for server in tomllib.loads(content)["servers"]:
                            for host in server["host"].split():
                                yield from self._to(pod, f"{host}:{server['port']}")
                    case ("alertmanager.yml", content):
                        yield from self._alertmanager(pod, yaml.safe_load(content))
                    case ("collector.yaml", content):
                        for exporter in yaml.safe_load(content)["exporters"].values():
                            yield from self._to(pod, exporter["endpoint"])
                    case ("oauth2-proxy.cfg", content):
                        for url in re.findall(r"^(?:upstreams|(?!redirect|login)\w+_url) *= *\[?\"(http[^\"]+)\"", content, re.MULTILINE):
                            yield from self._to(pod, url)
            if any(port.get("name") == "gossip" for port in self._templates[name]["containers"][0]["ports"]):
                replica = Pod("another replica", pod.namespace, pod.labels)
                yield from (Connection(pod, replica, 9094, protocol) for protocol in ("TCP", "UDP"))

    def _config(self, name: str) -> dict[str, str]:
        for item in self._objects:
            if item["kind"] == "ConfigMap" and item["metadata"]["name"] == f"{name}-config":
                return dict(item["data"])
        return {}

    def _prometheus(self, pod: Pod, config: Mapping[str, Any]) -> Iterator[Connection]:
        for job in config["scrape_configs"]:
            if any(discovery["role"] == "node" for discovery in job.get("kubernetes_sd_configs", ())):
                yield Connection(pod, OUTSIDE, 10250)
                continue
            for target in self._discovered(pod, job):
                if job["job_name"] == "semantic-router":
                    self.routers.append(target.pod)
                if target.port_name != "metrics" and target.pod not in self.pods.values():
                    self.any_port.add((pod, target.pod))
                yield Connection(pod, target.pod, target.port)
            for static in job.get("static_configs", ()):
                for address in static["targets"]:
                    yield from self._to(pod, address)
        for write in config.get("remote_write") or ():
            yield from self._to(pod, write.get("proxy_url") or write["url"])
        for alertmanager in (config.get("alerting") or {}).get("alertmanagers", ()):
            yield from (Connection(pod, target.pod, target.port) for target in self._discovered(pod, alertmanager))
            for static in alertmanager.get("static_configs", ()):
                for address in static["targets"]:
                    yield from self._to(pod, address)
            for names in alertmanager.get("dns_sd_configs", ()):
                for name in names["names"]:
                    yield from self._to(pod, f"{name}:{names['port']}")

    def _discovered(self, pod: Pod, job: Mapping[str, Any]) -> Iterator[Target]:
        for discovery in job.get("kubernetes_sd_configs", ()):
            everywhere = [pod.namespace, "elsewhere"]
            for namespace in discovery.get("namespaces", {}).get("names", everywhere):
                steps = job.get("relabel_configs", ())
                selects_pods = any("_pod_label_" in label for step in steps for label in step.get("source_labels", ()))
                if not selects_pods and not any("semantic-router-observability" in str(step.get("regex")) for step in steps):
                    # By a Service's labels, or by nothing: any pod of the namespace may be behind it.
                    self.wide.add((pod, namespace))
                for target in (*routers(namespace), *engines(namespace), *self._services(namespace), *self._own_metrics(namespace)):
                    if relabel(target.labels(), steps) is not None:
                        yield target

    def _services(self, namespace: str) -> Iterator[Target]:
        for item in self._objects:
            if item["kind"] != "Service" or item["metadata"]["namespace"] != namespace:
                continue
            for name, pod in self.pods.items():
                if item["spec"]["selector"].items() <= pod.labels.items():
                    for port in item["spec"]["ports"]:
                        number = self._container_port(name, port["targetPort"])
                        yield Target(pod, item["metadata"]["name"], item["metadata"]["labels"], port["name"], number)

    def _own_metrics(self, namespace: str) -> Iterator[Target]:
        """Ports called `metrics` of the stack's own pods, to which no Service leads."""
        for name, pod in self.pods.items():
            for port in self._templates[name]["containers"][0]["ports"]:
                if port["name"] == "metrics" and pod.namespace == namespace:
                    yield Target(pod, "", port=port["containerPort"])

    def _container_port(self, workload: str, name: str) -> int:
        container = self._templates[workload]["containers"][0]
        return next(int(port["containerPort"]) for port in container["ports"] if port["name"] == name)

    def _grafana(self, pod: Pod, text: str) -> Iterator[Connection]:
        parser = configparser.RawConfigParser()
        parser.read_string(text)
        for section in parser.sections():
            for key, value in parser[section].items():
                asks = key in {"token_url", "api_url", "jwk_set_url"} or (key == "host" and section in {"database", "smtp"})
                if asks and value and value.strip('"'):
                    yield from self._to(pod, value.strip('"'))

    def _alertmanager(self, pod: Pod, config: Mapping[str, Any]) -> Iterator[Connection]:
        for receiver in config["receivers"]:
            for kind, entries in receiver.items():
                for entry in entries if kind.endswith("_configs") else ():
                    proxy = (entry.get("http_config") or {}).get("proxy_url")
                    named = entry.get("smarthost") or proxy or entry.get("url") or entry.get("api_url")
                    yield from self._to(pod, named or f"{OUTSIDE.address}:443")

    def _to(self, pod: Pod, where: str) -> Iterator[Connection]:
        parts = urlsplit(where if "://" in where else f"//{where}")
        host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]
        if host == "localhost":
            return
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            pass
        else:
            yield Connection(pod, Host(str(address)), port)
            return
        labels = host.split(".")
        if len(labels) == 1:
            yield from self._service(pod, host, pod.namespace, port)
        elif "svc" in labels[2:]:
            at = labels.index("svc", 2)
            yield from self._service(pod, labels[at - 2], labels[at - 1], port)
        elif len(labels) == 2 and re.search(r"-\d+$", labels[0]):
            yield from self._service(pod, labels[1], pod.namespace, port)
        else:
            if len(labels) == 2 and not re.fullmatch(r"com|net|org|edu|gov|mil|int|info|biz|[a-z]{2}", labels[1]):
                yield from self._service(pod, labels[0], labels[1], port)
            yield Connection(pod, OUTSIDE, port)

    def _service(self, pod: Pod, name: str, namespace: str, port: int) -> Iterator[Connection]:
        known = [target for target in self._services(namespace) if target.service == name]
        yield from (Connection(pod, target.pod, port) for target in known)
        if not known:
            self.wide.add((pod, namespace))
            yield Connection(pod, Pod(name, namespace, {"anything": name}), SOME_PORT)


def _pod(workload: Object) -> Pod:
    metadata = workload["metadata"]
    return Pod(metadata["name"], metadata["namespace"], workload["spec"]["template"]["metadata"]["labels"])


def _plain(key: str) -> str:
    return re.sub("[^a-zA-Z0-9_]", "_", key)
