"""Pages of the programs around the router: vLLM engines, Grafana, kube-state-metrics, the kubelet and cAdvisor, probes.

Just the families that dashboards ask for, under their real names and labels, as smooth functions of time: enough to see whether a query
finds what it asks for, and to check what it answers. Not a model of those programs.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

GIB: Final = 2**30

SPREAD: Final = 0.6
"""Sigma of the lognormal distribution that all durations here have."""

TOKEN_BUCKETS: Final = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0)
"""vLLM's bounds for the time between tokens."""

FIRST_TOKEN_BUCKETS: Final = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
    *(20.0, 40.0, 80.0, 160.0, 640.0, 2560.0),
)
REQUEST_BUCKETS: Final = (
    *(0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0),
    *(120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0),
)
GRAFANA_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)


@dataclass
class Lines:
    """Samples as text, in the order in which they were added."""

    lines: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, /, **labels: str) -> None:
        """Add one sample."""
        inside = ",".join(f'{label}="{text}"' for label, text in labels.items())
        self.lines.append(f"{name}{{{inside}}} {value:.10g}")

    def observe(self, name: str, bounds: Sequence[float], count: float, median: float, /, **labels: str) -> None:
        """Add a histogram of `count` observations with a lognormal distribution."""
        for bound in bounds:
            share = 0.5 + 0.5 * math.erf(math.log(bound / median) / (SPREAD * math.sqrt(2)))
            self.add(f"{name}_bucket", round(count * share), le=f"{bound:g}", **labels)
        self.add(f"{name}_bucket", round(count), le="+Inf", **labels)
        self.add(f"{name}_sum", count * median * math.exp(SPREAD**2 / 2), **labels)
        self.add(f"{name}_count", round(count), **labels)

    def text(self) -> str:
        """Return the page."""
        return "\n".join(self.lines) + "\n"


def wave(at: float, period: float = 2400.0) -> float:
    """Swing between 0 and 1."""
    return 0.5 + 0.5 * math.sin(2 * math.pi * at / period)


def total(rate: float, at: float, period: float = 2400.0) -> float:
    """Count what happened until `at` when the rate swings by a quarter around `rate`."""
    angle = 2 * math.pi / period
    return rate * (at + 0.25 * (1 - math.cos(angle * at)) / angle)


def engine(at: float, *, model: str = "qwen3-8b", rate: float = 3.0, first_token: float = 0.12, crowded: float = 0.0) -> str:
    """Give the page of a vLLM engine that finishes `rate` requests a second; `crowded` (0 to 1) fills its queue and its KV cache."""
    page = Lines()
    about = {"model_name": model, "engine": "0"}
    requests = total(rate, at)
    page.add("vllm:num_requests_running", round(rate * 4 + 3 * wave(at)), **about)
    page.add("vllm:num_requests_waiting", round(40 * crowded * wave(at, 900)), **about)
    page.add("vllm:kv_cache_usage_perc", min(1.0, 0.25 + 0.15 * wave(at) + 0.6 * crowded), **about)
    page.add("vllm:prefix_cache_queries_total", 400 * requests, **about)
    page.add("vllm:prefix_cache_hits_total", 148 * requests, **about)
    page.add("vllm:num_preemptions_total", math.floor(crowded * at / 30), **about)
    page.add("vllm:prompt_tokens_total", 400 * requests, **about)
    page.add("vllm:generation_tokens_total", 220 * requests, **about)
    for reason, share in (("stop", 0.93), ("length", 0.06), ("abort", 0.01)):
        page.add("vllm:request_success_total", math.floor(share * requests), finished_reason=reason, **about)
    slower = 1 + 20 * crowded
    page.observe("vllm:time_to_first_token_seconds", FIRST_TOKEN_BUCKETS, requests, first_token * slower, **about)
    page.observe("vllm:inter_token_latency_seconds", TOKEN_BUCKETS, 220 * requests, 0.021, **about)
    page.observe("vllm:e2e_request_latency_seconds", REQUEST_BUCKETS, requests, 4.5 + first_token * slower, **about)
    page.observe("vllm:request_queue_time_seconds", REQUEST_BUCKETS, requests, 0.01 + 4 * crowded, **about)
    page.observe("vllm:request_prefill_time_seconds", REQUEST_BUCKETS, requests, first_token, **about)
    page.observe("vllm:request_decode_time_seconds", REQUEST_BUCKETS, requests, 4.4, **about)
    return page.text()


