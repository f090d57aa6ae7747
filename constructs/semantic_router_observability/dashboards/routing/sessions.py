"""Conversations: how often they change the model, between which models, and how warm the new model's cache may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import observed, share
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, bargauge, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, quantile, rate
from semantic_router_observability.dashboards.routing.families import NO_SESSIONS, SWITCHES, TURNS
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def model_switches_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["model-switches-in-range"],
            title="Model switches in range",
            description=(
                "Turns within the range on screen that moved a conversation from one model to another, the twelve most frequent pairs. "
                "Pairs in both directions mean that conversations bounce; each bounce loses the backend's prompt cache."
            ),
            unit="short",
            no_value="no switch seen",
        ),
        Query(
            f"sort_desc(topk(12, {joined(increase(SWITCHES, by=['from_model', 'to_model']), 'from_model', 'to_model')}))",
            "{{pair}}",
        ),
    )


def turns_that_switch_the_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["turns-that-switch-the-model"],
            title="Turns that switch the model",
            description=(
                "Share of conversation turns that went to another model than the turn before. A rise after a change of rules means "
                "that decisions follow single prompts rather than conversations. Only identified conversations."
            ),
            unit="percentunit",
            no_value=NO_SESSIONS,
        ),
        Query(share(rate(SWITCHES), observed(TURNS)), "of turns", BLUE),
        interval="5m",
    )


def cache_warmth_at_a_switch() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cache-warmth-at-a-switch"],
            title="Cache warmth at a switch",
            description=(
                "The router's guess how much of a conversation the new model's prompt cache still holds, at the moment of a switch: "
                "0 is cold. Only switches are sampled, so this says nothing about all other traffic."
            ),
            unit="percentunit",
            no_value=NO_SESSIONS,
            maximum=1,
        ),
        Query(quantile(0.5, "llm_cache_warmth_estimate"), "p50", BLUE),
        Query(quantile(0.95, "llm_cache_warmth_estimate"), "p95", ORANGE),
        interval="5m",
        top=1,
    )
