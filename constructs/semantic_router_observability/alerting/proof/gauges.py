"""Series of the gauges in the cases, by alert: what Prometheus has stored where the alert's number takes given values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.facts import PROBES_JOB

from .labels import program, router
from .series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .series import Value

    Labels = Mapping[str, str]


@dataclass(frozen=True)
class Gauge:
    """How the number of an alert comes about."""

    make: Callable[[Labels, Sequence[Value]], Sequence[Series]]
    """Series of an installation in which the number takes these values, times the limit that it is divided by."""
    base: Callable[[str], Labels] = router
    """Labels of the series of a case."""
    bad: float | None = None
    """A value that is wrong, for a condition without a threshold."""
    good: float = 1
    """One that is right."""
    whole: bool = False
    """Whether the number has no fractions."""
    below: bool = False
    """Whether less than the threshold is wrong."""
    window: int = 1
    """Minutes over which the number looks back."""
    of_window: Callable[[Sequence[float]], float] = max
    """What it takes of them."""


_ANOTHER: Final = {"instance": "second:9190", "pod": "second"}
_QUEUE: Final = {"remote_name": "central", "url": "https://metrics.example.com/push"}
_GROUP: Final = {"rule_group": "/etc/prometheus/rules/requests.yaml;requests"}


def _alone(name: str) -> Callable[[Labels, Sequence[Value]], Sequence[Series]]:
    return lambda base, values: [Series(name, base, values)]


def _steady(values: Sequence[Value], value: float = 1) -> list[Value]:
    return [value] * len(values)


def _changed(values: Sequence[Value], change: Callable[[float], float]) -> list[Value]:
    return [None if value is None else change(value) for value in values]


def _down(base: Labels, values: Sequence[Value]) -> list[Series]:
    return [Series("up", base, values), Series("up", {**base, "instance": "second:9190"}, values)]


def _replica_down(base: Labels, values: Sequence[Value]) -> list[Series]:
    return [Series("up", base, values), Series("up", {**base, **_ANOTHER}, _steady(values))]


def _memory(base: Labels, values: Sequence[Value]) -> list[Series]:
    container = {"namespace": base["namespace"], "pod": base["pod"], "container": "router", "resource": "memory"}
    return [
        Series("process_resident_memory_bytes", base, _changed(values, lambda value: value * 2**32)),
        Series("kube_pod_container_resource_limits", container, _steady(values, float(2**32))),
    ]


def _in_flight(base: Labels, values: Sequence[Value]) -> list[Series]:
    replicas = (base, {**base, **_ANOTHER})
    scraped = ({name: value for name, value in replica.items() if name != "model"} for replica in replicas)
    return [
        *(Series("llm_model_inflight_requests", replica, values) for replica in replicas),
        *(Series("up", labels, _steady(values)) for labels in scraped),
    ]


def _rule_group(base: Labels, values: Sequence[Value]) -> list[Series]:
    labels = {**base, **_GROUP}
    return [
        Series("prometheus_rule_group_last_duration_seconds", labels, _changed(values, lambda value: value * 16)),
        Series("prometheus_rule_group_interval_seconds", labels, _steady(values, 16.0)),
    ]


def _volume(base: Labels, values: Sequence[Value]) -> list[Series]:
    quarter = _changed(values, lambda value: value / 4)
    return [
        Series("prometheus_tsdb_storage_blocks_bytes", base, _changed(values, lambda value: value / 2)),
        Series("prometheus_tsdb_wal_storage_size_bytes", base, quarter),
        Series("prometheus_tsdb_head_chunks_storage_size_bytes", base, quarter),
    ]


def _queue(base: Labels, values: Sequence[Value]) -> list[Series]:
    labels, name = {**base, **_QUEUE}, "prometheus_remote_storage_queue_highest"
    return [
        Series(f"{name}_timestamp_seconds", labels, _changed(values, lambda value: value + 2e9)),
        Series(f"{name}_sent_timestamp_seconds", labels, _changed(values, lambda value: value * 0 + 2e9)),
    ]


def _members(base: Labels, values: Sequence[Value]) -> list[Series]:
    replicas = (base, {**base, "instance": "second:9093", "pod": "second"})
    return [Series("alertmanager_cluster_members", base, values), *(Series("up", labels, _steady(values)) for labels in replicas)]


def _query(base: Labels, values: Sequence[Value]) -> list[Series]:
    return [Series("up", {**base, "service": "thanos-query"}, values)]


def _compact(base: Labels, values: Sequence[Value]) -> list[Series]:
    return [Series("up", {**base, "service": "thanos-compact"}, values)]


def _reached(store_type: str, most: float) -> Callable[[Labels, Sequence[Value]], Sequence[Series]]:
    """Sources that one pod of Thanos Query reaches, where another one reaches all of them."""
    name, labels = "thanos_store_nodes_grpc_connections", {"store_type": store_type}
    return lambda base, values: [
        Series(name, {**base, **labels}, values),
        Series(name, {**base, **labels, **_ANOTHER}, _steady(values, most)),
    ]


def _uploaded(base: Labels, values: Sequence[Value]) -> list[Series]:
    labels = {**base, "service": "prometheus-thanos"}
    times = [None if value is None else 60 * minute - value for minute, value in enumerate(values)]
    return [
        Series("thanos_objstore_bucket_last_successful_upload_time", {**labels, "bucket": "metrics"}, times),
        # Of a process that is as old as time.
        Series("process_start_time_seconds", labels, _changed(values, lambda value: value * 0 - 1e9)),
    ]


def _full(base: Labels, values: Sequence[Value]) -> list[Series]:
    """Memory of a server that keeps its entries, and of one that drops some, which is always full."""
    other = {**base, **_ANOTHER}
    return [
        Series("redis_memory_used_bytes", base, _changed(values, lambda value: value * 2**32)),
        Series("redis_memory_max_bytes", base, _steady(values, float(2**32))),
        Series("redis_instance_info", {**base, "maxmemory_policy": "noeviction"}, _steady(values)),
        Series("redis_memory_used_bytes", other, _steady(values, float(2**32))),
        Series("redis_memory_max_bytes", other, _steady(values, float(2**32))),
        Series("redis_instance_info", {**other, "maxmemory_policy": "allkeys-lru"}, _steady(values)),
    ]


def _gpu(name: str) -> Callable[[Labels, Sequence[Value]], Sequence[Series]]:
    return lambda base, values: [Series(name, {**base, "node": "node-a", "gpu": "0"}, values)]


def _xid(base: Labels, values: Sequence[Value]) -> list[Series]:
    """The last error of a GPU, beside one whose error is its program's own."""
    return [
        *_gpu("DCGM_FI_DEV_XID_ERRORS")(base, values),
        Series("DCGM_FI_DEV_XID_ERRORS", {**base, "node": "node-a", "gpu": "1"}, _steady(values, 31)),
    ]


