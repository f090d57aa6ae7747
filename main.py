"""Synthesizes `observability.yaml` into `dist/`: `python main.py [--config FILE] [--output FOLDER]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import semantic_router_observability as sro
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from cdk8s import Chart


def build(chart: Chart, settings: sro.Settings) -> None:
    """Make all objects that the settings ask for, add what they have in common, then change the single fields under `patches`."""
    _make(chart, settings)
    if settings.annotations:
        sro.add_annotations(chart, settings.annotations)
    if settings.ip_family_policy:
        sro.set_ip_family_policy(chart, settings.ip_family_policy)
    if settings.patches:
        sro.apply_patches(chart, settings.patches)


def _make(chart: Chart, settings: sro.Settings) -> None:
    """Prometheus finds the router, Grafana charts what Prometheus stores, Alertmanager notifies, an ingress exposes what is asked for.

    With `addOn`, Prometheus and Grafana exist, and get monitors, rules and dashboards; or an agent sends samples to a storage elsewhere.
    """
    if (add_on := settings.add_on_arguments()) is not None:
        images, platform = settings.images.registries, settings.platform
        router = sro.AddOn(chart, "semantic-router", contract=settings.contract, registries=images, platform=platform, **add_on)
        if settings.secrets:
            sro.Secrets(chart, "secrets", of=[router], providers=settings.secrets)
        if settings.network_policies.enabled and router.agent:
            sro.NetworkPolicies(chart, "network", **settings.network_policies.arguments())
        if settings.network_policies.router_access:
            sro.RouterAccess(chart, "router-access", prometheus=router)
        return
    sro.Observability(
        chart,
        "stack",
        prometheus=settings.prometheus_arguments(),
        grafana=settings.grafana_arguments(),
        alertmanager=settings.alertmanager_arguments(),
        thanos=settings.thanos_arguments(),
        prometheus_replicas=settings.thanos.prometheus_replicas if settings.thanos else None,
        logins=settings.login_arguments(),
        traces=settings.trace_arguments(),
        trace_store=settings.trace_store_arguments(),
        logs=settings.log_arguments(),
        kube_state_metrics=settings.kube_state_metrics_arguments(),
        probes=settings.probe_arguments(),
        ingress=settings.ingress_arguments(),
        backup=settings.backup_arguments(),
        grafana_access=settings.grafana_access_arguments(),
        secrets=settings.secrets,
        isolate=settings.network_policies.enabled,
        network_policies=settings.network_policies.arguments(),
        router_access=settings.network_policies.router_access,
        contract=settings.contract,
        labels=settings.labels,
        registries=settings.images.registries,
        platform=settings.platform,
    )


if __name__ == "__main__":
    sys.exit(run(build))
