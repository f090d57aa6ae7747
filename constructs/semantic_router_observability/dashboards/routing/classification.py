"""The domain classifier: how sure it is, how it decides when unsure, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import share
from semantic_router_observability.dashboards.panels import (
    BLUE,
    DEEP_BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    YELLOW,
    About,
    Query,
    bargauge,
    timeseries,
)
from semantic_router_observability.dashboards.queries import increase, quantile, rate
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

CHOICES = "llm_entropy_classification_decisions_total"
TIME = "llm_entropy_classification_latency_seconds"
CHECKS = "llm_probability_distribution_quality_total"
LEVELS = {"very_high": VERMILION, "high": ORANGE, "medium": YELLOW, "low": BLUE, "very_low": GREEN, "unknown": GREY}
"""Doubt at the bottom of the stack, where its height can be read. In an order of its own, so each level is a query."""

OFF = "no prompt classified"


def confidence_p50_by_category() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["confidence-p50-by-category"],
            title="Confidence p50 by category",
            description=(
                "Median confidence of the domain classifier by the category it chose, interpolated within buckets of a tenth. One "
                "category that sinks means prompts the classifier was not trained for; all of them, a changed model."
            ),
            unit="percentunit",
            no_value=OFF,
            maximum=1,
        ),
        Query(quantile(0.5, "llm_classification_confidence", by=["category"]), "{{category}}"),
        interval="5m",
        top=1,
    )


def uncertainty_of_classification() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["uncertainty-of-classification"],
            title="Uncertainty of classification",
            description=(
                "Classified prompts per second by how unsure the classifier was, from the entropy of its answer. A growing share of "
                "high and very_high means that routing guesses more often and falls back on its cautious default."
            ),
            unit="reqps",
            no_value=OFF,
        ),
        *(Query(rate(CHOICES, f'uncertainty_level="{level}"'), level, color) for level, color in LEVELS.items()),
        stacked=True,
    )


def entropy() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["entropy"],
            title="Entropy",
            description=(
                "Entropy of the classifier's probabilities in bits: 0 is certainty, 1 a coin toss between two categories, 2 between "
                "four. p95 shows the doubtful prompts. The largest bucket is 4 bits."
            ),
            unit="suffix:bit",
            no_value=OFF,
        ),
        Query(quantile(0.5, "llm_entropy_values"), "p50", BLUE),
        Query(quantile(0.95, "llm_entropy_values"), "p95", ORANGE),
        interval="5m",
        top=1,
    )


def reasoning_choices_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["reasoning-choices-in-range"],
            title="Reasoning choices in range",
            description=(
                "Why the classifier wanted reasoning on (true) or off (false), within the range on screen, by reason; the ten most "
                "frequent. What a decision sets itself takes precedence over this choice."
            ),
            unit="short",
            no_value=OFF,
        ),
        Query(
            f"sort_desc(topk(10, {increase(CHOICES, by=['reasoning_enabled', 'decision_reason'])}))",
            "{{reasoning_enabled}}: {{decision_reason}}",
        ),
    )


def classifier_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["classifier-time"],
            title="Classifier time",
            description=(
                "Duration of one classification with entropy, part of the routing overhead. Tens of milliseconds are normal on a CPU. "
                "The largest bucket is 1 s: a line that lies flat there means that long or longer."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(quantile(0.5, TIME), "p50", BLUE),
        Query(quantile(0.95, TIME), "p95", ORANGE),
        interval="2m",
    )


def invalid_probabilities() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["invalid-probabilities"],
            title="Invalid probabilities",
            description=(
                "Share of the classifier's answers that failed a sanity check: probabilities that do not add up to one, or are "
                "negative. Normal: zero. Anything steady means a broken or mismatched model file."
            ),
            unit="percentunit",
            no_value=OFF,
            maximum=1,
        ),
        Query(
            share(rate(CHECKS, 'status="invalid"', by=["quality_check"]), rate(CHECKS, by=["quality_check"])),
            "{{quality_check}}",
        ),
        colors={"sum_check": ORANGE, "negative_check": DEEP_BLUE},
        interval="5m",
        top=0.01,
    )