def _filesystem(base: Labels, values: Sequence[Value]) -> list[Series]:
    """A filesystem of a node, beside ones that are always full: of an image, of a volume of a pod, and one that cannot be written to."""
    size = float(2**37)
    found: list[Series] = []
    for mountpoint, fstype, readonly, share in (
        ("/", "ext4", 0, values),
        ("/snap/core", "squashfs", 0, _steady(values)),
        ("/var/lib/kubelet/pods/a/volume", "ext4", 0, _steady(values)),
        ("/media", "udf", 1, _steady(values)),
    ):
        labels = {**base, "node": "node-a", "device": "/dev/sda1", "fstype": fstype, "mountpoint": mountpoint}
        found += [
            Series("node_filesystem_avail_bytes", labels, _changed(share, lambda value: size * (1 - value))),
            Series("node_filesystem_size_bytes", labels, _steady(values, size)),
            Series("node_filesystem_readonly", labels, _steady(values, readonly)),
        ]
    return found


def _node_memory(base: Labels, values: Sequence[Value]) -> list[Series]:
    labels = {**base, "node": "node-a"}
    return [
        Series("node_memory_MemAvailable_bytes", labels, _changed(values, lambda value: 2**36 * (1 - value))),
        Series("node_memory_MemTotal_bytes", labels, _steady(values, float(2**36))),
    ]


def _free_of_traces(base: Labels, values: Sequence[Value]) -> list[Series]:
    labels = {**base, "kind": "badger", "name": "traces", "role": "tracestore"}
    return [Series("jaeger_storage_badger_value_log_bytes_available", labels, _changed(values, lambda value: value * 2**30))]


def _halted(base: Labels, values: Sequence[Value]) -> list[Series]:
    return [Series("thanos_compact_halted", {**base, "service": "thanos-compact"}, values)]


def _log_space(base: Labels, values: Sequence[Value]) -> list[Series]:
    path = {"path": "/victoria-logs-data"}
    half = _changed(values, lambda value: value * 2**33)
    return [
        *(Series("vl_data_size_bytes", {**base, "type": kind}, half) for kind in ("storage", "indexdb")),
        Series("vl_max_disk_space_usage_bytes", {**base, **path}, _steady(values, float(2**34))),
        # Another VictoriaLogs, in a job of the user's.
        Series("vl_data_size_bytes", {**base, "job": "team-logs", "type": "storage"}, _steady(values, float(2**34))),
        Series("vl_max_disk_space_usage_bytes", {**base, **path, "job": "team-logs"}, _steady(values, float(2**34))),
    ]


