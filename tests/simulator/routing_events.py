"""What the router does to choose: signals, classification, decisions, selection, reasoning, and what it learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.events import (
    DECISION,
    DOMAIN,
    EFFORT,
    METHOD,
    MODEL,
    OTHER_MODEL,
    REASONING,
    Event,
    Feed,
    count,
    level,
    observe,
)
from simulator.shapes import ZERO, LogNormal, Points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.events import Source
    from simulator.scenario import Scenario

CONFIDENCE = Points(((0.55, 1), (0.65, 2), (0.75, 4), (0.85, 8), (0.95, 10)))
SIMILARITY = Points(((0.25, 2), (0.45, 4), (0.65, 5), (0.85, 3)))
ENTROPY = Points(((0.3, 6), (0.8, 4), (1.3, 2), (1.8, 1), (2.4, 0.3)))


def routing_events(scenario: Scenario) -> Iterator[Event]:
    """Yield all events of this part of the router."""
    yield from _signals()
    yield from _classification()
    yield Event(
        key="evaluation",
        source="auto",
        feeds=(count("llm_decision_evaluation_total"), observe("llm_decision_evaluation_latency_seconds", LogNormal(0.0004, 0.6))),
    )
    conditional = tuple(decision.name for decision in scenario.decisions if decision.conditions)
    default = tuple(decision.name for decision in scenario.decisions if not decision.conditions)
    yield Event(
        key="match",
        source="auto",
        per=1.15,
        fields=("decision_name",),
        rows={(DECISION,): 1},
        feeds=(
            count("llm_decision_match_total"),
            observe("llm_decision_confidence", CONFIDENCE, decision_name=conditional),
            observe("llm_decision_confidence", ZERO, decision_name=default),
        ),
    )
    yield from _selection()
    yield Event(
        key="reasoning",
        source="routed",
        fields=("category", "model", "enabled", "effort"),
        rows={("", MODEL, REASONING, EFFORT): 1},
        feeds=(count("llm_reasoning_decisions_total"),),
    )
    yield Event(
        key="reasoning parameter",
        source="routed",
        per=0.3,
        fields=("family", "effort", "param"),
        rows={("qwen3", EFFORT, "enable_thinking"): 5, ("gpt-oss", EFFORT, "reasoning_effort"): 2},
        feeds=(count("llm_reasoning_effort_usage_total"), count("llm_reasoning_template_usage_total")),
    )
    yield Event(
        key="token estimate",
        source="ok",
        fields=("category",),
        rows={("_default",): 3, (DECISION,): 1},
        feeds=(
            level("vsr_token_calibration_ratio", 3.9, 0.15),
            Feed(family="vsr_token_calibration_samples"),
            observe("vsr_token_estimation_error_pct", Points(((-12, 1), (-7, 2), (-2, 4), (3, 4), (8, 2), (14, 1)))),
        ),
    )
    if len(scenario.models) > 1:
        yield from _learning()


def _signals() -> Iterator[Event]:
    def signal(kind: str, name: str, seconds: float, *, per: float = 1.0, matched: bool = False, key: str = "") -> Event:
        found = (count("llm_signal_match_total"),) if matched else ()
        return Event(
            key=f"signal {kind} {key or name}",
            source="auto",
            per=per,
            fields=("signal_type", "signal_name"),
            rows={(kind, name): 1},
            feeds=(
                count("llm_signal_extraction_total"),
                observe("llm_signal_extraction_latency_seconds", LogNormal(seconds, 0.5)),
                *found,
            ),
        )

    def match(kind: str, name: str, per: float) -> Event:
        return Event(
            key=f"match {kind} {name}",
            source="auto",
            per=per,
            fields=("signal_type", "signal_name"),
            rows={(kind, name): 1},
            feeds=(count("llm_signal_match_total"),),
        )

    yield signal("domain", DOMAIN, 0.012, matched=True, key="domain")
    yield signal("keyword", "urgent_request", 0.0002)
    yield match("keyword", "urgent_request", 0.06)
    yield signal("language", "en", 0.001, matched=True, per=0.82)
    yield signal("language", "zh", 0.001, matched=True, per=0.18)
    yield signal("fact_check", "needs_fact_check", 0.015)
    yield match("fact_check", "needs_fact_check", 0.2)
    yield signal("structure", "asks_for_json", 0.0003)
    yield match("structure", "asks_for_json", 0.1)
    yield signal("pii", "pii_evaluated", 0.016)
    yield signal("pii", "deny_personal_data", 0.016, per=0.012, matched=True)
    yield signal("jailbreak", "jailbreak_evaluated", 0.014)
    yield signal("jailbreak", "block_jailbreak", 0.014, per=0.004, matched=True)
    # These types count an evaluation only when it matched.
    yield signal("embedding", "code_question", 0.02, per=0.22, matched=True)
    yield signal("complexity", "hard_problem", 0.018, per=0.15, matched=True)
    yield signal("reask", "asked_again", 0.004, per=0.03, matched=True)


def _classification() -> Iterator[Event]:
    yield Event(
        key="classification",
        source="auto",
        fields=("category", "classification_method", "classification_type"),
        rows={(DOMAIN, "entropy_based", "entropy_based"): 1},
        feeds=(
            observe("llm_classification_confidence", CONFIDENCE),
            observe("llm_entropy_values", ENTROPY),
            observe("llm_entropy_classification_latency_seconds", LogNormal(0.011, 0.5)),
        ),
    )
    yield Event(
        key="entropy",
        source="auto",
        fields=("uncertainty_level", "reasoning_enabled", "decision_reason", "top_category"),
        rows={
            ("very_low", REASONING, "very_low_uncertainty_trust_classification", DOMAIN): 5,
            ("low", REASONING, "low_uncertainty_trust_classification", DOMAIN): 4,
            ("medium", REASONING, "medium_uncertainty_top_category_above_threshold", DOMAIN): 2,
            ("high", "true", "high_uncertainty_weighted_decision", DOMAIN): 1,
            ("very_high", "false", "very_high_uncertainty_conservative_default", "none"): 0.3,
        },
        feeds=(count("llm_entropy_classification_decisions_total"),),
    )
    yield Event(
        key="probabilities",
        source="auto",
        per=2,
        fields=("quality_check", "status"),
        rows={("sum_check", "valid"): 1000, ("negative_check", "valid"): 1000, ("sum_check", "invalid"): 1},
        feeds=(count("llm_probability_distribution_quality_total"),),
    )


def _selection() -> Iterator[Event]:
    yield Event(
        key="selection",
        source="auto",
        fields=("method", "model", "decision", "tier"),
        rows={(METHOD, MODEL, DECISION, "supported"): 1},
        feeds=(
            count("llm_model_selection_total"),
            count("llm_model_selection_history"),
            observe("llm_model_selection_duration_seconds", LogNormal(0.0008, 0.9)),
            observe("llm_model_selection_score", CONFIDENCE),
            observe("llm_model_selection_component_agreement", Points(((0.5, 1), (0.75, 3), (1, 5))), method="hybrid"),
        ),
    )
    yield Event(
        key="fallback",
        source="auto",
        per=0.003,
        fields=("method", "decision", "reason"),
        rows={(METHOD, DECISION, "selector_timeout"): 2, (METHOD, DECISION, "selector_unavailable"): 1},
        feeds=(count("llm_model_selection_fallback_total"),),
    )


def _learning() -> Iterator[Event]:
    def vote(key: str, source: Source, rows: dict[tuple[str, ...], float], *feeds: Feed, per: float = 0.02) -> Event:
        fields = ("winner", "loser", "is_tie", "category", "model", "feedback_type")
        return Event(key=key, source=source, per=per, needs="feedback", fields=fields, rows=rows, feeds=feeds)

    yield vote(
        "vote",
        "ok",
        {
            (MODEL, OTHER_MODEL, "false", "_global", MODEL, "win"): 6,
            (OTHER_MODEL, MODEL, "false", DECISION, MODEL, "loss"): 3,
            (MODEL, OTHER_MODEL, "true", "_global", MODEL, "tie"): 1,
        },
        count("llm_model_feedback_total"),
        observe("llm_model_rating_change", Points(((6, 3), (12, 2), (20, 1))), feedback_type="win"),
        observe("llm_model_rating_change", Points(((-6, 3), (-12, 2), (-20, 1))), feedback_type="loss"),
        observe("llm_model_rating_change", Points(((-1, 1), (1, 1))), feedback_type="tie"),
        Feed(family="llm_model_comparisons_total"),
        level("llm_model_elo_rating", 1500, 60, 5400),
        level("llm_model_win_rate", 0.5, 0.2, 4800),
        level("llm_model_automix_quality", 0.78, 0.1, 4000),
        level("llm_model_automix_success_rate", 0.85, 0.08, 4300),
        level("llm_model_automix_verification_prob", 0.7, 0.15, 3700),
        level("llm_model_routerdc_affinity", 0.4, 0.3, 5000),
        count("llm_model_rl_personalized_selections_total"),
    )
    yield vote(
        "candidate",
        "auto",
        {("", "", "false", "", MODEL, ""): 1, ("", "", "false", "", OTHER_MODEL, ""): 1},
        observe("llm_model_routerdc_similarity", SIMILARITY),
        per=2,
    )
