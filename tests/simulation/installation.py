"""A simulated installation: router pods that come and go, and the programs around them, as one Prometheus scrapes them all."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from semantic_router_observability.router.catalogue import families
from simulation.rules import rule_files
from simulation.samples import Samples, labels, read
from simulator import Incident, Restart, Router, Scenario
from simulator.history import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.samples import Change, Key

MINUTE: Final = 60
GIB: Final = 2.0**30
MEMORY_LIMIT: Final = 4 * GIB
VOLUME: Final = 20 * GIB
"""Size of the claim of Prometheus, as shipped."""

AGE: Final = 7200
"""Seconds for which a pod has been up that is there from the start."""


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A router pod. Times are seconds on the clock of the simulation."""

    name: str
    begin: float = -AGE
    end: float = math.inf
    restarts: tuple[Restart, ...] = ()
    """When its process dies."""


PAIR: Final = (Pod(name="router-a"), Pod(name="router-b"))
"""Two replicas: as small as a router gets that stays up."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What is installed, what happens to it, and for how long it is watched."""

    minutes: int
    step: int = 30
    """Seconds between scrapes and between evaluations."""
    scenario: Scenario = field(default_factory=Scenario)
    incidents: tuple[Incident, ...] = ()
    """On the clock of the simulation; `scenario` has none."""
    pods: tuple[Pod, ...] = PAIR
    changes: tuple[Change, ...] = ()
    """What becomes of samples on their way, for what happens beside the requests."""
    stored: int | None = None
    """Minutes after which Prometheus stores nothing, no mark that a series ended either; None: it always stores."""

    def samples(self) -> Samples:
        """Return everything that is scraped."""
        steps = self.minutes * MINUTE // self.step + 1
        stored = None if self.stored is None else self.stored * MINUTE // self.step + 1
        found = Samples(steps, self.step, wanted(), self.changes, stored)
        for number, pod in enumerate(self.pods):
            self._scrape(found, pod, number)
        for index in range(steps):
            for (name, where), value in _around(index * self.step).items():
                found.add(index, name, where, value)
        return found

    def _scrape(self, found: Samples, pod: Pod, number: int) -> None:
        place = labels(
            namespace=NAMESPACE,
            job="semantic-router",
            pod=pod.name,
            instance=f"10.0.0.{number + 1}:9190",
            service="semantic-router-metrics",
        )
        limit = labels(
            namespace=NAMESPACE, job="kube-state-metrics", pod=pod.name, container="semantic-router", resource="memory", unit="byte"
        )
        # The clock of a router begins with its pod, and its start time has to be that of the pod.
        calm = replace(self.scenario, epoch=self.scenario.epoch + pod.begin)
        incidents = tuple(
            replace(incident, start=incident.start - pod.begin, end=incident.end - pod.begin)
            for incident in self.incidents
            if incident.end > pod.begin
        )
        restarts = tuple(replace(restart, at=restart.at - pod.begin) for restart in pod.restarts)
        router = Router(number + 1, replace(calm, incidents=incidents, restarts=restarts), only=families_read())
        turn = min((*(incident.start for incident in incidents), *(restart.at for restart in restarts)), default=math.inf)
        for index in range(found.steps):
            now = index * found.step
            if not pod.begin <= now < pod.end:
                continue
            found.add(index, "kube_pod_container_resource_limits", limit, MEMORY_LIMIT)
            at = now - pod.begin
            if not router.up(at):
                found.add(index, "up", place, 0)
                continue
            found.add(index, "up", place, 1)
            found.add(index, "scrape_samples_post_metric_relabeling", place, 3400)
            # Until something happens, all drills are alike.
            for (name, where), value in _calm(number + 1, calm, at) if at < turn else read(router.exposition(at)):
                found.add(index, name, f"{place},{where}" if where else place, value)


@cache
def _calm_router(seed: int, scenario: Scenario) -> Router:
    return Router(seed, scenario, only=families_read())


@lru_cache(maxsize=1200)
def _calm(seed: int, scenario: Scenario, at: float) -> list[tuple[Key, float]]:
    return read(_calm_router(seed, scenario).exposition(at))


@cache
def wanted() -> frozenset[str]:
    """Return names of metrics that any rule reads, and a few words that are none."""
    return frozenset(re.findall(r"[a-zA-Z_:][\w:]*", "".join(rule_files().values())))


@cache
def families_read() -> frozenset[str]:
    """Return the router's families that any rule reads."""
    return frozenset(name for name in families() if wanted() & {name, f"{name}_bucket", f"{name}_count", f"{name}_sum"})


def _program(job: str, replica: int = 0) -> str:
    pod = f"{job}-{replica}"
    return labels(namespace=NAMESPACE, job=job, pod=pod, instance=f"{pod}:80")


