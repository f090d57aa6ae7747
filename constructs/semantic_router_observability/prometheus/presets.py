"""Scrape jobs for what the cluster says about pods: kube-state-metrics, and the kubelets of the nodes with their cAdvisor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from semantic_router_observability.alerting.facts import LOGS_JOB, PROBES_JOB, TRACES_JOB
from semantic_router_observability.checks import dns_label, duration_seconds, listed
from semantic_router_observability.contract.metric import source_metrics
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.pods import API_TOKEN_PATH
from semantic_router_observability.router.target import ALL_NAMESPACES
from semantic_router_observability.rules.thresholds import SAMPLE_LIMIT
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import Duration, PortName

from .envoy import EnvoyJob
from .programs import DcgmJob, NodeExporterJob, OperatorJob, RedisJob
from .scrape import PodJob, RawJob, ServiceJob, StaticJob, check_limit, check_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KUBELET_PORT = 10250
"""Port of every kubelet, with TLS and authentication. A node reports its own where it differs, and that one is scraped."""


class KubeStateMetricsJob(PodJob, frozen=True, kw_only=True, tag="kubeStateMetrics"):
    """Scrape a kube-state-metrics that exists. Its series keep their own labels `namespace` and `pod`, and those of other namespaces are dropped.

    Attributes:
        name: Value of the `job` label. Default `kube-state-metrics`.
        match_labels: Labels the pods must have. Default `app.kubernetes.io/name: kube-state-metrics`, as its Helm chart and its own manifests
            have it.
        port: Name or number of a port the container declares. Default 8080.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        of_namespaces: Namespaces whose objects are stored. Default: those of the stack and of the routers. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored. Default 50,000. 0: no limit. A page may have 100 MB, of which other namespaces are
            most in a large cluster.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    name: str = "kube-state-metrics"
    match_labels: dict[str, str] = {}
    port: PortName | int = 8080
    of_namespaces: Sequence[str] = ()

    dashboard = "kubernetes"

    def __post_init__(self) -> None:
        if not self.match_labels:
            msgspec.structs.force_setattr(self, "match_labels", {"app.kubernetes.io/name": "kube-state-metrics"})
        super().__post_init__()
        _check_namespaces(self.of_namespaces)

    def further(self, watched: Sequence[str]) -> dict[str, Any]:
        """Fields of the job besides those of every job; `watched` are the namespaces of the stack and its routers."""
        return {"honor_labels": True, "body_size_limit": None, "metric_relabel_configs": _of(self.of_namespaces or watched)}


class NodeJob(Tagged, frozen=True, kw_only=True):
    """What the jobs that scrape the kubelet of every node have in common."""

    name: str
    of_namespaces: Sequence[str] = ()
    interval: Duration | None = None
    timeout: Duration | None = None
    sample_limit: int = SAMPLE_LIMIT
    verify: bool = False

    path: ClassVar[str]
    dashboard: ClassVar[str | None] = None
    """Name of the optional dashboard that shows its series."""
    families: ClassVar[str]
    """Beginning of the names of the families that are stored."""

    def __post_init__(self) -> None:
        check_name(self.name)
        _check_namespaces(self.of_namespaces)
        check_limit("sample_limit", self.sample_limit)
        interval = None if self.interval is None else duration_seconds("interval", self.interval)
        timeout = None if self.timeout is None else duration_seconds("timeout", self.timeout)
        if interval and timeout and timeout > interval:
            raise ConfigError("timeout", self.timeout, f"write at most the job's interval, {self.interval}")

    def body(self, watched: Sequence[str]) -> dict[str, Any]:
        """Return the whole `scrape_config`; `watched` are the namespaces of the stack and its routers."""
        # Exactly the families of the contract: a node has thousands of other series.
        stored = "|".join(name for name in source_metrics("kubernetes") if name.startswith(self.families))
        fields: dict[str, Any] = {
            "job_name": self.name,
            "scrape_interval": self.interval,
            "scrape_timeout": self.timeout,
            "metrics_path": self.path,
            "scheme": "https",
            "follow_redirects": False,
            # cAdvisor states when it looked; without this, a container that is gone would be shown for five more minutes.
            "track_timestamps_staleness": True,
            "sample_limit": self.sample_limit or None,
            "authorization": {"credentials_file": f"{API_TOKEN_PATH}/token"},
            "tls_config": {"ca_file": f"{API_TOKEN_PATH}/ca.crt"} if self.verify else {"insecure_skip_verify": True},
            "kubernetes_sd_configs": [{"role": "node"}],
            "relabel_configs": [{"source_labels": ["__meta_kubernetes_node_name"], "target_label": "node"}],
            "metric_relabel_configs": [
                {"source_labels": ["__name__"], "regex": stored, "action": "keep"},
                *_of(self.of_namespaces or watched),
            ],
        }
        return {key: value for key, value in fields.items() if value is not None}


