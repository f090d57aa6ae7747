"""Every query of every dashboard that the stack ships returns data, from routers that serve traffic."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from cluster.support import objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.live.conftest import Live

pytestmark = pytest.mark.cluster

INTERVAL = 60
"""Step of a graph: the dashboards ask for no finer one."""

CHOSEN = {"monthly_budget": "1000"}
"""What a viewer types into boxes that start empty or at zero."""

STAND_IN = "what stands for Grafana here exposes nothing but its version"
NO_ALERTMANAGER = "no Alertmanager runs here"
NOT_SENT = "samples are sent nowhere here"
NOT_THERE = "this installation has no such alert, as it has none of what it watches"
WELL = "nothing of the kind is wrong here"
YESTERDAY = "one of its lines is the day before, and these routers run for minutes"
EMPTY = {
    "alerts: Absent": WELL,
    "alerts: PrometheusStoresNothing": WELL,
    "alerts: GuardrailFailOpen": "the simulated guardrails read every request and answer",
    "alerts: GuardrailFailClosed": "the simulated guardrails read every request and answer",
    "alerts: MemoryHigh": "limits of containers come from kube-state-metrics, which is not scraped here",
    "alerts: PrometheusTargetMissing": NOT_THERE,
    "alerts: PrometheusRemoteWriteFailing": NOT_THERE,
    "alerts: PrometheusRemoteWriteBehind": NOT_THERE,
    "alerts: PrometheusNotificationsFailing": NOT_THERE,
    "alerts: AlertmanagerDown": NOT_THERE,
    "alerts: AlertmanagerDeliveryFailing": NOT_THERE,
    "alerts: AlertmanagerClusterSplit": NOT_THERE,
    "llm-router-dashboard: First token > 5 s": YESTERDAY,
    "llm-router-dashboard: Answers > 10 s": YESTERDAY,
    "llm-router-dashboard: Answers over 10 s by model": YESTERDAY,
    "llm-router-dashboard: First token over 5 s by model": YESTERDAY,
    "llm-router-dashboard: Slow tokens by model": YESTERDAY,
    "cost-and-tokens: Verdicts of the quality guard": "the simulated guard lets every compression pass",
    "guardrails-and-quality: Memory lookups by outcome": "the whole family is dropped by default, for its label user_id names a person",
    "routing-and-learning: Uncertainty of classification": "the simulated classifier always says how certain it is; only level unknown is missing",
    "stack-health: Grafana request time": STAND_IN,
    "stack-health: Data source requests": STAND_IN,
    "stack-health: Data source time p95": STAND_IN,
    "stack-health: Remote write lag": NOT_SENT,
    "stack-health: Samples waiting to be sent": NOT_SENT,
    "stack-health: Samples failed and retried": NOT_SENT,
    "stack-health: Remote write connections": NOT_SENT,
    "stack-health: Alerts by state": NO_ALERTMANAGER,
    "stack-health: Notifications": NO_ALERTMANAGER,
    "stack-health: Delivery time p95": NO_ALERTMANAGER,
    "stack-health: Replicas": NO_ALERTMANAGER,
}
"""Panels of which a query returns no data here, by dashboard and title, each with the reason."""

OF_ALERTS = {"alerts: Firing now", "llm-router-dashboard: Firing now"}
"""Panels that show something while an alert is pending, as it may be when tests stop routers and start them."""

NOT_YET = "offset 10m"
"""What a line has that leaves out the last ten minutes: it appears once the routers run for longer, as they do when all tests run."""


def dashboards(live: Live) -> dict[str, dict[str, Any]]:
    """Read the dashboards from the manifests, by file name."""
    maps = [
        item["data"] for item in objects(live.dist) if item["kind"] == "ConfigMap" and item["metadata"]["name"].startswith("grafana-dash")
    ]
    return {file: json.loads(text) for data in maps for file, text in data.items()}


def panels(container: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in container.get("panels", []):
        yield panel
        yield from panels(panel)


def filled(expression: str, dashboard: dict[str, Any]) -> str:
    """Put in what Grafana puts in for variables while "All" is chosen and the range is the last five minutes."""
    values = {"__rate_interval": "75s", "__range": "5m", "__range_s": "300", "__interval": "1m", **CHOSEN}
    for variable in dashboard["templating"]["list"]:
        value = variable.get("current", {}).get("value", ".*")
        value = value[0] if isinstance(value, list) else value
        values.setdefault(variable["name"], variable.get("allValue", ".*") if value == "$__all" else value)
    return re.sub(r"\$\{(\w+)(?::\w+)?\}|\$([a-zA-Z_]\w*)", lambda match: values[match[1] or match[2]], expression)


@pytest.fixture(scope="module")
def settled(live: Live) -> Live:
    """Wait until each router was scraped often enough for every range above, and what the rules record has been recorded twice."""
    enough = [
        'min(count_over_time(up{job="semantic-router"}[5m])) >= 8',
        'min(count_over_time({__name__=~".+:llm_model_requests:rate5m"}[5m])) >= 2',
    ]
    for expression in enough:
        live.lab.cluster.wait(lambda expression=expression: live.metrics.query(expression), expression, 180)
    return live


def test_the_stack_ships_dashboards(live: Live) -> None:
    assert "llm-router-dashboard.json" in dashboards(live)
    assert sum(len(panel.get("targets", [])) for dashboard in dashboards(live).values() for panel in panels(dashboard)) > 100


def test_every_panel_shows_data(settled: Live) -> None:
    end = time.monotonic() + 120
    # What is recorded from what was recorded comes last.
    while unexpected := {name: expression for name, expression in _empty(settled).items() if name not in EMPTY.keys() | OF_ALERTS}:
        assert time.monotonic() < end, "panels without data:\n" + "\n".join(f"{name}\n    {unexpected[name]}" for name in unexpected)
        time.sleep(5)
    assert EMPTY.keys() <= _empty(settled).keys(), "a panel that shows data needs no excuse"


def test_variables_offer_values(settled: Live) -> None:
    for dashboard in dashboards(settled).values():
        for variable in dashboard["templating"]["list"]:
            # A filter that is hidden offers something only where samples of several clusters come together.
            if variable["type"] != "query" or variable.get("hide"):
                continue
            query = filled(variable["query"]["query"], dashboard)
            kind, _, inner = query.partition("(")
            if kind == "label_values":
                selector, _, label = inner.removesuffix(")").rpartition(",")
                assert settled.metrics.label_values(label.strip(), selector), query
            else:
                assert kind == "query_result"
                assert settled.metrics.query(inner.removesuffix(")")), query


def _empty(live: Live) -> dict[str, str]:
    """Ask every query that can have data by now; return those without, by dashboard and title."""
    return {
        f"{file.removesuffix('.json')}: {panel['title']}": expression
        for file, dashboard in dashboards(live).items()
        for panel in panels(dashboard)
        for target in panel.get("targets", [])
        if NOT_YET not in target["expr"]
        and not _numbers(live, expression := filled(target["expr"], dashboard), instant=bool(target.get("instant")))
    }


def _numbers(live: Live, expression: str, *, instant: bool) -> list[str]:
    now = time.time()
    if instant:
        numbers = [series["value"][1] for series in live.metrics.query(expression)]
    else:
        found = live.metrics.query_range(expression, start=now - INTERVAL, end=now, step=INTERVAL)
        numbers = [value for series in found for _, value in series["values"]]
    return [number for number in numbers if number not in ("NaN", "+Inf", "-Inf")]
