"""Pages of the programs that stand around the router and are no part of it: see `neighbours`."""

from __future__ import annotations

import math
import time
from typing import Final

from .neighbours import GIB, Lines, wave
from .neighbours import total as grown

RECONCILE_BUCKETS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    *(1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0),
)
"""Bounds of controller-runtime."""

QUERY_BUCKETS: Final = (0.01, 0.1, 1.0, 10.0)
"""Bounds of Prometheus's own queries."""


def node_exporter(at: float, *, used: float = 0.6, memory: float = 0.7) -> str:
    """Give the page of the node exporter of a node with two CPUs: `used` is the share of its filesystem, `memory` that of its memory.

    Times of CPUs and pressure grow slowly, so that ten of these seconds may pass in one.
    """
    page = Lines()
    for cpu in ("0", "1"):
        for mode, rate in (("idle", 0.05), ("iowait", 0.01), ("user", 0.03), ("system", 0.01)):
            page.add("node_cpu_seconds_total", rate * grown(1, at), cpu=cpu, mode=mode)
    for device, fstype, mountpoint, share, readonly in (
        ("/dev/sda1", "ext4", "/", used, 0),
        ("tmpfs", "tmpfs", "/run", 0.99, 0),
        ("/dev/loop0", "squashfs", "/snap/core", 1.0, 1),
        ("/dev/sdb", "ext4", "/var/lib/kubelet/pods/a/volumes/b/mount", 0.99, 0),
    ):
        labels = {"device": device, "device_error": "", "fstype": fstype, "mountpoint": mountpoint}
        page.add("node_filesystem_avail_bytes", 100 * GIB * (1 - share), **labels)
        page.add("node_filesystem_size_bytes", 100 * GIB, **labels)
        page.add("node_filesystem_readonly", readonly, **labels)
    page.add("node_memory_MemAvailable_bytes", 64 * GIB * (1 - memory))
    page.add("node_memory_MemTotal_bytes", 64 * GIB)
    for what, rate in (("cpu", 0.02), ("memory", 0.001), ("io", 0.005)):
        page.add(f"node_pressure_{what}_waiting_seconds_total", rate * grown(1, at))
    for device, rate in (("eth0", 2e6), ("lo", 8e6), ("cali0123", 1e6)):
        page.add("node_network_receive_bytes_total", math.floor(grown(rate, at)), device=device)
        page.add("node_network_transmit_bytes_total", math.floor(grown(rate / 2, at)), device=device)
    page.add("node_vmstat_oom_kill", 3)
    return page.text()


def router_operator(at: float, *, failing: float = 0.25) -> str:
    """Give the page of the router's operator beside that of another controller: `failing` is the share of reconciliations that end with an error."""
    page = Lines()
    for controller, count in (("semanticrouter", grown(0.4, at)), ("certificates", grown(40, at))):
        own = {"controller": controller}
        for result, share in (("success", 1 - failing), ("error", failing), ("requeue", 0), ("requeue_after", 0)):
            page.add("controller_runtime_reconcile_total", math.floor(count * share), **own, result=result)
        page.observe("controller_runtime_reconcile_time_seconds", RECONCILE_BUCKETS, count, 0.08, **own)
        page.add("workqueue_depth", 2 if controller == "semanticrouter" else 50, **own, name=controller, priority="0")
        page.add("workqueue_longest_running_processor_seconds", 0.5, **own, name=controller)
    return page.text()


