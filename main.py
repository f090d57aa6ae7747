"""Synthesizes `observability.yaml` into `dist/`: `python main.py [--config FILE] [--output FOLDER]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import semantic_router_observability as sro
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from cdk8s import Chart


def build(chart: Chart, settings: sro.Settings) -> None:
    """Prometheus finds the router, Grafana charts what Prometheus stores, Alertmanager tells people, an ingress shows all of it."""
    alertmanager = sro.AlertmanagerStack(chart, "alertmanager", **settings.alertmanager_arguments()) if settings.alertmanager else None
    prometheus = sro.PrometheusStack(chart, "prometheus", **settings.prometheus_arguments(alertmanager))
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], **settings.grafana_arguments(alertmanager))
    if settings.secrets:
        stacks = [stack for stack in (alertmanager, prometheus, grafana) if stack]
        sro.Secrets(chart, "secrets", of=stacks, providers=settings.secrets)
    if settings.ingress:
        exposable = {"prometheus": prometheus, "grafana": grafana, "alertmanager": alertmanager}
        sro.ObservabilityIngress(chart, "ingress", **settings.ingress_arguments(**exposable))


if __name__ == "__main__":
    sys.exit(run(build))
