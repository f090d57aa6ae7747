"""From a panel to the lines that the routers wrote meanwhile: links to the dashboard "Router logs", where it is shipped. Pure.

They lead to the dashboard and not to Explore, which viewers may not open.
"""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.alerting.numbers import NUMBERS
from semantic_router_observability.alerting.numbers import UID as ALERTS
from semantic_router_observability.shipped import LOG_PAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .model import Source

TITLE: Final = "Log lines of this time"

_CLICKED: Final = frozenset({"timeseries", "barchart", "bargauge", "table"})
"""Panels that offer links on a line, a bar or a cell. In one with a number, every click would leave the page."""

_FILTERS: Final = MappingProxyType(
    {
        "pod": "pod",
        "replica": "pod",
        "model": "text",
        "decision": "text",
        "decision_name": "text",
    }
)
"""Filter of the dashboard by the label in a legend; what is no label of lines is searched for in them."""

_ROUTER_ALERTS: Final = frozenset(number for name, number in NUMBERS.items() if name.startswith("SemanticRouter"))
"""Panels of the dashboard of alerts that are about the router; others are about the programs that watch it."""


def with_log_links(text: str) -> str:
    """Link the panels of a page about the router to the lines of the same namespace, time and replica, model or decision."""
    model = json.loads(text)
    variables = {variable["name"] for variable in model["templating"]["list"]}
    if not {"job", "namespace"} <= variables and model["uid"] != ALERTS:
        return text
    for panel in _panels(model["panels"]):
        if panel["type"] in _CLICKED and (model["uid"] != ALERTS or panel["id"] in _ROUTER_ALERTS):
            defaults = panel["fieldConfig"]["defaults"]
            defaults["links"] = [*defaults.get("links", ()), {"title": TITLE, "url": _url(panel)}]
    return json.dumps(model)


def _url(panel: dict[str, Any]) -> str:
    legends = " ".join(str(target.get("legendFormat", "")) for target in panel.get("targets", ()))
    settings = {_FILTERS[label]: label for label in re.findall(r"\{\{(\w+)\}\}", legends) if label in _FILTERS}
    narrowed = "".join(f"&var-{name}=${{__field.labels.{label}:percentencode}}" for name, label in settings.items())
    return f"/d/{LOG_PAGES['loki'].uid}/?${{__url_time_range}}&${{namespace:queryparam}}{narrowed}"


def with_store(text: str, store: Source) -> str:
    """Choose the data source that the dashboard about lines opens with."""
    model = json.loads(text)
    for variable in model["templating"]["list"]:
        if variable["name"] == "logs":
            variable["current"] = {"selected": True, "text": store.name, "value": store.uid}
    return json.dumps(model)


def _panels(panels: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", ()))
