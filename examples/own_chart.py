"""The stack with a dashboard and an alert of our own: `python examples/own_chart.py FOLDER`."""

from __future__ import annotations

import sys

from cdk8s import App, Chart
from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.models.dashboard import DataSourceRef

import semantic_router_observability as sro

UID, PANEL = "checkout", 1
ALL = "sum(rate(llm_model_requests_total[5m]))"
PREMIUM = 'sum(rate(llm_model_requests_total{model="premium"}[5m]))'
PREMIUM_SHARE = f"({PREMIUM} or {ALL} * 0) / {ALL}"
"""Zero, and not nothing, until a request went to that model; the metric contract asks for that."""


def dashboard() -> sro.Dashboard:
    """Share of requests that the router sends to the expensive model."""
    prometheus = DataSourceRef(type_val="prometheus", uid="prometheus")
    share = Timeseries().id(PANEL).title("Requests to premium").unit("percentunit").datasource(prometheus)
    board = DashboardBuilder("Checkout").uid(UID).with_panel(share.with_target(Dataquery().expr(PREMIUM_SHARE)))
    return sro.Dashboard.of(board.build(), file="checkout.json")


def build(app: App) -> None:
    """Prometheus, Grafana and Alertmanager, with network policies."""
    chart = Chart(app, "observability", namespace="vllm-semantic-router-system")
    expensive = sro.AlertRule(
        name="CheckoutTooManyPremiumRequests",
        expr=f"{PREMIUM_SHARE} > 0.4",
        for_="15m",
        severity="warning",
        summary="More than 40 % of requests go to the premium model.",
        dashboard=sro.Panel(uid=UID, id=PANEL),
    )
    sro.Observability(
        chart,
        "stack",
        prometheus={"alerts": sro.Alerts(own=(expensive,)), "retention": "30d"},
        grafana={"dashboards": [dashboard()], "external_url": "https://grafana.example.com"},
        alertmanager={"receivers": [sro.Slack(name="checkout", api_url=sro.SecretKey("slack", "url"))]},
        ingress={"via": sro.Nginx(), "tls": sro.CertManagerIssuer(name="letsencrypt")},
    )


if __name__ == "__main__":
    app = App()
    build(app)
    sro.write_manifests(app, sys.argv[1])