def _around(now: float) -> Mapping[tuple[str, str], float]:
    """Return what the programs around the router show: Prometheus itself, Grafana, two Alertmanagers, a vLLM engine, a trace gateway
    with its store, Envoy, Thanos, a log store, probes, a Redis, two GPUs,
    two nodes and the router's operator.
    """
    jobs = {
        "prometheus": 1,
        "grafana": 1,
        "alertmanager": 2,
        "vllm": 1,
        "kube-state-metrics": 1,
        "trace-gateway": 1,
        "trace-store": 1,
        "envoy": 2,
        "redis": 1,
        "dcgm": 1,
        "node-exporter": 2,
        "router-operator": 1,
        "log-store": 1,
    }
    found = {("up", _program(job, replica)): 1.0 for job, replicas in jobs.items() for replica in range(replicas)}
    itself = _program("prometheus")
    found |= {(name, itself): value(now) for name, value in _PROMETHEUS.items()}
    for group in ("alerts-requests", "semantic-router-recording"):
        rules = f'{itself},rule_group="/etc/prometheus/rules/{group}.yaml;{group}"'
        found["prometheus_rule_evaluation_failures_total", rules] = 0
        found["prometheus_rule_group_last_duration_seconds", rules] = 0.02 + 0.01 * math.sin(now / 700)
        found["prometheus_rule_group_interval_seconds", rules] = 15
    queue = f'{itself},remote_name="central",url="https://metrics.example.com/push"'
    found["prometheus_remote_storage_samples_failed_total", queue] = 0
    found["prometheus_remote_storage_queue_highest_timestamp_seconds", queue] = 1.8e9 + now
    found["prometheus_remote_storage_queue_highest_sent_timestamp_seconds", queue] = 1.8e9 + now - 4 - 3 * math.sin(now / 500)
    gateway = _program("trace-gateway")
    found["otelcol_receiver_refused_spans_total", f'{gateway},receiver="otlp",transport="grpc"'] = 0
    for stopped in ("enqueue_failed", "send_failed"):
        found[f"otelcol_exporter_{stopped}_spans_total", f'{gateway},exporter="otlp_grpc/tempo"'] = 0
    store = _program("log-store")
    for kind, used in (("storage", 7 * GIB + now * 1e4), ("indexdb", 0.3 * GIB + now * 1e3)):
        found["vl_data_size_bytes", f'{store},type="{kind}"'] = used
    for name, value in (("vl_max_disk_space_usage_bytes", 16 * GIB), ("vl_storage_is_read_only", 0)):
        found[name, f'{store},path="/victoria-logs-data"'] = value
    free = f'{_program("trace-store")},kind="badger",name="traces",role="tracestore"'
    found["jaeger_storage_badger_value_log_bytes_available", free] = 14 * GIB - now * 2e3
    found |= _thanos(now)
    found |= _envoy(now)
    found |= _redis(now)
    found |= _gpus(now)
    found |= _nodes(now)
    operator = f'{_program("router-operator")},controller="semanticrouter"'
    # Now and then two changes are in each other's way: an error, and a success after it.
    for result, seconds in (("success", 300), ("error", 5400), ("requeue", 10**9), ("requeue_after", 10**9)):
        found["controller_runtime_reconcile_total", f'{operator},result="{result}"'] = now // seconds
    found |= _probes(now)
    for replica in range(2):
        target = f'{itself},alertmanager="http://alertmanager-{replica}:9093/api/v2/alerts"'
        found["prometheus_notifications_sent_total", target] = now // 60
        found["prometheus_notifications_errors_total", target] = 0
        place = _program("alertmanager", replica)
        found["alertmanager_cluster_members", place] = 2
        found["alertmanager_notifications_total", f'{place},integration="slack"'] = now // 300
        found["alertmanager_notifications_failed_total", f'{place},integration="slack",reason="serverError"'] = 0
    return found


def _envoy(now: float) -> Mapping[tuple[str, str], float]:
    """Return what two pods of the gateway in front of the routers show: five requests a second each, one in a hundred of them answered with 5xx."""
    found: dict[tuple[str, str], float] = {}
    for replica in range(2):
        place = f'{_program("envoy", replica)},envoy_http_conn_manager_prefix="http-10080"'
        found["envoy_http_ext_proc_streams_started", place] = round(5 * now)
        for what in ("streams_failed", "message_timeouts", "failure_mode_allowed"):
            found[f"envoy_http_ext_proc_{what}", place] = 0
        for digit, a_second in ((2, 4.8), (4, 0.15), (5, 0.05)):
            found["envoy_http_downstream_rq_xx", f'{place},envoy_response_code_class="{digit}"'] = round(a_second * now)
    return found


def _probes(now: float) -> Mapping[tuple[str, str], float]:
    """Return what the blackbox exporter shows of a page, of a port with TLS and of a canary."""
    found: dict[tuple[str, str], float] = {}
    for probe, kind in {"login": "http", "gateway": "tcp", "chat": "canary"}.items():
        place = labels(namespace=NAMESPACE, job="semantic-router-probes", instance=f"https://{probe}.example.com", probe=probe, type=kind)
        found["up", place] = 1
        found["probe_success", place] = 1
        found["probe_duration_seconds", place] = 1.5 + 0.5 * math.sin(now / 900) if kind == "canary" else 0.05
        found["probe_ssl_earliest_cert_expiry", place] = 60 * 86_400
    return found


