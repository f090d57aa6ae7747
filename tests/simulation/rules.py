"""The rules that are tried: those of the ConfigMap that a PrometheusStack writes, alerts and recording rules alike."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import cdk8s
import yaml

import semantic_router_observability as sro
from semantic_router_observability.alerting import Alerts, Knobs
from simulator.history import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

BUDGET: Final = 600.0
"""Dollars a day that the simulated installation may spend; it spends 250."""

TUNED: Final = Alerts(rules={"SemanticRouterSpendOverBudget": Knobs(threshold=BUDGET)})
"""The shipped alerts, with what nobody can ship: the budget."""


def rule_files() -> Mapping[str, str]:
    """Return the rule files by name, for a Prometheus with everything that has alerts: Alertmanager, engines, remote write, a trace
    gateway, an Envoy in front of the routers, a log store, probes, Thanos, a Redis, GPUs,
    nodes, the router's operator.
    """
    return files_of(_chart(), "prometheus-rules")


def board_files() -> Mapping[str, str]:
    """Return the dashboards by name, of a Grafana that shows this Prometheus."""
    boards = [name for name in _config_maps(_chart()) if name.startswith("grafana-dashboard-")]
    return {file: text for name in boards for file, text in files_of(_chart(), name).items()}


@cache
def _chart() -> cdk8s.Chart:
    chart = cdk8s.Chart(cdk8s.App(), "observability", namespace=NAMESPACE)
    bucket, store = sro.Bucket(name="bucket"), sro.TraceStore(chart, "trace-store")
    arguments: sro.PrometheusArguments = {
        "alerts": TUNED,
        "alertmanagers": (sro.ExternalAlertmanager(url="http://alertmanager:9093"),),
        "scrape_jobs": (
            sro.StaticJob(name="vllm", targets=("qwen3-8b:8000",)),
            sro.StaticJob(name="trace-gateway", targets=("trace-gateway:8888",)),
            sro.EnvoyJob(),
            sro.RedisJob(),
            sro.DcgmJob(),
            sro.NodeExporterJob(),
            sro.OperatorJob(),
            sro.StaticJob(name="log-store", targets=("log-store:9428",)),
            sro.StaticJob(name="semantic-router-probes", targets=("probes:9115",)),
            store.scrape_job,
        ),
        "remote_write": (sro.RemoteWrite(name="central", url="https://metrics.example.com/push"),),
        "external_labels": {"cluster": "eu"},
        "sidecar": sro.ThanosSidecar(object_storage=bucket),
    }
    replicas = [sro.PrometheusStack(chart, name, **arguments) for name in ("prometheus", "prometheus-b")]
    thanos = sro.ThanosStack(chart, "thanos", sources=replicas, object_storage=bucket, uid="prometheus")
    sro.GrafanaStack(chart, "grafana", sources=[thanos])
    return chart


def files_of(chart: cdk8s.Chart, name: str) -> Mapping[str, str]:
    """Return what a ConfigMap of a chart holds."""
    return _config_maps(chart)[name]


@cache
def _config_maps(chart: cdk8s.Chart) -> Mapping[str, Mapping[str, str]]:
    return {item["metadata"]["name"]: item["data"] for item in cdk8s.Testing.synth(chart) if item["kind"] == "ConfigMap"}


def alerts() -> frozenset[str]:
    """Return the names of all alerts."""
    groups = [group for text in rule_files().values() for group in yaml.safe_load(text)["groups"]]
    return frozenset(rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule)
