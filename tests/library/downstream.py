"""A chart of a user who installed the package: run by `test_wheel.py` with the wheel, and with it alone, on the path.

python downstream.py FOLDER
"""

from __future__ import annotations

import sys

import constructs
import jsii
from cdk8s import ApiObject, App, Chart, JsonPatch
from cdk8s_plus_27 import Namespace, Secret, ServiceAccount

import semantic_router_observability as sro


@jsii.implements(constructs.IMixin)
class ArgoWave:
    """Puts an Argo CD sync wave on every object."""

    def supports(self, construct: constructs.IConstruct) -> bool:
        return isinstance(construct, ApiObject)

    def apply_to(self, construct: constructs.IConstruct) -> None:
        assert isinstance(construct, ApiObject)
        construct.metadata.add_annotation("argocd.argoproj.io/sync-wave", "2")


def build(folder: str) -> None:
    """Two teams' stacks in one namespace, with what cdk8s-plus brings."""
    app = App(outdir=folder)
    platform = Chart(app, "platform")
    namespace = Namespace(platform, "namespace", metadata={"name": "routing"})
    chart = Chart(app, "observability", namespace=namespace.name)

    account = ServiceAccount.from_service_account_name(chart, "account", "scraper", namespace_name="routing")
    admin = Secret.from_secret_name(chart, "sso", "sso-admin")
    database = Secret(chart, "database", metadata={"name": "grafana-database"})

    blue = sro.PrometheusStack(
        chart,
        "blue-prometheus",
        targets=[sro.RouterTarget.helm("blue"), sro.RouterTarget.raw(namespaces=["legacy"])],
        service_account=account,
        storage=sro.Claim(size="50Gi"),
        alerts=sro.Alerts(own=[sro.AlertRule(name="OrdersSlow", expr="vector(0) > 1", summary="Orders are slow")]),
        rules=[sro.RuleFile(name="orders", groups=[{"name": "orders", "rules": [{"record": "orders:up", "expr": "vector(1)"}]}])],
    )
    green = sro.PrometheusStack(chart, "green-prometheus", targets=[sro.RouterTarget.operator("green")], storage=sro.Ephemeral())
    thanos = sro.Endpoint(url=sro.Url.of("http://thanos-query.monitoring:9090"), uid="thanos", interval="30s")
    blue_grafana = sro.GrafanaStack(
        chart,
        "blue-grafana",
        sources=[blue, thanos],
        admin=admin,
        external_url="https://blue.example.com",
        data_sources=[sro.Loki(url="http://loki")],
    )
    sro.GrafanaStack(
        chart,
        "green-grafana",
        sources=[green, sro.ExternalPrometheus(url="http://mimir.monitoring/prometheus", uid="mimir", name="Mimir")],
        replicas=2,
        database=sro.Database(
            engine="postgres",
            host="postgres:5432",
            user=sro.SecretKey.of(database, "user"),
            password=sro.SecretKey.of(database, "password"),
        ),
    )
    sro.Manifest(
        chart,
        "playground",
        api_version="v1",
        kind="Service",
        name="playground",
        labels={"app": "playground"},
        spec={"ports": [{"name": "http", "port": 80}]},
    )
    playground = sro.Endpoint(
        url=sro.Url.of("http://playground.routing.svc:80"), external_url=sro.Url.of("https://play.example.com/ui"), has_login=True
    )
    sro.ObservabilityIngress(
        chart, "web", backends=[blue_grafana, playground], via=sro.Nginx(), tls=sro.CertManagerIssuer(name="letsencrypt")
    )

    # The workload of a stack, then every object there is: a field no Kubernetes of today knows has to arrive as written.
    ApiObject.of(blue).add_json_patch(JsonPatch.replace("/spec/template/spec/containers/0/resources/limits/memory", "8Gi"))
    for construct in chart.node.find_all():
        if isinstance(construct, sro.Manifest):
            construct.add_json_patch(JsonPatch.add("/fromTheFuture", {"kubernetes": "2.0", "list": [1, "two", None, {"deep": True}]}))
            construct.add_json_patch(JsonPatch.add("/metadata/annotations/example.com~1owner", "team-a"))
    chart.with_(ArgoWave())

    app.synth()
    print(sro.__file__, constructs.__file__, sep="\n")


if __name__ == "__main__":
    build(sys.argv[1])