class CadvisorJob(NodeJob, frozen=True, kw_only=True, tag="cadvisor"):
    """Scrape the cAdvisor of every node's kubelet: CPU, memory and network of containers. Needs `cluster_wide`.

    Attributes:
        name: Value of the `job` label. Default `cadvisor`.
        of_namespaces: Namespaces whose containers are stored. Default: those of the stack and of the routers. `*` stands for all.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored. Default 50,000. 0: no limit.
        verify: Check the kubelets' certificates against the authority of the cluster. Default false: most clusters let each kubelet sign its
            own. Where they are signed (`serverTLSBootstrap`, OpenShift), set it: Prometheus shows its token to whom it connects.

    """

    name: str = "cadvisor"

    path = "/metrics/cadvisor"
    families = "container_"


class KubeletJob(NodeJob, frozen=True, kw_only=True, tag="kubelet"):
    """Scrape every node's kubelet: how full the volumes of pods are. Needs `cluster_wide`.

    Attributes:
        name: Value of the `job` label. Default `kubelet`.
        of_namespaces: Namespaces whose volumes are stored. Default: those of the stack and of the routers. `*` stands for all.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored. Default 50,000. 0: no limit.
        verify: Check the kubelets' certificates against the authority of the cluster. Default false: most clusters let each kubelet sign its
            own. Where they are signed (`serverTLSBootstrap`, OpenShift), set it: Prometheus shows its token to whom it connects.

    """

    name: str = "kubelet"

    path = "/metrics"
    families = "kubelet_volume_stats_"


ScrapeJob = (
    StaticJob
    | PodJob
    | ServiceJob
    | RawJob
    | KubeStateMetricsJob
    | CadvisorJob
    | KubeletJob
    | EnvoyJob
    | RedisJob
    | DcgmJob
    | NodeExporterJob
    | OperatorJob
)
"""Any kind of further scrape job."""


_OF_JOBS: Mapping[str, str] = {TRACES_JOB: "traces", PROBES_JOB: "probes", LOGS_JOB: "log-store"}
"""Names of the optional dashboards about programs that a job of no kind of its own scrapes, by the job's name."""


def dashboards_of(jobs: Iterable[ScrapeJob]) -> frozenset[str]:
    """Names of the optional dashboards that have something to show because of these jobs; alerts about the same programs come with them."""
    named = {_OF_JOBS.get(job.name, job.dashboard) for job in jobs}
    return frozenset(name for name in named if name)


def _check_namespaces(of_namespaces: Sequence[str]) -> None:
    listed("of_namespaces", of_namespaces)
    for namespace in of_namespaces:
        if namespace != ALL_NAMESPACES:
            dns_label("of_namespaces", namespace)
    if ALL_NAMESPACES in of_namespaces and len(of_namespaces) > 1:
        raise ConfigError("of_namespaces", list(of_namespaces), "'*' already stands for all of them; write it alone")


def _of(namespaces: Sequence[str]) -> list[Mapping[str, Any]]:
    """Steps that drop what belongs to other namespaces, or to none."""
    if ALL_NAMESPACES in namespaces:
        return []
    return [{"source_labels": ["namespace"], "regex": "|".join(namespaces), "action": "keep"}]
