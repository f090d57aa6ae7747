"""Scrape jobs for programs beside the router that run already: of each, exactly the families of its contract are stored."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

import msgspec

from semantic_router_observability.contract.metric import Source, samples, source_metrics
from semantic_router_observability.texts import PortName, PortNumber

from .scrape import PodJob

_NAME: Final = "app.kubernetes.io/name"


class ProgramJob(PodJob, frozen=True, kw_only=True):
    """What the jobs for programs beside the router have in common: they know the program's labels, port and families."""

    match_labels: dict[str, str] = {}
    port: PortName | int = 0

    source: ClassVar[Source]
    """Contract of the program."""
    labels: ClassVar[Mapping[str, str]]
    """Labels that its pods have where nothing else is said."""
    per_node: ClassVar[bool] = False
    """Whether a pod of it speaks for its node, whose name its series then have."""
    host_network: ClassVar[bool] = False
    """Whether its pods have the address of their node, which no network policy finds by labels of pods."""
    container: ClassVar[str] = ""
    """Name of the container that serves the page, where it declares no port: pods are then found by this name, and asked at the number of the port."""

    def __post_init__(self) -> None:
        if not self.match_labels:
            msgspec.structs.force_setattr(self, "match_labels", dict(self.labels))
        super().__post_init__()

    def further(self) -> dict[str, Any]:
        """Fields of the job besides those of every job."""
        # What nothing here asks for is left out: such a page has many times as many series.
        stored = "|".join(sorted(samples(source_metrics(self.source).values())))
        return {"metric_relabel_configs": [{"source_labels": ["__name__"], "regex": stored, "action": "keep"}]}


class RedisJob(ProgramJob, frozen=True, kw_only=True, tag="redis"):
    """Scrape the redis_exporter of the Redis or Valkey that holds the router's cache: a container beside it, or a Deployment of its own.

    Attributes:
        name: Value of the `job` label. Default `redis`.
        match_labels: Labels the pods must have. Default `app.kubernetes.io/name: redis`, as Bitnami's Helm chart has it; its chart of Valkey
            has `valkey`, and the chart of the exporter alone `prometheus-redis-exporter`.
        port: Name or number of a port the container declares. Default 9121, the exporter's own.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    name: str = "redis"
    port: PortName | int = 9121

    dashboard = "redis"
    source = "redis"
    labels = MappingProxyType({_NAME: "redis"})


class DcgmJob(ProgramJob, frozen=True, kw_only=True, tag="dcgm"):
    """Scrape NVIDIA's dcgm-exporter, a pod on every node with GPUs. Series of a GPU carry namespace and pod of the engine that has it.

    Attributes:
        name: Value of the `job` label. Default `dcgm`.
        match_labels: Labels the pods must have. Default `app: nvidia-dcgm-exporter`, as NVIDIA's GPU operator has it; the Helm chart of the
            exporter alone has `app.kubernetes.io/name: dcgm-exporter`.
        port: Name or number of a port the container declares. Default 9400, the exporter's own.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's. The exporter reads the GPUs every 30 s where nothing else is set.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    name: str = "dcgm"
    port: PortName | int = 9400

    dashboard = "dcgm"
    source = "dcgm"
    labels = MappingProxyType({"app": "nvidia-dcgm-exporter"})
    per_node = True

    def further(self) -> dict[str, Any]:
        """Fields of the job besides those of every job."""
        fields = super().further()
        # Whose a GPU is, the page says. Older exporters, and newer ones with `--use-old-namespace`, say it by other names.
        named = [
            {"source_labels": [old], "regex": "(.+)", "target_label": new}
            for old, new in (("pod_namespace", "namespace"), ("pod_name", "pod"), ("container_name", "container"))
        ]
        # A GPU that nobody has would count as the exporter's own: its target's labels fill the gap.
        free = [{"source_labels": ["container"], "regex": "", "target_label": label, "replacement": ""} for label in ("namespace", "pod")]
        fields["metric_relabel_configs"] += [*named, *free]
        return {"honor_labels": True, **fields}


class NodeExporterJob(ProgramJob, frozen=True, kw_only=True, tag="nodeExporter"):
    """Scrape Prometheus's node exporter, a pod on every node, which has the node's address.

    Attributes:
        name: Value of the `job` label. Default `node-exporter`.
        match_labels: Labels the pods must have. Default `app.kubernetes.io/name: prometheus-node-exporter`, as the Helm chart of that name has
            it, by itself and within kube-prometheus-stack.
        port: Number of a port the container declares; of pods with the address of their node, it is all that a network policy can name. Default
            9100, the exporter's own.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    name: str = "node-exporter"
    port: PortNumber = 9100

    dashboard = "nodes"
    source = "node"
    labels = MappingProxyType({_NAME: "prometheus-node-exporter"})
    per_node = True
    host_network = True


class OperatorJob(ProgramJob, frozen=True, kw_only=True, tag="operator"):
    """Scrape the operator of the router, which makes routers of SemanticRouter resources.

    Attributes:
        name: Value of the `job` label. Default `router-operator`.
        match_labels: Labels the pods must have. Default `app.kubernetes.io/name: semantic-router-operator` and
            `control-plane: controller-manager`, as the operator's own manifests have it.
        port: Number of the port. The operator's container `manager` declares none, so no name can stand for it. Default 8080, the operator's own.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    name: str = "router-operator"
    port: PortNumber = 8080

    dashboard = "operator"
    source = "operator"
    labels = MappingProxyType({_NAME: "semantic-router-operator", "control-plane": "controller-manager"})
    container = "manager"
