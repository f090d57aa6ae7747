"""Alerts on Thanos: which there are, what they compare, and that no page of a router can forge what they read."""

from __future__ import annotations

import json
import re
from typing import Any

import cdk8s
import pytest
import yaml

import semantic_router_observability as sro
from manifests import Object, find, from_yaml
from relabel import relabel
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.promql import parse
from semantic_router_observability.shipped import SHIPPED, text

QUERIES = {"ThanosQueryDown", "ThanosReplicaMissing", "ThanosAnswersPartial"}
UPLOADS = {"ThanosUploadFailing", "ThanosUploadOverdue"}
BLOCKS = {"ThanosStoreMissing", "ThanosObjectStorageFailing", "ThanosCompactDown", "ThanosCompactHalted"}

WITH_THANOS = "prometheus: {externalLabels: {cluster: eu}}\nthanos: "
BUCKET = "objectStorage: {type: secret, name: bucket}"

OWN_BOARD = [alert for topic in ("traces", "thanos", "logs") for alert in topics(EVERYTHING)[topic]]
OWN_BOARD = [alert for topic in ("traces", "thanos", "probes") for alert in topics(EVERYTHING)[topic]]
"""Alerts whose panel is on a dashboard of their own."""


def rules(objects: list[Object], name: str = "prometheus") -> dict[str, dict[str, Any]]:
    files = find(objects, "ConfigMap", f"{name}-rules")["data"].values()
    return {rule["alert"]: rule for file in files for group in yaml.safe_load(file)["groups"] for rule in group["rules"] if "alert" in rule}


def of_thanos(found: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name in found if name.startswith("Thanos")}


@pytest.mark.parametrize(
    ("settings", "names", "sources"),
    [
        ("{}", QUERIES, 2),
        ("{prometheusReplicas: 3}", QUERIES, 3),
        (f"{{prometheusReplicas: 1, {BUCKET}}}", QUERIES | UPLOADS | BLOCKS, 1),
    ],
)
def test_alerts_are_those_of_the_parts_that_there_are(settings: str, names: set[str], sources: int) -> None:
    objects = from_yaml(WITH_THANOS + settings)
    for number in range(sources):
        found = rules(objects, ("prometheus", "prometheus-b", "prometheus-c")[number])
        assert of_thanos(found) == names
        assert found["ThanosReplicaMissing"]["expr"].split()[-2:] == ["<", str(sources)]
        assert all(found[name]["annotations"]["dashboard_url"].startswith("/d/semantic-router-thanos/?viewPanel=") for name in names)
    assert find(objects, "ConfigMap", "grafana-dashboard-thanos")


def test_without_thanos_there_is_neither_alert_nor_dashboard(default_objects: list[Object]) -> None:
    assert of_thanos(rules(default_objects)) == set()
    assert not [item for item in default_objects if item["metadata"]["name"] == "grafana-dashboard-thanos"]


def test_a_query_elsewhere_is_not_missed() -> None:
    """Of a Thanos in another namespace this Prometheus scrapes only its own sidecar."""
    app = cdk8s.App()
    here, there = (cdk8s.Chart(app, name, namespace=name) for name in ("here", "there"))
    pair = [
        sro.PrometheusStack(chart, name, external_labels={"cluster": "eu"}, sidecar=sro.ThanosSidecar())
        for chart, name in ((here, "a"), (there, "b"))
    ]
    sro.ThanosStack(there, "thanos", sources=pair)
    assert of_thanos(rules(cdk8s.Testing.synth(here), "a")) == set()
    assert of_thanos(rules(cdk8s.Testing.synth(there), "b")) == QUERIES


def test_a_changed_threshold_moves_the_line_of_its_panel() -> None:
    objects = from_yaml(f"{WITH_THANOS}{{{BUCKET}}}\nalerts: {{rules: {{ThanosUploadOverdue: {{threshold: 9000}}}}}}\n")
    (model,) = find(objects, "ConfigMap", "grafana-dashboard-thanos")["data"].values()
    (panel,) = [panel for panel in json.loads(model)["panels"] if panel["title"] == "ThanosUploadOverdue"]
    assert [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 9000]
    assert rules(objects)["ThanosUploadOverdue"]["expr"].split()[-1] == "9000"


@pytest.mark.parametrize("name", ["thanos_compact_halted", "thanos_store_nodes_grpc_connections"])
@pytest.mark.parametrize("job", ["semantic-router", "semantic-router-clients", "grafana"])
def test_pages_cannot_forge_series_of_thanos(name: str, job: str) -> None:
    """Nor does a stack without Thanos pay for it."""
    for settings, retained in ((WITH_THANOS + "{}", False), ("", True)):
        config = yaml.safe_load(find(from_yaml(settings), "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
        (found,) = [item for item in config["scrape_configs"] if item["job_name"] == job]
        # The first step of the router's jobs divides its page between them.
        steps = [step for step in found["metric_relabel_configs"] if step.get("regex", "").startswith("up|")]
        assert (relabel({"__name__": name}, steps) is not None) == retained


@pytest.mark.parametrize("alert", OWN_BOARD, ids=lambda alert: alert.name)
def test_the_panel_that_an_alert_links_to_shows_its_number(alert: Any) -> None:
    model = json.loads(text(next(page for page in SHIPPED if page.uid == alert.panel.uid)))
    panels = {panel["id"]: panel for row in model["panels"] for panel in (row, *row.get("panels", ()))}
    panel = panels[alert.panel.id]
    assert panel["title"] == alert.name
    variables = {variable["name"] for variable in model["templating"]["list"]}
    shown = panel["targets"][0]["expr"]
    assert set(re.findall(r"\$(\w+)", shown)) <= variables
    assert unfiltered(shown) == unfiltered(alert.shape.number(alert.tuning))


def unfiltered(expression: str) -> str:
    """A query as it is while everything is chosen, its matchers in order."""
    plain = str(parse(re.sub(r'\b\w+=~"\$\w+",?', "", expression)))
    return re.sub(r"\{([^{}]*)\}", lambda found: f"{{{','.join(sorted(filter(None, found[1].split(','))))}}}", plain)
