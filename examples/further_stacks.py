"""The whole stack, a Prometheus for a trial and a Grafana for another team, in one chart: `python examples/further_stacks.py FOLDER`."""

from __future__ import annotations

import sys

from cdk8s import App, Chart

import semantic_router_observability as sro


def build(app: App) -> None:
    """The network policies of `Observability` cover all of it, whether it is made before or after."""
    chart = Chart(app, "observability", namespace="vllm-semantic-router-system")
    trial = sro.PrometheusStack(
        chart,
        "trial",
        targets=[sro.RouterTarget.helm("trial", namespaces=["routing-trial"])],
        retention="3d",
        storage=sro.Claim(size="5Gi"),
        external_labels={"environment": "trial"},
    )
    stack = sro.Observability(chart, "stack", grafana={"data_sources": [trial]})
    sro.GrafanaStack(chart, "customers", sources=[stack.prometheus], optional_dashboards=["slos"])


if __name__ == "__main__":
    app = App()
    build(app)
    sro.write_manifests(app, sys.argv[1])
