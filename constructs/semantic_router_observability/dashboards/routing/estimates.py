"""Choosing tools for a request, and guessing its length before a model has counted its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import observed
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, bargauge, timeseries
from semantic_router_observability.dashboards.queries import quantile, series, share_above, share_up_to
from semantic_router_observability.dashboards.routing.families import ESTIMATE_ERROR, NO_ESTIMATES
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

TOOLS = "vsr_tools_retrieval_duration_seconds"
NO_TOOLS = "no tools chosen"


def tool_choices_by_strategy() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["tool-choices-by-strategy"],
            title="Tool choices by strategy",
            description=(
                "Requests per second for which tools were chosen, by strategy. A name that ends in -fallback marks a strategy that "
                "failed and used the plain tool database instead; there is no other error counter for it."
            ),
            unit="reqps",
            no_value=NO_TOOLS,
        ),
        Query(observed(TOOLS, by=["strategy"]), "{{strategy}}"),
        interval="2m",
    )


def tool_choice_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["tool-choice-time-p95"],
            title="Tool choice time p95",
            description=(
                "Time to choose tools for a request, 95th percentile, by strategy; part of the routing overhead. Milliseconds are "
                "normal. The largest bucket is 1 s: a line that lies flat there means that long or longer."
            ),
            unit="s",
            no_value=NO_TOOLS,
        ),
        Query(quantile(0.95, TOOLS, by=["strategy"]), "{{strategy}}"),
        interval="5m",
        top=0.01,
    )


def wrong_token_estimates() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["wrong-token-estimates"],
            title="Wrong token estimates",
            description=(
                "Share of estimates that were more than 10 % too high, or too low by 10 % or more. Errors of "
                "both signs do not cancel out here. It should shrink while calibration learns; new kinds of text bring it back."
            ),
            unit="percentunit",
            no_value=NO_ESTIMATES,
            maximum=1,
        ),
        Query(share_above(10, ESTIMATE_ERROR), "above +10 %", ORANGE),
        Query(share_up_to(-10, ESTIMATE_ERROR), "below -10 %", BLUE),
        interval="5m",
    )


def bytes_per_token() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["bytes-per-token"],
            title="Bytes per token",
            description=(
                "Prompt bytes per token that calibration has learned, by category, mean over replicas, the ten highest. About 4 for "
                "English text, less for code and for other scripts. _default serves categories without their own."
            ),
            unit="none",
            no_value=NO_ESTIMATES,
            decimals=2,
        ),
        Query(f"sort_desc(topk(10, avg by (category) ({series('vsr_token_calibration_ratio')})))", "{{category}}"),
    )


def observations_behind_them() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["observations-behind-them"],
            title="Observations behind them",
            description=(
                "Answers that calibration has learned from, by category, of the replica with the most, the ten largest. Few "
                "observations make a ratio unreliable. Starts again with each restart."
            ),
            unit="short",
            no_value=NO_ESTIMATES,
        ),
        Query(f"sort_desc(topk(10, max by (category) ({series('vsr_token_calibration_samples')})))", "{{category}}"),
    )
