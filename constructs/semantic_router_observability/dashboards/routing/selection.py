"""Which model the selectors pick out of a decision's candidates, how sure and how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import mean, share
from semantic_router_observability.dashboards.panels import BLUE, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import quantile, rate
from semantic_router_observability.dashboards.routing.families import NO_SELECTION, SELECTION_TIME
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS
from semantic_router_observability.dashboards.selections import FALLBACKS, selected, selected_in_range

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def choices_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["choices-in-range"],
            title="Choices in range",
            description=(
                "Model selections within the range on screen by decision and chosen model, the twelve most frequent, fallbacks "
                "included. A candidate that is missing here is never chosen. Double counts of the reinforcement learner are corrected."
            ),
            unit="short",
            no_value=NO_SELECTION,
        ),
        Query(f"sort_desc(topk(12, {selected_in_range(['decision', 'model'])}))", "{{decision}}: {{model}}"),
    )


def selections_by_method() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["selections-by-method"],
            title="Selections by method",
            description=(
                "Model selections per second by the method of the selector. Requests whose decision has a single model, or that "
                "name their model, need no selection. Methods that were never used are left out."
            ),
            unit=rate_unit("selections"),
            no_value=NO_SELECTION,
        ),
        Query(selected(["method"]), "{{method}}"),
    )


def selector_time_p95_by_method() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["selector-time-p95-by-method"],
            title="Selector time p95 by method",
            description=(
                "Time a selector took to choose, 95th percentile, part of the routing overhead. Below 0.1 ms values are guesses. "
                "The method prompt asks a language model and takes as long as that model; buckets reach 60 s."
            ),
            unit="s",
            no_value=NO_SELECTION,
        ),
        Query(quantile(0.95, SELECTION_TIME, by=["method"]), "{{method}}"),
        interval="2m",
        top=0.001,
    )


def score_of_the_choice_p50() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["score-of-the-choice-p50"],
            title="Score of the choice p50",
            description=(
                "Median score of the chosen model by method. Methods score on scales of their own, so compare a line with its own "
                "past only. Fallbacks score 0 and pull a line down."
            ),
            unit="percentunit",
            no_value=NO_SELECTION,
        ),
        Query(quantile(0.5, "llm_model_selection_score", by=["method"]), "{{method}}"),
        interval="5m",
        top=1,
    )


def agreement_in_hybrid_selection() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["agreement-in-hybrid-selection"],
            title="Agreement in hybrid selection",
            description=(
                "How far the components of the hybrid selector agreed on the model, on average: 100 % is unanimous. Low agreement "
                "means that the weights decide, and small changes of them move traffic."
            ),
            unit="percentunit",
            no_value="no hybrid selection",
            maximum=1,
        ),
        Query(mean("llm_model_selection_component_agreement"), "agreement", BLUE),
        interval="5m",
        top=1,
    )


def fallback_share_by_method() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["fallback-share-by-method"],
            title="Fallback share by method",
            description=(
                "Share of each method's selections in which it failed and the default candidate was taken. Normal: zero. The "
                "reasons are on the dashboard Guardrails and quality."
            ),
            unit="percentunit",
            no_value=NO_SELECTION,
            maximum=1,
        ),
        Query(share(rate(FALLBACKS, by=["method"]), selected(["method"], all_models=True)), "{{method}}"),
        interval="5m",
        top=0.05,
    )