def grafana(at: float, *, failing: float = 0.0) -> str:
    """Give the page of Grafana; `failing` is the share of its requests to data sources that get no answer."""
    page = Lines()
    page.add("grafana_build_info", 1, branch="HEAD", edition="oss", goversion="go1.25.0", revision="0", version="12.3.0")
    for handler, rate in (("/api/ds/query", 2.0), ("/api/dashboards/uid/:uid", 0.2), ("/api/health", 0.1)):
        page.observe(
            "grafana_http_request_duration_seconds",
            GRAFANA_BUCKETS,
            total(rate, at),
            0.04,
            handler=handler,
            method="GET",
            status_code="200",
        )
    page.observe(
        "grafana_http_request_duration_seconds",
        GRAFANA_BUCKETS,
        total(2.0 * failing, at),
        0.04,
        handler="/api/ds/query",
        method="POST",
        status_code="500",
    )
    source = {"datasource": "prometheus", "datasource_type": "prometheus", "method": "post", "secure_socks_ds_proxy_enabled": "false"}
    page.add("grafana_datasource_request_total", math.floor(total(4.0 * (1 - failing), at)), code="200", **source)
    if failing:
        page.add("grafana_datasource_request_total", math.floor(total(4.0 * failing, at)), code="504", **source)
    page.observe("grafana_datasource_request_duration_seconds", GRAFANA_BUCKETS, total(4.0, at), 0.02, code="200", **source)
    page.add("grafana_stat_totals_dashboard", 8)
    page.add("grafana_stat_active_users", 3)
    page.add("process_resident_memory_bytes", 210e6 + 20e6 * wave(at))
    page.add("process_cpu_seconds_total", 0.05 * at)
    page.add("process_start_time_seconds", time.time() - 12 * 86_400)
    page.add("process_open_fds", 24)
    page.add("process_max_fds", 1048576)
    return page.text()


def alertmanager(at: float, *, failing: float = 0.0) -> str:
    """Give the page of one of two Alertmanagers; `failing` is the share of its messages that a receiver refuses."""
    page = Lines()
    page.add("alertmanager_build_info", 1, branch="HEAD", goversion="go1.26.8", revision="0", version="0.34.2")
    for state, count in (("active", 3), ("suppressed", 2), ("unprocessed", 0)):
        page.add("alertmanager_alerts", count, state=state)
    sent = total(2.0, at)
    page.add("alertmanager_notifications_total", math.floor(sent), integration="slack")
    page.add("alertmanager_notifications_failed_total", math.floor(sent * failing), integration="slack", reason="clientError")
    page.observe("alertmanager_notification_latency_seconds", [1, 5, 10, 15, 20], sent, 0.3, integration="slack")
    page.add("alertmanager_cluster_members", 2)
    return page.text()


