"""The first line: how requests were routed within the range on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import observed, share
from semantic_router_observability.dashboards.panels import About, Query, stat
from semantic_router_observability.dashboards.queries import RANGE, RECENT, increase, or_zero, quantile, rate, share_above, share_up_to
from semantic_router_observability.dashboards.routing.families import (
    CONFIDENCE,
    ESTIMATE_ERROR,
    LOSSES,
    NO_ESTIMATES,
    NO_REQUESTS,
    NO_SELECTION,
    NO_SESSIONS,
    OUTCOMES,
    REASONING,
    SELECTION_TIME,
    SWITCHES,
    TURNS,
)
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS
from semantic_router_observability.dashboards.selections import FALLBACKS, selected

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def auto_routed() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["auto-routed"],
            title="Auto-routed",
            description=(
                "Share of requests within the range on screen whose model the router chose. The rest named a concrete model and skipped "
                "signals, decision and selection: whatever this page shows is about the auto-routed ones."
            ),
            unit="percentunit",
            no_value=NO_REQUESTS,
            decimals=1,
            maximum=1,
        ),
        Query(share(rate(OUTCOMES, 'reason_code="auto_routing"', window=RANGE), rate(OUTCOMES, window=RANGE)), "auto-routed"),
    )


def confidence() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["confidence"],
            title="Confidence",
            description=(
                "Median confidence of the decisions that matched within the range on screen, interpolated within buckets of a tenth. "
                "Decisions made of plain rules report full confidence; classifiers less. Watch for changes. Decisions without conditions, such as "
                "a default route, match everything with confidence 0 and are not counted."
            ),
            unit="percentunit",
            no_value="no decision",
            decimals=0,
            maximum=1,
        ),
        Query(quantile(0.5, CONFIDENCE, window=RANGE, positive=True), "median"),
    )


def reasoning() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["reasoning"],
            title="Reasoning",
            description=(
                "Share of routed requests within the range on screen for which the router switched reasoning on. Reasoning makes answers "
                "longer, slower and more expensive; a jump explains a bill. Only requests whose model routing changed are counted."
            ),
            unit="percentunit",
            no_value=NO_REQUESTS,
            decimals=1,
            maximum=1,
        ),
        Query(
            share(
                rate(REASONING, 'enabled="true"', window=RANGE),
                rate(REASONING, window=RANGE),
            ),
            "reasoning",
        ),
    )


def selector_p95() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["selector-p95"],
            title="Selector p95",
            description=(
                "Time the selectors took to pick a model, 95th percentile of the last 5 minutes. Most take less than a millisecond; one that "
                "asks a language model takes as long as that model."
            ),
            unit="s",
            no_value=NO_SELECTION,
            decimals=1,
        ),
        Query(quantile(0.95, SELECTION_TIME, window=RECENT), "p95"),
    )


def fallbacks() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["fallbacks"],
            title="Fallbacks",
            description=(
                "Share of model selections within the range on screen in which the selector failed and the default candidate was taken. "
                "Normal: close to zero. Which reason: see the dashboard Guardrails and quality."
            ),
            unit="percentunit",
            no_value=NO_SELECTION,
            decimals=2,
            maximum=1,
        ),
        Query(f"{or_zero(rate(FALLBACKS, window=RANGE))}\n/ ({selected(window=RANGE, all_models=True)} > 0)", "of selections"),
    )


def switch_rate() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["switch-rate"],
            title="Switch rate",
            description=(
                "Conversation turns within the range on screen that went to another model than the turn before. Each switch loses the "
                "backend's prompt cache. Only clients that identify their conversation or user are seen."
            ),
            unit="percentunit",
            no_value=NO_SESSIONS,
            decimals=1,
        ),
        Query(share(rate(SWITCHES, window=RANGE), observed(TURNS, window=RANGE)), "of turns"),
    )


def parts_lost() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["parts-lost"],
            title="Parts lost",
            description=(
                "Parts of requests or answers within the range on screen that were lost in translation between the OpenAI and the "
                "Anthropic protocol: severity lossy or error. Harmless notes (info) are not counted, nor is the first loss of a kind."
            ),
            unit="short",
            no_value="no router up",
        ),
        Query(or_zero(increase(LOSSES, 'severity=~"lossy|error"')), "losses"),
    )


def bad_estimates() -> Panel:
    off = f"{share_above(10, ESTIMATE_ERROR, window=RANGE)} + {share_up_to(-10, ESTIMATE_ERROR, window=RANGE)}"
    return stat(
        About(
            id=PANEL_IDS["bad-estimates"],
            title="Bad estimates",
            description=(
                "Share of token estimates within the range on screen that missed the true number by 10 % or more, either way. Estimates "
                "decide on context limits and compression before a model has counted. Normal: a few percent after calibration."
            ),
            unit="percentunit",
            no_value=NO_ESTIMATES,
            decimals=1,
            maximum=1,
        ),
        Query(off, "of estimates"),
    )