def _read_only(base: Labels, values: Sequence[Value]) -> list[Series]:
    path = {"path": "/victoria-logs-data"}
    return [
        Series("vl_storage_is_read_only", {**base, **path}, values),
        Series("vl_storage_is_read_only", {**base, **path, "job": "team-logs"}, _steady(values)),
    ]


def _canary_slow(base: Labels, values: Sequence[Value]) -> list[Series]:
    return [
        Series("probe_duration_seconds", base, values),
        Series("probe_success", base, _changed(values, lambda value: value * 0 + 1)),
        # One that fails has an alert of its own, however long it takes.
        Series("probe_duration_seconds", {**base, "probe": "failing"}, _steady(values, 60)),
        Series("probe_success", {**base, "probe": "failing"}, _steady(values, 0)),
    ]


def _days_left(base: Labels, values: Sequence[Value]) -> list[Series]:
    ends = [None if value is None else 60 * minute + value * 86_400 for minute, value in enumerate(values)]
    return [Series("probe_ssl_earliest_cert_expiry", base, ends)]


def _asked(namespace: str, kind: str = "http") -> Labels:
    """Labels of the series of a probe."""
    return {
        "namespace": namespace,
        "job": PROBES_JOB,
        "instance": f"https://{namespace}.example.com",
        "probe": namespace,
        "type": kind,
    }


_PROMETHEUS: Final = partial(program, job="prometheus")
_ALERTMANAGER: Final = partial(program, job="alertmanager")
_THANOS: Final = partial(program, job="thanos")
_LOGS: Final = partial(program, job="log-store")
_CANARY: Final = partial(_asked, kind="canary")

GAUGES: Final[Mapping[str, Gauge]] = MappingProxyType(
    {
        "SemanticRouterDown": Gauge(_down, bad=0),
        "SemanticRouterReplicaDown": Gauge(_replica_down, bad=0),
        "SemanticRouterMemoryHigh": Gauge(_memory),
        "SemanticRouterSamplesNearLimit": Gauge(_alone("scrape_samples_post_metric_relabeling")),
        "SemanticRouterBusy": Gauge(_in_flight),
        "PrometheusConfigReloadFailed": Gauge(_alone("prometheus_config_last_reload_successful"), _PROMETHEUS, bad=0),
        "PrometheusRulesSlow": Gauge(_rule_group, _PROMETHEUS),
        "PrometheusStorageFilling": Gauge(_volume, _PROMETHEUS),
        "PrometheusTargetDown": Gauge(_alone("up"), partial(program, job="vllm"), bad=0),
        "PrometheusRemoteWriteBehind": Gauge(_queue, _PROMETHEUS, whole=True),
        "GrafanaDown": Gauge(_alone("up"), partial(program, job="grafana"), bad=0),
        "AlertmanagerDown": Gauge(_alone("up"), _ALERTMANAGER, bad=0),
        "AlertmanagerClusterSplit": Gauge(_members, _ALERTMANAGER, bad=1, good=2),
        "ProbeFailing": Gauge(_alone("probe_success"), _asked, bad=0, window=5),
        "CanaryFailing": Gauge(_alone("probe_success"), _CANARY, bad=0, window=10),
        "CanarySlow": Gauge(_canary_slow, _CANARY, window=10, of_window=min),
        "CertificateExpires": Gauge(_days_left, _asked, below=True, whole=True),
        "TraceStoreFilling": Gauge(_free_of_traces, partial(program, job="trace-store"), below=True, whole=True),
        "ThanosQueryDown": Gauge(_query, _THANOS, bad=0),
        "ThanosReplicaMissing": Gauge(_reached("sidecar", 2), _THANOS, bad=1, good=2),
        "ThanosUploadOverdue": Gauge(_uploaded, _THANOS, whole=True),
        "ThanosStoreMissing": Gauge(_reached("store", 1), _THANOS, bad=0),
        "ThanosCompactDown": Gauge(_compact, _THANOS, bad=0),
        "ThanosCompactHalted": Gauge(_halted, _THANOS, bad=1, good=0),
        "GpuFault": Gauge(_xid, partial(program, job="dcgm"), bad=79, good=0),
        "GpuTooHot": Gauge(_gpu("DCGM_FI_DEV_GPU_TEMP"), partial(program, job="dcgm")),
        "NodeFilesystemFull": Gauge(_filesystem, partial(program, job="node-exporter")),
        "NodeMemoryLow": Gauge(_node_memory, partial(program, job="node-exporter")),
        "CacheServerDown": Gauge(_alone("redis_up"), partial(program, job="redis"), bad=0),
        "CacheServerMemoryFull": Gauge(_full, partial(program, job="redis")),
        "LogStoreFull": Gauge(_log_space, _LOGS),
        "LogStoreRefusesLines": Gauge(_read_only, _LOGS, bad=1, good=0),
    }
)
