"""What a dashboard asks a Prometheus, as Grafana asks it: values of variables, steps, and `$__rate_interval`.

Dashboards here have the classic format; this reads what the files in `dashboards/` use of it, and nothing else.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WIDTH: Final = 1440
"""Pixels of a page, as on a laptop."""

SCRAPE: Final = 30
"""Seconds between samples, as the data source has it."""

MOST_POINTS: Final = 11_000
"""Points of a series that Prometheus gives at once."""

ROUND_STEPS: Final = (
    *((3.5, 2), (7.5, 5), (12.5, 10), (17.5, 15), (25, 20), (45, 30)),
    *((90, 60), (210, 120), (450, 300), (750, 600), (1050, 900), (1500, 1200), (2700, 1800), (5400, 3600)),
)
"""Seconds below which Grafana rounds a step to how many seconds, from `roundInterval` of @grafana/data."""

ABSENT: Final = {
    "loki": "not drawn here: needs a Loki",
    "victoriametrics-logs-datasource": "not drawn here: needs a VictoriaLogs",
}
"""Types of data sources that are not here, and what a panel shows instead."""

KINDS: Final = frozenset({"timeseries", "stat", "bargauge", "table"})

_VARIABLE: Final = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


class QueryRefusedError(Exception):
    """Prometheus refused a query; the message is its own."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of a dashboard, with its value."""

    name: str
    label: str
    query: str
    """As it stands in a query."""
    text: str
    """As it is shown."""
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class Span:
    """What is on screen, in Unix seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> int:
        return round(self.end - self.start)

    @property
    def text(self) -> str:
        """The span as Grafana's time picker has it."""
        hours, minutes = divmod(self.seconds // 60, 60)
        if minutes:
            return f"Last {self.seconds // 60} minutes"
        return f"Last {hours} hour{'s' if hours > 1 else ''}"


def variables(model: Mapping[str, Any], chosen: Mapping[str, str]) -> list[Variable]:
    """Return the variables of a dashboard: as chosen, as saved, or All."""
    found = []
    for entry in model["templating"]["list"]:
        saved = (entry.get("current") or {}).get("value", "")
        values = saved if isinstance(saved, list) else [saved]
        if entry["name"] in chosen:
            values = chosen[entry["name"]].split(",")
        elif entry["type"] == "textbox":
            values = [entry["query"]]
        several = bool(entry.get("multi") or entry.get("includeAll"))
        if values == ["$__all"]:
            query, text = entry["allValue"], "All"
        else:
            quoted = [_quoted(value) if several else value for value in values]
            query, text = quoted[0] if len(quoted) == 1 else f"({'|'.join(quoted)})", " + ".join(values)
        text = "Prometheus" if text == "prometheus" else text
        label = entry.get("label") or entry["name"]
        found.append(Variable(name=entry["name"], label=label, query=query, text=text, hidden=entry.get("hide") == 2))
    return found


def _quoted(value: str) -> str:
    # A pattern inside a string of PromQL: the backslash that escapes is escaped itself.
    return re.sub(r"([\\^$*+?.()|{}\[\]])", r"\\\\\1", value)


def step(span: Span, width: int, least: str | None) -> int:
    """Return the seconds between points of a chart of so many pixels; `least` is the panel's interval."""
    points = span.seconds / max(width, 1)
    rounded = next((whole for below, whole in ROUND_STEPS if points < below), 2 * 3600)
    return max(rounded, seconds(least) if least else SCRAPE, -(-span.seconds // MOST_POINTS))


def seconds(text: str) -> int:
    """Return the seconds of a duration with one unit, as intervals of panels have it."""
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[text[-1]]


def builtin(span: Span, step: int) -> dict[str, str]:
    """Return Grafana's own variables."""
    return {
        "__interval": f"{step}s",
        "__rate_interval": f"{max(step + SCRAPE, 4 * SCRAPE)}s",
        "__range": f"{span.seconds}s",
        "__range_s": str(span.seconds),
    }


def interpolate(expression: str, values: Mapping[str, str]) -> str:
    """Put values for variables; names that are unknown stay."""
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), expression)


def layout(model: Mapping[str, Any], *, folded: bool) -> Iterator[dict[str, Any]]:
    """Give rows and panels from top to bottom with their places; rows that the dashboard folds are open unless `folded`."""
    bottom = 0
    moved = 0
    for panel in sorted(model["panels"], key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"])):
        place = panel["gridPos"] | {"y": panel["gridPos"]["y"] + moved}
        bottom = max(bottom, place["y"] + place["h"])
        if panel["type"] != "row":
            yield {"panel": panel, "gridPos": place}
            continue
        inside = panel.get("panels") or []
        yield {"title": panel["title"], "panels": len(inside), "collapsed": bool(inside) and folded, "gridPos": place}
        if folded or not inside:
            continue
        first = min(entry["gridPos"]["y"] for entry in inside)
        for entry in inside:
            yield {"panel": entry, "gridPos": entry["gridPos"] | {"y": bottom + entry["gridPos"]["y"] - first}}
        height = max(entry["gridPos"]["y"] + entry["gridPos"]["h"] for entry in inside) - first
        moved, bottom = moved + height, bottom + height


def answers(url: str, panel: Mapping[str, Any], place: Mapping[str, int], span: Span, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Ask everything that a panel asks.

    Raises:
        QueryRefusedError: Prometheus refuses a query.

    """
    found = []
    for target in panel["targets"]:
        between = step(span, WIDTH * place["w"] // 24 - 32, panel.get("interval"))
        asked = {"query": interpolate(target["expr"], {**values, **builtin(span, between)})}
        if target.get("instant"):
            path, asked = "query", asked | {"time": f"{span.end:.0f}"}
        else:
            path = "query_range"
            ends = {"start": f"{span.start // between * between:.0f}", "end": f"{span.end // between * between:.0f}"}
            asked |= ends | {"step": str(between)}
        series = ask(url, path, asked)["result"]
        table = target.get("format") == "table"
        found.append(
            {"refId": target["refId"], "legend": target.get("legendFormat") or "", "step": between, "table": table, "series": series}
        )
    return found


def ask(url: str, path: str, asked: Mapping[str, str]) -> Any:
    """Ask a Prometheus.

    Raises:
        QueryRefusedError: it refuses.

    """
    request = urllib.request.Request(f"{url}/api/v1/{path}", data=urllib.parse.urlencode(asked).encode())
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise QueryRefusedError(f"{json.load(error)['error']}: {' '.join(asked['query'].split())}") from error


def board(
    url: str, model: Mapping[str, Any], span: Span, *, folded: bool = False, chosen: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what the page draws: the dashboard's panels with the answers to their queries, or why a panel is not drawn."""
    known = variables(model, chosen or {})
    values = {variable.name: variable.query for variable in known}
    items = list(layout(model, folded=folded))
    for item in items:
        panel = item.get("panel")
        if panel is None:
            continue
        source = panel["datasource"]["type"]
        if source in ABSENT or panel["type"] not in KINDS:
            item["note"] = ABSENT.get(source, f"not drawn here: needs Grafana, for a panel of the type {panel['type']}")
            continue
        try:
            item["answers"] = answers(url, panel, item["gridPos"], span, values)
        except QueryRefusedError as error:
            item["note"] = item["error"] = str(error)
    return {
        "title": model["title"],
        "width": WIDTH,
        "from": span.start,
        "to": span.end,
        "range": span.text,
        "variables": [{"label": variable.label, "text": variable.text} for variable in known if not variable.hidden],
        "items": items,
    }
