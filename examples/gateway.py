"""Grafana and Prometheus behind a Gateway that the platform team owns: `python examples/gateway.py FOLDER`."""

from __future__ import annotations

import sys

from cdk8s import App, Chart

import semantic_router_observability as sro


def build(app: App) -> None:
    """Users of Prometheus authenticate with an identity provider; its own clients in the cluster connect directly."""
    chart = Chart(app, "observability", namespace="vllm-semantic-router-system")
    prometheus = sro.PrometheusStack(chart, "prometheus", external_url="https://operations.example.com/prometheus")
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], external_url="https://operations.example.com/grafana")
    login = sro.OAuth2Proxy(
        chart,
        "prometheus-login",
        upstream=prometheus,
        provider=sro.OidcProvider(issuer="https://id.example.com"),
        client_id="prometheus",
        client_secret=sro.SecretKey("prometheus-login", "client-secret"),
        cookie_secret=sro.SecretKey("prometheus-login", "cookie-secret"),
        allow=sro.Allow(groups=("sre",)),
    )
    sro.ObservabilityIngress(
        chart,
        "ingress",
        backends=[grafana, login],
        via=sro.Gateway(name="public", namespace="gateways", section_name="https"),
    )
    sro.NetworkPolicies(chart, "network")


if __name__ == "__main__":
    app = App()
    build(app)
    sro.write_manifests(app, sys.argv[1])