def thanos(at: float, part: str, *, failing: float = 0.0) -> str:
    """Give the page of a part of Thanos, by its Service; `failing` is the share of what it does that fails.

    Thanos Query reads one of two sidecars and the store gateway.
    """
    page = Lines()
    page.add("thanos_build_info", 1, branch="HEAD", goversion="go1.26.8", revision="0", version="0.42.4")
    page.add("process_resident_memory_bytes", 80e6)
    page.add("process_start_time_seconds", time.time() - 7200)
    if part.endswith("-query"):
        for kind, labels in (("sidecar", '{cluster=\\"eu\\", replica=\\"prometheus\\"}'), ("store", '{cluster=\\"eu\\"}')):
            page.add("thanos_store_nodes_grpc_connections", 1, store_type=kind, external_labels=labels)
        for code, share in (("OK", 1 - failing), ("Canceled", failing)):
            read = {"grpc_method": "Series", "grpc_service": "thanos.Store", "grpc_type": "server_stream"}
            page.add("grpc_client_handled_total", math.floor(total(8 * share, at)), grpc_code=code, **read)
        for code, rate in (("200", 3.0), ("500", 1.0)):
            asked = {"code": code, "handler": "query_range", "method": "post"}
            page.add("http_requests_total", math.floor(total(rate, at)), **asked)
            page.observe("http_request_duration_seconds", [0.01, 0.1, 0.5, 1, 5], total(rate, at), 0.08, **asked)
        return page.text()
    for operation, rate in (("get_range", 6.0), ("upload", 1.0)):
        page.add("thanos_objstore_bucket_operations_total", math.floor(total(rate, at)), bucket="metrics", operation=operation)
        lost = math.floor(total(rate * failing, at))
        page.add("thanos_objstore_bucket_operation_failures_total", lost, bucket="metrics", operation=operation)
    match part.rsplit("-", 1)[1]:
        case "thanos":
            page.add("thanos_objstore_bucket_last_successful_upload_time", time.time() - 3000, bucket="metrics")
            page.add("thanos_shipper_upload_failures_total", math.floor(total(failing, at)))
        case "store":
            page.add("thanos_bucket_store_blocks_loaded", 12)
        case _:
            page.add("thanos_compact_halted", 0)
            page.add("thanos_compact_todo_compaction_blocks", 4)
            page.add("thanos_compact_todo_deletion_blocks", 2)
    return page.text()


def trace_store(*, free: float) -> str:
    """Give the page of a store of traces with so many bytes free."""
    page = Lines()
    page.add("jaeger_storage_badger_value_log_bytes_available", free, kind="badger", name="traces", role="tracestore")
    return page.text()


def trace_gateway(at: float, *, refused: float = 0.0, lost: float = 0.0) -> str:
    """Give the page of a trace gateway that takes 25 spans a second; `refused` are so many more, `lost` is the share with no room in the queue."""
    page = Lines()
    taken = total(25.0, at)
    received, store = {"receiver": "otlp", "transport": "grpc"}, {"exporter": "otlp_grpc/tempo"}
    page.add("otelcol_receiver_accepted_spans_total", math.floor(taken), **received)
    page.add("otelcol_receiver_refused_spans_total", math.floor(taken * refused), **received)
    page.add("otelcol_exporter_sent_spans_total", math.floor(taken * (1 - lost)), server_address="tempo", server_port="4317", **store)
    page.add("otelcol_exporter_enqueue_failed_spans_total", math.floor(taken * lost), **store)
    page.add("otelcol_exporter_send_failed_spans_total", 0, server_address="tempo", server_port="4317", **store)
    page.add("otelcol_exporter_queue_capacity", 20_000, data_type="traces", **store)
    page.add("otelcol_exporter_queue_size", 18_000, data_type="traces", **store)
    page.add("otelcol_process_memory_rss_bytes", 62e6)
    page.add("otelcol_process_uptime_seconds_total", at)
    return page.text()


