"""Every query of every dashboard returns data, from routers that serve traffic."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.live.conftest import Live

pytestmark = pytest.mark.cluster

OTHER_PROGRAMS = {"stack-health.json", "vllm-engines.json", "router-kubernetes.json"}
"""Pages about programs that do not run here; tests/unit/test_dashboard_others.py asks their queries."""

DASHBOARDS = sorted(file for file in (Path(__file__).parents[3] / "dashboards").glob("*.json") if file.name not in OTHER_PROGRAMS)


def _panels(container: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in container.get("panels", []):
        yield panel
        yield from _panels(panel)


def _queries() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for file in DASHBOARDS:
        dashboard = json.loads(file.read_text())
        for panel in _panels(dashboard):
            for target in panel.get("targets", []):
                yield f"{file.stem}: {panel['title']} {target['refId']}", dashboard, target


QUERIES = {name: (dashboard, target) for name, dashboard, target in _queries()}


def _filled(expression: str, dashboard: dict[str, Any]) -> str:
    """Put in what Grafana puts in for variables while "All" is chosen and the range is the last five minutes."""
    values = {"__rate_interval": "1m", "__range": "5m", "__interval": "15s"}
    for variable in dashboard["templating"]["list"]:
        value = variable.get("current", {}).get("value", ".*")
        value = value[0] if isinstance(value, list) else value
        values[variable["name"]] = variable.get("allValue", ".*") if value == "$__all" else value
    for name in sorted(values, key=len, reverse=True):
        expression = expression.replace(f"${{{name}}}", values[name]).replace(f"${name}", values[name])
    assert "$" not in expression, f"a variable is left in {expression}"
    return expression


def test_there_are_dashboards_to_look_at() -> None:
    assert len(QUERIES) > 20


@pytest.mark.parametrize("name", list(QUERIES))
def test_a_panel_shows_data(live: Live, name: str) -> None:
    dashboard, target = QUERIES[name]
    expression = _filled(target["expr"], dashboard)

    def numbers() -> list[str]:
        now = time.time()
        if target.get("instant"):
            return [series["value"][1] for series in live.metrics.query(expression)]
        found = live.metrics.query_range(expression, start=now - 60, end=now, step=15)
        return [value for series in found for _, value in series["values"]]

    # A rate needs two scrapes within its window, and an increase a change between two.
    found = live.lab.cluster.wait(
        lambda: [value for value in numbers() if value not in ("NaN", "+Inf", "-Inf")], f"data for {expression}", 75
    )
    assert found


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_variables_offer_values(live: Live, file: Path) -> None:
    dashboard = json.loads(file.read_text())
    for variable in dashboard["templating"]["list"]:
        if variable["type"] != "query":
            continue
        query = _filled(variable["query"]["query"], dashboard)
        kind, _, inner = query.partition("(")
        if kind == "label_values":
            selector, _, label = inner.removesuffix(")").rpartition(",")
            assert live.metrics.label_values(label.strip(), selector), query
        else:
            assert kind == "query_result"
            assert live.metrics.query(inner.removesuffix(")")), query