def _thanos(now: float) -> Mapping[tuple[str, str], float]:
    """Return what the parts of Thanos show: two sidecars, two pods of Thanos Query, a store gateway and a compactor."""
    services = {"prometheus-thanos": 1, "prometheus-b-thanos": 1, "thanos-query": 2, "thanos-store": 1, "thanos-compact": 1}
    found: dict[tuple[str, str], float] = {}
    for service, replicas in services.items():
        for replica in range(replicas):
            pod = f"{service.removesuffix('-thanos')}-{replica}"
            place = labels(namespace=NAMESPACE, job="thanos", pod=pod, instance=f"{pod}:10902", service=service)
            found["up", place] = 1
            if service == "thanos-query":
                for store_type, number in (("sidecar", 2), ("store", 1)):
                    found["thanos_store_nodes_grpc_connections", f'{place},store_type="{store_type}"'] = number
                for code, count in (("OK", now // 2), ("Canceled", now // 600)):
                    found["grpc_client_handled_total", f'{place},grpc_code="{code}",grpc_method="Series",grpc_type="server_stream"'] = count
            if service.endswith("-thanos"):
                found["process_start_time_seconds", place] = -86_400
                found["thanos_shipper_upload_failures_total", place] = 0
                found["thanos_objstore_bucket_last_successful_upload_time", f'{place},bucket="metrics"'] = now // 7200 * 7200
            if service in {"thanos-store", "thanos-compact"}:
                bucket = f'{place},bucket="metrics",operation="get_range"'
                found["thanos_objstore_bucket_operations_total", bucket] = now // 5
                found["thanos_objstore_bucket_operation_failures_total", bucket] = 0
            if service == "thanos-compact":
                found["thanos_compact_halted", place] = 0
    return found


def _redis(now: float) -> Mapping[tuple[str, str], float]:
    """Return what the exporter of a Redis shows that refuses writes when its memory is full."""
    place = _program("redis")
    return {
        ("redis_up", place): 1,
        ("redis_memory_used_bytes", place): 0.5 * GIB + 0.1 * GIB * math.sin(now / 900),
        ("redis_memory_max_bytes", place): GIB,
        ("redis_instance_info", f'{place},maxmemory_policy="noeviction",redis_version="7.0.15"'): 1,
        ("redis_rejected_connections_total", place): 3,
    }


def _gpus(now: float) -> Mapping[tuple[str, str], float]:
    """Return what dcgm-exporter shows of two GPUs; a program on the second caused an error by itself."""
    found: dict[tuple[str, str], float] = {}
    for gpu, error in ((0, 0), (1, 31)):
        place = labels(namespace="engines", job="dcgm", pod=f"engine-{gpu}", instance="dcgm-0:9400", node="node-a", gpu=str(gpu))
        found["DCGM_FI_DEV_XID_ERRORS", place] = error
        found["DCGM_FI_DEV_GPU_TEMP", place] = 66 + 8 * math.sin(now / 1100)
    return found


def _nodes(now: float) -> Mapping[tuple[str, str], float]:
    """Return what the exporters of two nodes show. An image that is mounted is always full."""
    found: dict[tuple[str, str], float] = {}
    for replica, node in enumerate(("node-a", "node-b")):
        place = f'{_program("node-exporter", replica)},node="{node}"'
        for fstype, mountpoint, free in (("ext4", "/", 60 * GIB - now * 1e5), ("squashfs", "/snap/core", 0.0)):
            filesystem = f'{place},device="/dev/sda1",fstype="{fstype}",mountpoint="{mountpoint}"'
            found["node_filesystem_avail_bytes", filesystem] = free
            found["node_filesystem_size_bytes", filesystem] = 100 * GIB
            found["node_filesystem_readonly", filesystem] = 0
        found["node_memory_MemAvailable_bytes", place] = (24 + 6 * math.sin(now / 1300)) * GIB
        found["node_memory_MemTotal_bytes", place] = 64 * GIB
    return found


_PROMETHEUS: Final[Mapping[str, Callable[[float], float]]] = {
    "prometheus_config_last_reload_successful": lambda _: 1,
    "prometheus_tsdb_storage_blocks_bytes": lambda now: 11 * GIB + now * 2e4,
    # The write-ahead log is cut every two hours.
    "prometheus_tsdb_wal_storage_size_bytes": lambda now: 0.6 * GIB + (now % 7200) * 5e4,
    "prometheus_tsdb_head_chunks_storage_size_bytes": lambda now: 0.1 * GIB + (now % 7200) * 1e4,
    "prometheus_tsdb_size_retentions_total": lambda _: 0,
    "prometheus_target_scrapes_sample_duplicate_timestamp_total": lambda now: now // 40,
    "prometheus_target_scrapes_sample_out_of_order_total": lambda _: 0,
    "prometheus_target_scrapes_exceeded_sample_limit_total": lambda _: 0,
    "prometheus_target_scrape_pool_exceeded_label_limits_total": lambda _: 0,
}