def envoy(at: float, *, failing: float = 0.0) -> str:
    """Give the page, as it is stored, of an Envoy that passes on 20 requests a second; of the calls to the router the share `failing` fails, half
    of them too late, and those requests go on without it.
    """
    page = Lines()
    requests = total(20.0, at)
    listener = {"envoy_http_conn_manager_prefix": "http-10080"}
    page.add("envoy_http_ext_proc_streams_started", math.floor(requests), **listener)
    page.add("envoy_http_ext_proc_streams_failed", math.floor(requests * failing / 2), **listener)
    page.add("envoy_http_ext_proc_message_timeouts", math.floor(requests * failing / 2), **listener)
    page.add("envoy_http_ext_proc_failure_mode_allowed", math.floor(requests * failing), **listener)
    page.add("envoy_http_ext_proc_immediate_responses_sent", math.floor(requests * 0.1), **listener)
    for digit, share in ((1, 0), (2, 0.9), (3, 0), (4, 0.08), (5, 0.02)):
        page.add("envoy_http_downstream_rq_xx", math.floor(requests * share), envoy_response_code_class=str(digit), **listener)
    page.add("envoy_http_downstream_rq_active", 7, **listener)
    for bound, share in (("500", 0.1), ("1000", 0.4), ("5000", 0.95), ("+Inf", 1)):
        page.add("envoy_http_downstream_rq_time_bucket", math.floor(requests * share), le=bound, **listener)
    page.add("envoy_http_downstream_rq_time_count", math.floor(requests), **listener)
    for cluster, share in (("qwen3-8b", 0.6), ("phi4-mini", 0.3), ("semantic_router", 1)):
        upstream = {"envoy_cluster_name": cluster}
        page.add("envoy_cluster_upstream_rq_xx", math.floor(requests * share * 0.98), envoy_response_code_class="2", **upstream)
        page.add("envoy_cluster_upstream_rq_xx", math.floor(requests * share * 0.02), envoy_response_code_class="5", **upstream)
        page.add("envoy_cluster_upstream_cx_connect_fail", math.floor(requests * failing / 100), **upstream)
        page.add("envoy_cluster_upstream_rq_timeout", math.floor(requests * failing / 200), **upstream)
        page.add("envoy_cluster_membership_total", 3, **upstream)
        page.add("envoy_cluster_membership_healthy", 2, **upstream)
    return page.text()


def cache_server(at: float, *, used: float = 0.6, evicted: float = 0.5) -> str:
    """Give the page of redis_exporter: `used` is the share of `maxmemory`, `evicted` entries a second are dropped for want of room."""
    page = Lines()
    page.add("redis_up", 1)
    page.add("redis_instance_info", 1, maxmemory_policy="noeviction", redis_mode="standalone", redis_version="7.0.15", role="master")
    page.add("redis_memory_used_bytes", used * GIB)
    page.add("redis_memory_max_bytes", GIB)
    page.add("redis_connected_clients", 12)
    page.add("redis_rejected_connections_total", 3)
    page.add("redis_db_keys", 41_000, db="db0")
    page.add("redis_db_keys", 0, db="db1")
    page.add("redis_expired_keys_total", total(2, at))
    page.add("redis_evicted_keys_total", total(evicted, at))
    for command, rate, took in (("FT.SEARCH", 20.0, 0.002), ("hset", 8.0, 0.00002)):
        page.add("redis_commands_total", total(rate, at), cmd=command)
        page.add("redis_commands_duration_seconds_total", took * total(rate, at), cmd=command)
    return page.text()


def gpus(at: float, *, pods: Sequence[str] = ("engine-a-0",), free: int = 1) -> str:
    """Give the page of dcgm-exporter on a node where each of these pods has a GPU, and `free` further ones have no pod."""
    page = Lines()
    for number in range(len(pods) + free):
        engine = {"namespace": "engines", "pod": pods[number], "container": "vllm"} if number < len(pods) else {}
        about = {
            "gpu": str(number),
            "UUID": f"GPU-{number}",
            "modelName": "NVIDIA H100 80GB HBM3",
            "Hostname": "node-a",
            "node": "node-a",
            **engine,
        }
        page.add("DCGM_FI_DEV_GPU_UTIL", 80 + 10 * wave(at) if engine else 0, **about)
        page.add("DCGM_FI_DEV_FB_USED", 72_000 if engine else 0, **about)
        page.add("DCGM_FI_DEV_FB_FREE", 8_000 if engine else 80_000, **about)
        page.add("DCGM_FI_DEV_POWER_USAGE", 500 if engine else 70, **about)
        page.add("DCGM_FI_DEV_SM_CLOCK", 1_980 if engine else 345, **about)
        page.add("DCGM_FI_DEV_GPU_TEMP", 62 if engine else 31, **about)
        page.add("DCGM_FI_DEV_XID_ERRORS", 0, **about)
    return page.text()


