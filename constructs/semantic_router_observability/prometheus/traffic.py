"""What Prometheus connects to: its discovery, its targets, and where samples and alerts go. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.labels import PART_OF
from semantic_router_observability.kubernetes.ports import ALERTMANAGER, GRAFANA, THANOS_HTTP
from semantic_router_observability.kubernetes.traffic import Addresses, ApiServer, Flow, Pods, Port, Traffic
from semantic_router_observability.network.destinations import flows_in, flows_to, flows_to_endpoint
from semantic_router_observability.router.target import ALL_NAMESPACES

from .presets import KUBELET_PORT, NodeJob
from .programs import ProgramJob
from .scrape import PodJob, RawJob, ServiceJob, StaticJob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint
    from semantic_router_observability.router.target import RouterTarget
    from semantic_router_observability.thanos.forms import ThanosSidecar

    from .presets import ScrapeJob
    from .remote_write import RemoteWrite

TO_ROUTERS = "metrics of the routers"
"""What connections to the routers are for."""

_ANYTHING = (Pods(None), Addresses())


def traffic(
    name: str,
    pods: Pods,
    *,
    targets: Sequence[RouterTarget],
    scrape_jobs: Sequence[ScrapeJob],
    alertmanagers: Sequence[HasEndpoint],
    alert_namespaces: Sequence[str],
    remote_write: Sequence[RemoteWrite],
    sidecar: ThanosSidecar | None = None,
) -> tuple[Traffic]:
    """Every connection that Prometheus opens, from the arguments of its stack."""
    namespace = pods.namespace or ""
    flows = [
        Flow(peer=ApiServer(), ports=(), why="discovery"),
        *(flow for target in targets for flow in router_flows(target, namespace)),
        Flow(peer=_component("grafana", namespace), ports=(Port(GRAFANA),), why="metrics of Grafana"),
        *(
            Flow(peer=_component("alertmanager", other), ports=(Port(ALERTMANAGER),), why="metrics of Alertmanager")
            for other in alert_namespaces
        ),
        *(flow for job in scrape_jobs for flow in _job(job, namespace)),
        *(flow for alertmanager in alertmanagers for flow in flows_to_endpoint(alertmanager.endpoint, namespace=namespace, why="alerts")),
        *(flow for write in remote_write for flow in _remote_write(write, namespace)),
        *(
            Flow(peer=_component(name_of_pods, namespace), ports=(Port(THANOS_HTTP),), why="metrics of Thanos")
            for name_of_pods in (("thanos", "prometheus") if sidecar else ())
        ),
        *(sidecar.object_storage.flows(namespace) if sidecar and sidecar.object_storage else ()),
    ]
    return (Traffic(name=name, pods=pods, sends=tuple(flows)),)


def agent_traffic(name: str, pods: Pods, *, targets: Sequence[RouterTarget], remote_write: Sequence[RemoteWrite]) -> tuple[Traffic]:
    """Every connection that an agent opens."""
    namespace = pods.namespace or ""
    flows = [
        Flow(peer=ApiServer(), ports=(), why="discovery"),
        *(flow for target in targets for flow in router_flows(target, namespace)),
        *(flow for write in remote_write for flow in _remote_write(write, namespace)),
    ]
    return (Traffic(name=name, pods=pods, sends=tuple(flows)),)


def router_namespaces(targets: Sequence[RouterTarget], own_namespace: str) -> tuple[str | None, ...]:
    """Namespaces of the routers, each once; None stands for all."""
    flows = (flow for target in targets for flow in router_flows(target, own_namespace))
    return tuple(dict.fromkeys(flow.peer.namespace for flow in flows if isinstance(flow.peer, Pods)))


def router_flows(target: RouterTarget, own_namespace: str) -> Iterator[Flow]:
    """Connections to the routers of one target."""
    port = target.metrics_port
    for namespace in target.namespaces or (own_namespace,):
        for labels in target.pod_labels():
            peer = Pods(None if namespace == ALL_NAMESPACES else namespace, labels)
            yield Flow(peer=peer, ports=(Port(port),) if port else (), why=TO_ROUTERS)


def _component(name: str, namespace: str) -> Pods:
    return Pods(namespace, {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": PART_OF})


def _job(job: ScrapeJob, own_namespace: str) -> Iterator[Flow]:
    why = f"scrape job {job.name}"
    match job:
        case StaticJob():
            for target in job.targets:
                yield from flows_to(target, namespace=own_namespace, why=why)
        case NodeJob():
            yield Flow(peer=Addresses(), ports=(Port(KUBELET_PORT),), why=why)
        case RawJob():
            yield from _discovered(job.config, own_namespace, why)
        case ProgramJob(host_network=True, port=int(port)):
            yield Flow(peer=Addresses(), ports=(Port(port),), why=why)
        case PodJob() | ServiceJob():
            # The pods behind a Service have labels of their own, which its selector names and nobody here has read.
            labels = job.match_labels if isinstance(job, PodJob) else {}
            ports = (Port(job.port),) if isinstance(job.port, int) else ()
            for namespace in job.namespaces or (own_namespace,):
                yield Flow(peer=Pods(None if namespace == ALL_NAMESPACES else namespace, labels), ports=ports, why=why)


def _remote_write(write: RemoteWrite, namespace: str) -> Iterator[Flow]:
    why = f"remote write to {write.name or write.url}"
    if "proxy_url" not in write.extra:
        yield from flows_to(write.url, namespace=namespace, why=why)
    yield from flows_in(write.extra, namespace=namespace, why=why)
    for address in _identity_services(write.extra):
        yield Flow(peer=Addresses((f"{address}/32",)), ports=(Port(80),), why=f"{why}: identity from the cloud")


def _identity_services(extra: Mapping[str, Any]) -> Iterator[str]:
    """Addresses at which a cloud hands out the identity that a remote write logs in with, where it takes one from there."""
    if "managed_identity" in (extra.get("azuread") or ()) or ("google_iam" in extra and not extra["google_iam"]):
        yield "169.254.169.254"  # metadata service of Azure's and Google's virtual machines
    if "sigv4" in extra and "secret_key" not in (extra["sigv4"] or ()):
        yield "169.254.170.23"  # EKS Pod Identity; roles of service accounts are asked of AWS itself, by https


def _discovered(config: Mapping[str, Any], own_namespace: str, why: str) -> Iterator[Flow]:
    """Read the connections of a section in Prometheus's native syntax, with any of its service discoveries."""
    servers = {key: value for key, value in config.items() if key not in {"params", "static_configs"}}
    yield from flows_in(servers, namespace=own_namespace, why=why)
    port = 443 if config.get("scheme") == "https" else 80
    for key, entries in config.items():
        if not key.endswith(("_sd_configs", "static_configs")):
            continue
        for entry in entries:
            match key:
                case "static_configs":
                    for target in entry.get("targets", ()):
                        yield from flows_to(target, namespace=own_namespace, why=why, default_port=port)
                case "kubernetes_sd_configs":
                    yield from _kubernetes(entry, why)
                case "dns_sd_configs" if entry.get("type", "SRV") != "SRV":
                    for name in entry.get("names", ()):
                        yield from flows_to(name, namespace=own_namespace, why=why, default_port=entry.get("port"))
                case _:
                    for peer in _ANYTHING:
                        yield Flow(peer=peer, ports=(), why=f"{why}, whose targets only {key} knows")
    yield from _relabelled(config, own_namespace, why)


def _relabelled(config: Mapping[str, Any], own_namespace: str, why: str) -> Iterator[Flow]:
    """Read the address of an exporter that is asked about others."""
    for step in config.get("relabel_configs", ()):
        replacement = str(step.get("replacement", ""))
        if step.get("target_label") == "__address__" and re.fullmatch(r"[^$]+", replacement):
            yield from flows_to(replacement, namespace=own_namespace, why=why)


def _kubernetes(entry: Mapping[str, Any], why: str) -> Iterator[Flow]:
    if entry.get("role") in {"node", "ingress"}:
        yield Flow(peer=Addresses(), ports=(), why=why)
        return
    for namespace in entry.get("namespaces", {}).get("names") or (None,):
        yield Flow(peer=Pods(namespace), ports=(), why=why)
