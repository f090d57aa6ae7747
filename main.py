"""Synthesizes `observability.yaml` into `dist/`: `python main.py [--config FILE] [--output FOLDER]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import semantic_router_observability as sro
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from cdk8s import Chart


def build(chart: Chart, settings: sro.Settings) -> None:
    """Prometheus finds the router, Grafana charts what Prometheus stores, Alertmanager notifies, an ingress exposes what is asked for."""
    sro.Observability(
        chart,
        "stack",
        prometheus=settings.prometheus_arguments(),
        grafana=settings.grafana_arguments(),
        alertmanager=settings.alertmanager_arguments(),
        logins=settings.login_arguments(),
        ingress=settings.ingress_arguments(),
        secrets=settings.secrets,
        isolate=settings.network_policies.enabled,
        network_policies=settings.network_policies.arguments(),
        router_access=settings.network_policies.router_access,
        contract=settings.contract,
        registries=settings.images.registries,
        platform=settings.platform,
    )


if __name__ == "__main__":
    sys.exit(run(build))
