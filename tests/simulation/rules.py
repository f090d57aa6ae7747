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

THINKER: Final = "gpt-oss-120b"
"""The simulated model that reasons at length: by nature a third of its answers take longer than 10 s."""

TUNED: Final = Alerts(
    rules={
        "SemanticRouterSlowCompletions": Knobs(models={THINKER: 0.6}),
        "SemanticRouterSlowFirstToken": Knobs(models={THINKER: 0.6}),
        "SemanticRouterSpendOverBudget": Knobs(threshold=BUDGET),
    }
)
"""The shipped alerts, told what nobody can ship: the budget, and that one model is meant to take its time."""


@cache
def rule_files() -> Mapping[str, str]:
    """Return the rule files by name, for a Prometheus with everything that has alerts: Alertmanager, engines, remote write."""
    chart = cdk8s.Chart(cdk8s.App(), "observability", namespace=NAMESPACE)
    sro.PrometheusStack(
        chart,
        "prometheus",
        alerts=TUNED,
        alertmanagers=(sro.ExternalAlertmanager(url="http://alertmanager:9093"),),
        scrape_jobs=(sro.StaticJob(name="vllm", targets=("qwen3-8b:8000",)),),
        remote_write=(sro.RemoteWrite(name="central", url="https://metrics.example.com/push"),),
    )
    return files_of(chart, "prometheus-rules")


def files_of(chart: cdk8s.Chart, name: str) -> Mapping[str, str]:
    """Return what a ConfigMap of a chart holds."""
    (found,) = [each for each in cdk8s.Testing.synth(chart) if each["kind"] == "ConfigMap" and each["metadata"]["name"] == name]
    data: Mapping[str, str] = found["data"]
    return data


def alerts() -> frozenset[str]:
    """Return the names of all alerts."""
    groups = [group for text in rule_files().values() for group in yaml.safe_load(text)["groups"]]
    return frozenset(rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule)
