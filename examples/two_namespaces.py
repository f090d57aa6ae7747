"""One Grafana for two environments, each with a Prometheus in its namespace: `python examples/two_namespaces.py FOLDER`."""

from __future__ import annotations

import sys

from cdk8s import App, Chart

import semantic_router_observability as sro


def build(app: App) -> None:
    """Policies of both namespaces allow what Grafana asks of both Prometheus servers, and nothing else."""
    staging = Chart(app, "staging", namespace="router-staging")
    production = Chart(app, "production", namespace="router-production")

    # The uid of a data source is the id of its stack by default; two sources of one Grafana need two.
    tested = sro.PrometheusStack(staging, "prometheus", uid="staging", external_labels={"environment": "staging"})
    served = sro.PrometheusStack(production, "prometheus", retention="90d", external_labels={"environment": "production"})
    sro.GrafanaStack(production, "grafana", sources=[served, tested], external_url="https://grafana.example.com")

    for chart in (staging, production):
        sro.NetworkPolicies(chart, "network")


if __name__ == "__main__":
    app = App()
    build(app)
    sro.write_manifests(app, sys.argv[1])
