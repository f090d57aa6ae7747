"""Reading dashboards that are shipped, on raw series or on recording rules: which panel asks what."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.recorded import seconds
from semantic_router_observability.dashboards import DASHBOARDS, raw_queries, render

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def text(file_name: str, *, recorded: bool = False) -> str:
    """Return a dashboard that is shipped, rendered once for all tests."""
    entry = next(entry for entry in DASHBOARDS if entry.file_name == file_name)
    with raw_queries(not recorded):
        return render(entry.build())


@cache
def panels(file_name: str, *, recorded: bool = False) -> Mapping[int, dict[str, Any]]:
    """Return the panels of a dashboard that is shipped, by number; those inside collapsed headings too, headings not."""
    found = {}
    for panel in json.loads(text(file_name, recorded=recorded))["panels"]:
        for entry in [panel, *panel.get("panels", [])]:
            if entry["type"] != "row":
                found[entry["id"]] = entry
    return found


def queries(file_name: str, number: int, *, range_: str = "1h", window: str = "5m", recorded: bool = False, **variables: str) -> list[str]:
    """Return the queries of a panel with values for Grafana's variables: All, unless given."""
    given = {
        "__range": range_,
        "__range_s": seconds(range_),
        "__rate_interval": window,
        "__interval": "1m",
        "monthly_budget": "0",
        **variables,
    }
    return [
        re.sub(r"\$([a-z_]\w*)", lambda found: given.get(found[1], ".*"), target["expr"])
        for target in panels(file_name, recorded=recorded)[number]["targets"]
    ]
