"""Queries of users' dashboards that Prometheus reads only with a feature."""

from __future__ import annotations

import json
from typing import Any

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from semantic_router_observability import ConfigError

TAKES = "limitk(3, up)"
FEATURE = "promql-experimental-functions"


def dashboard(**fields: Any) -> sro.Dashboard:
    model = {
        "title": "T",
        "uid": "t",
        "panels": [{"id": 1, "title": "P", "type": "timeseries", "targets": [{"refId": "A", "expr": TAKES}]}],
    }
    return sro.Dashboard(file="t.json", model=json.dumps({**model, **fields}))


def panel(source: object, expression: str = TAKES) -> dict[str, Any]:
    return {"id": 1, "title": "P", "type": "timeseries", "datasource": source, "targets": [{"refId": "A", "expr": expression}]}


def show(board: sro.Dashboard, *sources: sro.HasEndpoint, features: tuple[Any, ...] = (), **arguments: Any) -> None:
    chart = new_chart()
    prometheus = sro.PrometheusStack(chart, "prometheus", features=features)
    sro.GrafanaStack(chart, "grafana", sources=[prometheus, *sources], dashboards=[board], **arguments)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({}, "panel 'P' A"),
        ({"panels": [panel({"type": "prometheus", "uid": "prometheus"})]}, "panel 'P' A"),
        ({"panels": [panel("Prometheus")]}, "panel 'P' A"),
        (
            {
                "panels": [panel({"type": "prometheus", "uid": "$source"})],
                "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
            },
            "panel 'P' A",
        ),
        (
            {"panels": [], "templating": {"list": [{"name": "v", "type": "query", "query": f"query_result({TAKES})"}]}},
            "variable 'v'",
        ),
        ({"panels": [], "annotations": {"list": [{"name": "a", "expr": TAKES}]}}, "annotation 'a'"),
    ],
)
def test_a_query_that_takes_a_feature_is_refused_without_it(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        show(dashboard(**fields))
    remedy = f"Prometheus reads this only with the feature {FEATURE}: add it to features of Prometheus"
    assert str(refused.value) == f"grafana: dashboards: t.json: {place}: '{TAKES}': {remedy}"
    show(dashboard(**fields), features=(FEATURE,))


def test_every_query_is_named_at_once() -> None:
    board = dashboard(panels=[panel(None), {**panel(None, "up + fill (0) up"), "id": 2, "title": "Q"}])
    with pytest.raises(ConfigError) as refused:
        show(board)
    assert [error.path[-1] for error in refused.value.all] == ["panel 'P' A", "panel 'Q' A"]


def test_a_prometheus_of_others_may_read_it() -> None:
    mimir = sro.ExternalPrometheus(url="http://mimir.storage.svc", name="Mimir", uid="mimir")
    show(dashboard(panels=[panel({"type": "prometheus", "uid": "mimir"})]), data_sources=[mimir])
    other = sro.Endpoint(url=sro.Url.of("http://thanos.storage.svc:9090"), uid="thanos")
    show(dashboard(panels=[panel({"type": "prometheus", "uid": "thanos"})]), other)


def test_the_second_stack_has_features_of_its_own() -> None:
    chart = new_chart()
    first, second = sro.PrometheusStack(chart, "first"), sro.PrometheusStack(chart, "second", features=(FEATURE,))
    board = dashboard(panels=[panel({"type": "prometheus", "uid": "second"})])
    assert sro.GrafanaStack(chart, "grafana", sources=[first, second], dashboards=[board])
