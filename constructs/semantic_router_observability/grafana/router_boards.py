"""The dashboards that come with the library, as a stack ships them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from semantic_router_observability.checks import one_of
from semantic_router_observability.dashboards import shipped
from semantic_router_observability.errors import ConfigError, arg, place

from . import dashboards as boards

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from semantic_router_observability.rules.thresholds import Line


def router_boards(
    id: str, optional: Sequence[str], *, wanted: bool, recording_rules: bool, lines: Sequence[Line] = ()
) -> list[boards.Dashboard]:
    """Make the router's own dashboards and the optional ones that are asked for, on recording rules or on what the router exports.

    `lines` are where the alerts of the data sources fire; panels draw their red lines there.
    """
    for name in optional:
        one_of(place(id, "optional_dashboards"), name, get_args(boards.OptionalDashboard))
    if not wanted:
        if optional:
            raise ConfigError(place(id, "optional_dashboards"), list(optional), f"{arg('router_dashboards')} is off; remove one of the two")
        return []
    pages = [page for page in shipped.SHIPPED if page.optional in {None, *optional}]
    if recording_rules:
        return [boards.Dashboard(file=page.file_name, model=with_lines(shipped.text(page), lines)) for page in pages]
    # Building them starts the SDK, which costs more than reading them does.
    from semantic_router_observability.dashboards import DASHBOARDS, raw_queries  # noqa: PLC0415

    with raw_queries():
        builders = {entry.file_name: entry.build for entry in DASHBOARDS}
        built = [boards.Dashboard.of(builders[page.file_name](), file=page.file_name) for page in pages]
    return [boards.Dashboard(file=board.file, model=with_lines(board.model, lines)) for board in built]


def with_lines(text: str, lines: Sequence[Line]) -> str:
    """Move the red lines of a dashboard to where alerts fire; the first to fire, where several do. Without a change, the text itself."""
    places: dict[tuple[str, int], Line] = {}
    for line in sorted(lines, key=lambda line: line.value, reverse=True):
        places[line.uid, line.panel] = line
    moved = {place: line for place, line in places.items() if line.value != line.default}
    if not moved:
        return text
    model = json.loads(text)
    for panel in _panels(model["panels"]):
        place = model["uid"], panel["id"]
        if place in moved:
            _move(panel, moved[place])
    return json.dumps(model)


def _move(panel: dict[str, Any], line: Line) -> None:
    config = panel["fieldConfig"]
    columns = [
        found["value"] for override in config.get("overrides", ()) for found in override["properties"] if found["id"] == "thresholds"
    ]
    for thresholds in (config["defaults"].get("thresholds"), *columns):
        for step in thresholds["steps"] if thresholds else ():
            if step["value"] == line.default:
                step["value"] = line.value


def _panels(panels: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", ()))
