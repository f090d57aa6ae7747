"""Where requests go and why: models, changes of model, decisions, categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, or_none, rate
from semantic_router_observability.dashboards.selections import selected_in_range

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def requests_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests-by-model"],
            title="Requests by model",
            description=(
                "Requests per second by the model that was to answer, whether routing chose it or the client named it. Taken from the routing "
                "outcomes: the plain request counter files a request that names a concrete model under unknown. A share that "
                "shifts without a change of configuration means that prompts or signals have changed."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(or_none(rate("llm_routing_reason_codes_total", by=["model"]), "model", "no requests"), "{{model}}"),
        stacked=True,
    )


def routing_changes() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["routing-changes"],
            title="Routing changes",
            description=(
                "Requests per second that the router sent to another model than the one asked for. Normally the name asked for is the automatic "
                "one (auto), so this is routing at work; a concrete model on the left is a request that was overridden."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(
            or_none(
                joined(rate("llm_model_routing_modifications_total", by=["source_model", "target_model"]), "source_model", "target_model"),
                "pair",
            ),
            "{{pair}}",
        ),
    )


def session_switches() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["session-switches"],
            title="Model switches within sessions",
            description=(
                "How often per second a conversation moved from one model to another. Each switch loses the backend's prompt cache, so a "
                "rising line costs time and money. Only clients that identify their conversation or user are seen; without them "
                "this stays at zero."
            ),
            unit=rate_unit("switches"),
            no_value="no router up",
        ),
        Query(
            or_none(joined(rate("llm_session_model_transitions_total", by=["from_model", "to_model"]), "from_model", "to_model"), "pair"),
            "{{pair}}",
        ),
        rare=True,
    )


def decisions() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["decisions"],
            title="Decisions matched",
            description=(
                "How often per second the rules of each decision matched. Several can match one request and only one of them is carried out, "
                "so lines may add up to more than the request rate."
            ),
            unit=rate_unit("matches"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_decision_match_total", by=["decision_name"]), "decision_name"), "{{decision_name}}"),
    )


def prompt_categories() -> Panel:
    counted = increase("llm_signal_match_total", 'signal_type="domain"', by=["signal_name"])
    return bargauge(
        About(
            id=PANEL_IDS["prompt-categories"],
            title="Prompt categories in range",
            description=(
                "Prompts that the domain classifier put into each configured category, within the range on screen; the 15 largest. Categories that "
                "no prompt fell into are missing, and the first prompt of a category after a restart is not counted. Empty "
                "where no domain signal is configured."
            ),
            unit="short",
            no_value="no domain signal matched",
        ),
        Query(f"sort_desc(topk(15, {counted}))", "{{signal_name}}"),
    )


def selected_models() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["selected-models"],
            title="Models selected in range",
            description=(
                "How often a selector picked each model out of a decision's candidates, within the range on screen, fallbacks included. "
                "Requests whose decision has one model, or that name their model, need no selection and are not in here. "
                "The reinforcement-learning selector reports each choice twice; that is corrected."
            ),
            unit="short",
            no_value="no selector ran",
        ),
        Query(f"sort_desc({selected_in_range(by=['model'])})", "{{model}}"),
    )
