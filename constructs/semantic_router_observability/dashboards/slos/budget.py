"""What is left of each budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.panels import About, Column, Query, table, timeseries
from semantic_router_observability.dashboards.slos.ids import PANEL_IDS
from semantic_router_observability.dashboards.slos.recorded import BUDGET_LEFT, LEGEND, NOTHING, RATIO, chosen, named

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_BY = "objective"


def table_of_objectives() -> Panel:
    return table(
        About(
            id=PANEL_IDS["objectives"],
            title="SLOs",
            description=(
                "One line for each objective, the most used up first: how much of its error budget is used, the worst of the installations chosen above, and the share of events "
                "that were bad within the last hour and the last three days. Above 100 % the budget is overdrawn."
            ),
            unit="percentunit",
            no_value=NOTHING,
            decimals=2,
        ),
        Column("Objective", label=_BY, width=260),
        Column("Budget used", f"1 - {_worst('min', BUDGET_LEFT)}", width=150),
        Column("Bad, last hour", _worst("max", f"{RATIO}1h"), width=150),
        Column("Bad, last day", _worst("max", f"{RATIO}1d"), width=150),
        Column("Bad, last 3 days", _worst("max", f"{RATIO}3d"), width=150),
        first="Budget used",
        descending=True,
    )


def used() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["budget-used"],
            title="Budget used",
            description=(
                "Part of the error budget that is used at each moment, counted back over the window of the objective: 0 is untouched, at 100 % "
                "nothing is left. It comes back as bad days leave the window."
            ),
            unit="percentunit",
            no_value=NOTHING,
        ),
        Query(f"1 - {_worst('min', BUDGET_LEFT)}", LEGEND),
        bound=1,
        interval="5m",
    )


def _worst(aggregation: str, name: str) -> str:
    return f"{aggregation} by ({_BY}) ({named(chosen(name))})"
