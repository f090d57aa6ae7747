"""The dashboard "Router fleet": every router process on its own, and against the others.

For operators of the router: is a replica missing, which one is out of step, is load spread evenly, what does each use, what does watching cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.fleet import chosen, load, resources, runtime, scrapes, state, windows
from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.recording import raw_queries
from semantic_router_observability.dashboards.variables import router_variables

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "router_fleet"]

UID: Final = "semantic-router-fleet"


def router_fleet() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    with raw_queries():  # recorded series add replicas up
        return dashboard(
            uid=UID,
            title="Router fleet",
            description="The Semantic Router's pods one by one: up, load, memory, CPU, Go runtime, and what scraping them costs.",
            variables=router_variables(decision=False),
            sections=_sections(),
        )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                Line(3, [state.replicas_now(), state.restarts_now(), state.youngest_now(), state.skew_now()]),
                Line(3, [state.memory_now(), state.cpu_now(), state.files_now(), state.scrape_now()]),
                Line(9, [state.replicas()]),
            ]
        ),
        Section(
            title="Load",
            id=PANEL_IDS["row-load"],
            lines=[
                Line(8, [load.requests(), load.request_share(), load.skew()]),
                Line(8, [load.in_flight(), load.errors(), load.routing_overhead()]),
            ],
        ),
        Section(
            title="Memory, CPU and state",
            id=PANEL_IDS["row-resources"],
            lines=[
                Line(8, [resources.memory(), resources.memory_kinds(), resources.cpu()]),
                Line(8, [resources.uptime(), resources.cache_entries()]),
            ],
        ),
        Section(title="Traffic of the chosen instances", id=PANEL_IDS["row-chosen"], collapsed=True, lines=chosen.lines()),
        Section(
            title="Go runtime",
            id=PANEL_IDS["row-runtime"],
            collapsed=True,
            lines=[
                Line(9, [runtime.goroutines(), runtime.threads(), runtime.gc_pause(), runtime.gc_share()]),
                Line(9, [runtime.allocations(), runtime.heap_objects(), runtime.files(), runtime.network()]),
            ],
        ),
        Section(
            title="Windows computed by the router",
            id=PANEL_IDS["row-windows"],
            collapsed=True,
            lines=[Line(8, [windows.p95(), windows.mean(), windows.requests()])],
        ),
        Section(
            title="Scraping",
            id=PANEL_IDS["row-scrapes"],
            collapsed=True,
            lines=[Line(9, [scrapes.samples(), scrapes.time(), scrapes.new_series(), scrapes.answers()])],
        ),
    ]
