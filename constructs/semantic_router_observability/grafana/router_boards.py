"""The dashboards that come with the library, as a stack ships them."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from semantic_router_observability.checks import one_of
from semantic_router_observability.dashboards import shipped
from semantic_router_observability.errors import ConfigError

from . import dashboards as boards

if TYPE_CHECKING:
    from collections.abc import Sequence


def router_boards(id: str, optional: Sequence[str], *, wanted: bool, recording_rules: bool) -> list[boards.Dashboard]:
    """Make the router's own dashboards and the optional ones that are asked for, on recording rules or on what the router exports."""
    for name in optional:
        one_of(f"{id}: optional_dashboards", name, get_args(boards.OptionalPage))
    if not wanted:
        if optional:
            raise ConfigError(f"{id}: optional_dashboards", list(optional), "router_dashboards is off; remove one of the two")
        return []
    pages = [page for page in shipped.PAGES if page.optional in {None, *optional}]
    if recording_rules:
        return [boards.Dashboard(file=page.file_name, model=shipped.text(page)) for page in pages]
    # Building them starts the SDK, which costs more than reading them does.
    from semantic_router_observability.dashboards import DASHBOARDS, raw_queries  # noqa: PLC0415

    with raw_queries():
        builders = {entry.file_name: entry.build for entry in DASHBOARDS}
        return [boards.Dashboard.of(builders[page.file_name](), file=page.file_name) for page in pages]