def prometheus(at: float) -> str:
    """Give the page of a Prometheus that scrapes 25 targets and sends its samples to one receiver."""
    page = Lines()
    page.add("prometheus_build_info", 1, branch="HEAD", goversion="go1.26.8", revision="0", version="3.14.0")
    page.add("prometheus_config_last_reload_successful", 1)
    page.add("prometheus_tsdb_storage_blocks_bytes", 11 * GIB + 2e4 * at)
    # The write-ahead log is cut every two hours.
    page.add("prometheus_tsdb_wal_storage_size_bytes", 0.6 * GIB + (at % 7200) * 5e4)
    page.add("prometheus_tsdb_head_chunks_storage_size_bytes", 0.1 * GIB + (at % 7200) * 1e4)
    page.add("prometheus_tsdb_retention_limit_bytes", 16 * GIB)
    page.add("prometheus_tsdb_retention_limit_seconds", 15 * 86_400)
    page.add("prometheus_tsdb_head_series", 21_000 + 900 * wave(at))
    page.add("prometheus_tsdb_head_samples_appended_total", math.floor(grown(1400, at)), type="float")
    page.add("prometheus_tsdb_head_series_created_total", 21_000 + math.floor(grown(0.2, at)))
    page.add("prometheus_tsdb_head_series_removed_total", math.floor(grown(0.2, at)))
    page.add("prometheus_tsdb_lowest_timestamp_seconds", time.time() - 12 * 86_400)
    for failure in ("compactions_failed", "wal_corruptions", "wal_writes_failed", "checkpoint_creations_failed", "reloads_failures"):
        page.add(f"prometheus_tsdb_{failure}_total", 0)
    page.add("prometheus_target_scrape_pool_targets", 25, scrape_job="semantic-router")
    for quantile, late in (("0.01", -0.02), ("0.5", 0), ("0.99", 0.03)):
        page.add("prometheus_target_interval_length_seconds", 15 + late, interval="15s", quantile=quantile)
    for refused in ("exceeded_sample_limit", "exceeded_body_size_limit", "sample_out_of_order", "sample_out_of_bounds"):
        page.add(f"prometheus_target_scrapes_{refused}_total", 0)
    page.add("prometheus_target_scrapes_sample_duplicate_timestamp_total", math.floor(at / 40))
    page.add("prometheus_target_scrape_pool_exceeded_label_limits_total", 0)
    for group, took, samples in (
        ("semantic-router-traffic", 0.03, 300),
        ("semantic-router-latency", 0.05, 900),
        ("alerts-requests", 0.02, 12),
    ):
        about = {"rule_group": f"/etc/prometheus/rules/{group}.yaml;{group}"}
        page.add("prometheus_rule_evaluation_failures_total", 0, **about)
        page.add("prometheus_rule_group_iterations_missed_total", 0, **about)
        page.add("prometheus_rule_group_last_duration_seconds", took * (1 + wave(at)), **about)
        page.add("prometheus_rule_group_interval_seconds", 30, **about)
        page.add("prometheus_rule_group_last_evaluation_samples", samples, **about)
    for part, median in (("inner_eval", 0.02), ("queue_time", 0.0001), ("prepare_time", 0.0005), ("result_sort", 0.0001)):
        page.observe("prometheus_engine_query_duration_histogram_seconds", QUERY_BUCKETS, grown(4, at), median, slice=part)
    page.add("prometheus_engine_query_samples_total", math.floor(grown(60_000, at)))
    page.add("prometheus_engine_queries", round(2 * wave(at, 700)))
    page.add("prometheus_engine_queries_concurrent_max", 20)
    queue = {"remote_name": "central", "url": "https://metrics.example.com/push"}
    page.add("prometheus_remote_storage_queue_highest_timestamp_seconds", 1.8e9 + at, **queue)
    page.add("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", 1.8e9 + at - 4 - 3 * wave(at), **queue)
    page.add("prometheus_remote_storage_samples_pending", 400 + 300 * wave(at), **queue)
    page.add("prometheus_remote_storage_samples_failed_total", 0, **queue)
    page.add("prometheus_remote_storage_samples_retried_total", math.floor(at / 600), **queue)
    for kind, shards in (("", 2), ("_desired", 1.4), ("_max", 50)):
        page.add(f"prometheus_remote_storage_shards{kind}", shards, **queue)
    page.add("process_resident_memory_bytes", 640e6 + 80e6 * wave(at))
    page.add("process_cpu_seconds_total", grown(0.12, at))
    page.add("process_start_time_seconds", time.time() - 9 * 86_400)
    return page.text()