def log_store(at: float, *, dropped: float = 0.0, full: float = 0.5) -> str:
    """Give the page of a log store that takes 40 lines a second; `dropped` are so many more, `full` is the share of 16 GiB that lines fill."""
    page = Lines()
    taken = total(40.0, at)
    path = {"path": "/victoria-logs-data"}
    page.add("vl_rows_ingested_total", math.floor(taken), type="loki_json")
    for reason, share in (("too_small_timestamp", dropped), ("too_big_timestamp", 0.0), ("too_many_fields", 0.0), ("debug", 0.0)):
        page.add("vl_rows_dropped_total", math.floor(taken * share), reason=reason)
    page.add("vl_too_long_lines_skipped_total", 0)
    for kind, share in (("storage", 0.95), ("indexdb", 0.05)):
        page.add("vl_data_size_bytes", 16 * GIB * full * share, type=kind)
    page.add("vl_max_disk_space_usage_bytes", 16 * GIB, **path)
    page.add("vl_total_disk_space_bytes", 20 * GIB, **path)
    page.add("vl_free_disk_space_bytes", 20 * GIB - 16 * GIB * full, **path)
    page.add("vl_storage_is_read_only", 0, **path)
    page.add("vl_storage_log_min_timestamp_seconds", time.time() - 86_400)
    page.add("vl_http_requests_total", math.floor(total(2.0, at)), path="/select/logsql/query")
    page.add("vl_http_requests_total", math.floor(taken / 20), path="/insert/loki/api/v1/push", format="json")
    page.add("vl_concurrent_select_limit_reached_total", 0)
    page.add("process_resident_memory_bytes", 210e6)
    return page.text()


