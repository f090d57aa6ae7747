"""Synthesizes `observability.yaml` into `dist/`: `python main.py [--config FILE] [--output FOLDER]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import semantic_router_observability as sro
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from cdk8s import Chart


def build(chart: Chart, settings: sro.Settings) -> None:
    """Prometheus finds the router, Grafana charts what Prometheus stores, an ingress shows them to people."""
    prometheus = sro.PrometheusStack(chart, "prometheus", **settings.prometheus_arguments())
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], **settings.grafana_arguments())
    if settings.ingress:
        sro.ObservabilityIngress(chart, "ingress", **settings.ingress_arguments(prometheus=prometheus, grafana=grafana))


if __name__ == "__main__":
    sys.exit(run(build))
