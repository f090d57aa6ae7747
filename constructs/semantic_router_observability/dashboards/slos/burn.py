"""How fast budgets go, and on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.panels import About, Query, timeseries
from semantic_router_observability.dashboards.slos.ids import PANEL_IDS
from semantic_router_observability.dashboards.slos.recorded import ERRORS, EVENTS, LEGEND, NOTHING, OBJECTIVE, RATIO, chosen, named
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def pace() -> Panel:
    share = f"max by (slo, model) ({chosen(f'{RATIO}1h')})"
    budget = f'(1 - max by (slo, model) ({OBJECTIVE}{{{CLUSTER}, slo=~"$slo"}}))'
    return timeseries(
        About(
            id=PANEL_IDS["pace"],
            title="Burn, last hour",
            description=(
                "How many times faster than sustainable the budget goes, over the last hour: 1 uses it up exactly at the end of its window. "
                "At 14.4 for an hour the engineer on call is paged, at 6 after some hours."
            ),
            unit="short",
            no_value=NOTHING,
        ),
        Query(named(f"{share} / on (slo, model) {budget}"), LEGEND),
        bound=14.4,
        interval="5m",
    )


def share() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["share"],
            title="Bad event ratio",
            description=("Share of events within the last 5 minutes that were bad, in the worst of the installations chosen above."),
            unit="percentunit",
            no_value=NOTHING,
            maximum=1,
        ),
        Query(f"max by (objective) ({named(chosen(f'{RATIO}5m'))})", LEGEND),
        interval="5m",
    )


def events() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["events"],
            title="Events",
            description=(
                "Everything that the objective counts, good and bad, per second. Without events, an objective is neither met nor missed."
            ),
            unit="reqps",
            no_value=NOTHING,
        ),
        Query(f"sum by (objective) ({named(chosen(EVENTS))})", LEGEND),
        interval="5m",
    )


def errors() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["errors"],
            title="Bad events",
            description="Events that count against the objective, per second. With few events a ratio jumps: look here before you trust one.",
            unit="reqps",
            no_value=NOTHING,
        ),
        Query(f"sum by (objective) ({named(chosen(ERRORS))})", LEGEND),
        interval="5m",
    )