def probe(_: float, *, kind: str, failing: bool = False) -> str:
    """Give what the blackbox exporter answers for a probe over TLS whose certificate lasts ten more days; a `failing` one gets no answer."""
    page = Lines()
    page.add("probe_success", int(not failing))
    page.add("probe_duration_seconds", 10 if failing else 2.4 if kind == "canary" else 0.05)
    page.add("probe_dns_lookup_time_seconds", 0.001)
    page.add("probe_failed_due_to_regex", 0)
    if kind != "tcp":
        page.add("probe_http_status_code", 0 if failing else 200)
        for phase, share in (("resolve", 0.01), ("connect", 0.02), ("tls", 0.03), ("processing", 0.9), ("transfer", 0.04)):
            page.add("probe_http_duration_seconds", 0 if failing else 2.4 * share, phase=phase)
    if not failing:
        page.add("probe_ssl_earliest_cert_expiry", time.time() + 10 * 86_400)
    return page.text()


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A router pod as the cluster sees it."""

    name: str
    node: str = "node-a"
    memory: float = 2.4 * GIB
    cpu: float = 0.6
    throttled: float = 0.0
    """Share of CPU periods in which the container had to stop."""

    restarts: int = 0
    reason: str = ""
    """Why it last ended, such as OOMKilled."""

    waiting: str = ""
    """Why it does not run now, such as CrashLoopBackOff."""

    started: float = 0.0
    """Seconds; before, the pod is pending."""


def kube_state(at: float, pods: Sequence[Pod], *, namespace: str = "vllm-semantic-router-system", wanted: int | None = None) -> str:
    """Give the page of kube-state-metrics for a Deployment with these pods."""
    page = Lines()
    running = [pod for pod in pods if not pod.waiting and at >= pod.started]
    about = {"namespace": namespace, "deployment": "semantic-router"}
    wanted = len(pods) if wanted is None else wanted
    page.add("kube_deployment_spec_replicas", wanted, **about)
    page.add("kube_deployment_status_replicas_available", len(running), **about)
    page.add("kube_deployment_status_replicas_unavailable", wanted - len(running), **about)
    autoscaler = {"namespace": namespace, "horizontalpodautoscaler": "semantic-router"}
    page.add("kube_horizontalpodautoscaler_spec_min_replicas", 2, **autoscaler)
    page.add("kube_horizontalpodautoscaler_spec_max_replicas", 10, **autoscaler)
    page.add("kube_horizontalpodautoscaler_status_current_replicas", len(pods), **autoscaler)
    page.add("kube_horizontalpodautoscaler_status_desired_replicas", wanted, **autoscaler)
    for pod in pods:
        place = {"namespace": namespace, "pod": pod.name}
        container = {**place, "container": "semantic-router"}
        up = pod in running
        page.add("kube_pod_info", 1, node=pod.node, created_by_kind="ReplicaSet", created_by_name="semantic-router-7c9", **place)
        for phase in ("Pending", "Running", "Succeeded", "Failed", "Unknown"):
            here = "Running" if at >= pod.started else "Pending"
            page.add("kube_pod_status_phase", int(phase == here), phase=phase, **place)
        page.add("kube_pod_container_info", 1, image="semantic-router:v1", **container)
        page.add("kube_pod_container_status_ready", int(up), **container)
        page.add("kube_pod_container_status_restarts_total", pod.restarts, **container)
        if pod.waiting:
            page.add("kube_pod_container_status_waiting_reason", 1, reason=pod.waiting, **container)
        if pod.reason:
            page.add("kube_pod_container_status_last_terminated_reason", 1, reason=pod.reason, **container)
        for kind, cpu, memory in (("requests", 1.0, 3 * GIB), ("limits", 2.0, 6 * GIB)):
            name = f"kube_pod_container_resource_{kind}"
            page.add(name, cpu, node=pod.node, resource="cpu", unit="core", **container)
            page.add(name, memory, node=pod.node, resource="memory", unit="byte", **container)
        page.add("kube_pod_spec_volumes_persistentvolumeclaims_info", 1, volume="models-volume", persistentvolumeclaim="models", **place)
    return page.text()


def kubelet(at: float, pods: Sequence[Pod], *, namespace: str = "vllm-semantic-router-system") -> str:
    """Give the pages of the kubelet and its cAdvisor, the pods' sandbox and total included, for all nodes in one."""
    page = Lines()
    for pod in pods:
        if at < pod.started:
            continue
        place = {"namespace": namespace, "pod": pod.name}
        memory = pod.memory + 0.05 * GIB * wave(at)
        for container, image, share in (("semantic-router", "semantic-router:v1", 1.0), ("", "", 1.0), ("POD", "pause:3.10", 0.0001)):
            labels = {"container": container, "image": image, **place}
            page.add("container_cpu_usage_seconds_total", pod.cpu * share * at, cpu="total", **labels)
            page.add("container_memory_working_set_bytes", memory * share, **labels)
            page.add("container_memory_rss", memory * 0.95 * share, **labels)
            page.add("container_cpu_cfs_periods_total", math.floor(10 * at), **labels)
            page.add("container_cpu_cfs_throttled_periods_total", math.floor(10 * pod.throttled * at), **labels)
        page.add("container_network_receive_bytes_total", total(40e3, at), interface="eth0", **place)
        page.add("container_network_transmit_bytes_total", total(55e3, at), interface="eth0", **place)
    claim = {"namespace": namespace, "persistentvolumeclaim": "models"}
    page.add("kubelet_volume_stats_capacity_bytes", 20 * GIB, **claim)
    page.add("kubelet_volume_stats_used_bytes", 11.3 * GIB, **claim)
    page.add("kubelet_volume_stats_inodes", 1_310_720, **claim)
    page.add("kubelet_volume_stats_inodes_used", 1_024, **claim)
    other = {"namespace": namespace, "persistentvolumeclaim": "another-teams"}
    page.add("kubelet_volume_stats_capacity_bytes", 100 * GIB, **other)
    page.add("kubelet_volume_stats_used_bytes", 99 * GIB, **other)
    return page.text()
