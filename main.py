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
    behind = settings.login_arguments(prometheus=prometheus, alertmanager=alertmanager)
    logins = {name: sro.OAuth2Proxy(chart, f"{name}-login", **arguments) for name, arguments in behind.items()}
    exposable = {"prometheus": prometheus, "grafana": grafana, "alertmanager": alertmanager, **logins}
    ingress = sro.ObservabilityIngress(chart, "ingress", **settings.ingress_arguments(**exposable)) if settings.ingress else None
    members = [each for each in (prometheus, grafana, alertmanager, *logins.values(), ingress) if each]
    if settings.secrets:
        sro.Secrets(chart, "secrets", of=members, providers=settings.secrets)
    if settings.network_policies.enabled:
        sro.NetworkPolicies(chart, "network", members=members, **settings.network_arguments())
    if settings.network_policies.router_access:
        sro.RouterAccess(chart, "router-access", prometheus=prometheus)


if __name__ == "__main__":
    sys.exit(run(build))
