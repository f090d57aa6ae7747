"""What a dashboard asks when it is drawn as a picture: values of variables, steps, places, and panels that nothing here can draw."""

from __future__ import annotations

import json
from typing import Any

import pytest

from documentation import ROOT
from pictures.queries import Span, Variable, board, builtin, interpolate, layout, step, variables
from pictures.scene import active

HOUR = 3600


def saved(value: Any, **entry: Any) -> dict[str, Any]:
    """A dashboard with one variable."""
    return {"templating": {"list": [{"name": "model", "type": "query", "current": {"value": value}, **entry}]}}


@pytest.mark.parametrize(
    ("model", "chosen", "query", "text"),
    [
        (saved(["$__all"], includeAll=True, multi=True, allValue=".*"), {}, ".*", "All"),
        (saved(["$__all"], includeAll=True, multi=True, allValue=".*"), {"model": "a,b"}, "(a|b)", "a + b"),
        (saved(["qwen3-8b"], multi=True), {}, "qwen3-8b", "qwen3-8b"),
        # A dot matches any letter, and a string of PromQL takes the backslash for itself.
        (saved(["llama-3.3"], multi=True), {}, r"llama-3\\.3", "llama-3.3"),
        (saved("a.b"), {}, "a.b", "a.b"),
        (saved(None, type="textbox", query="0"), {}, "0", "0"),
        (saved(None, type="textbox", query="0"), {"model": "500"}, "500", "500"),
        (saved("prometheus", type="datasource"), {}, "prometheus", "Prometheus"),
    ],
)
def test_values_of_variables(model: dict[str, Any], chosen: dict[str, str], query: str, text: str) -> None:
    assert variables(model, chosen) == [Variable(name="model", label="model", query=query, text=text, hidden=False)]


@pytest.mark.parametrize(
    ("hours", "width", "least", "expected"),
    [
        (3, 440, None, 30),  # 24.5 s a pixel, which Grafana rounds to 20, but samples are 30 s apart
        (3, 440, "1m", 60),
        (24, 440, "1m", 120),
        (24 * 7, 440, "1m", 1200),
        (24 * 365, 440, None, 7200),
        (3, 0, None, 7200),
    ],
)
def test_steps(hours: int, width: int, least: str | None, expected: int) -> None:
    assert step(Span(start=0, end=hours * HOUR), width, least) == expected


def test_variables_of_grafana() -> None:
    values = builtin(Span(start=0, end=3 * HOUR), 60)
    assert values == {"__interval": "60s", "__rate_interval": "120s", "__range": "10800s", "__range_s": "10800"}
    assert builtin(Span(start=0, end=HOUR), 300)["__rate_interval"] == "330s"
    text = 'rate(x{a="$model",b=~"${model}"}[$__rate_interval]) + label_replace(y, "c", "$1", "d", "(.*)")'
    expected = 'rate(x{a="m",b=~"m"}[120s]) + label_replace(y, "c", "$1", "d", "(.*)")'
    assert interpolate(text, {**values, "model": "m"}) == expected


@pytest.mark.parametrize(("hours", "text"), [(3, "Last 3 hours"), (1, "Last 1 hour"), (0.5, "Last 30 minutes"), (1.5, "Last 90 minutes")])
def test_the_span_on_screen(hours: float, text: str) -> None:
    assert Span(start=0, end=hours * HOUR).text == text


def place(y: int, h: int = 2) -> dict[str, int]:
    return {"x": 0, "y": y, "w": 12, "h": h}


FOLDED = {
    "panels": [
        {"id": 1, "type": "stat", "gridPos": place(0)},
        {
            "id": 2,
            "type": "row",
            "title": "closed",
            "collapsed": True,
            "gridPos": place(2, 1),
            "panels": [{"id": 3, "gridPos": place(3, 8)}],
        },
        {"id": 4, "type": "row", "title": "open", "collapsed": False, "gridPos": place(3, 1), "panels": []},
        {"id": 5, "type": "stat", "gridPos": place(4)},
    ]
}


def test_rows_that_are_closed_are_opened() -> None:
    found = [(item.get("title") or item["panel"]["id"], item["gridPos"]["y"]) for item in layout(FOLDED, folded=False)]
    assert found == [(1, 0), ("closed", 2), (3, 3), ("open", 11), (5, 12)]


def test_rows_stay_closed_where_asked() -> None:
    found = [(item.get("title") or item["panel"]["id"], item["gridPos"]["y"]) for item in layout(FOLDED, folded=True)]
    assert found == [(1, 0), ("closed", 2), ("open", 3), (5, 4)]
    closed = next(item for item in layout(FOLDED, folded=True) if item.get("title") == "closed")
    assert closed["collapsed"]
    assert closed["panels"] == 1


def test_panels_about_logs_say_what_they_need() -> None:
    """No Prometheus is asked: at this address is none."""
    for name, needed in (("router-logs", "a Loki"), ("router-logs-victorialogs", "a VictoriaLogs")):
        model = json.loads((ROOT / "dashboards" / f"{name}.json").read_text(encoding="utf-8"))
        items = board("http://127.0.0.1:1", model, Span(start=0, end=HOUR))["items"]
        assert {item["note"] for item in items if "panel" in item} == {f"not drawn here: needs {needed}"}


def test_an_alert_fires_after_its_time_and_begins_anew_after_a_gap() -> None:
    moments = [0.0, 30.0, 60.0, 180.0, 210.0]
    assert active(moments, waits=60) == [
        (0.0, 0.0, "pending"),
        (30.0, 0.0, "pending"),
        (60.0, 0.0, "firing"),
        (180.0, 180.0, "pending"),
        (210.0, 180.0, "pending"),
    ]
    assert {state for _, _, state in active(moments, waits=0)} == {"firing"}
