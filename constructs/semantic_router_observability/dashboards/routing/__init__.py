"""The dashboard "Routing and learning": what the router sees in a prompt, what it decides, which model it picks, and what it learns.

Panels are numbered by row: the first line 1 to 9, the rows from 10, 20 and so on (learning 50 to 69), headings from 100. Links name
these numbers, so a number is given once and never reused.

The gate for model switches, the reinforcement learner's own estimates and offline learning are defined in the router and fed by
nothing, so they have no panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.routing import (
    classification,
    decisions,
    estimates,
    learning,
    overview,
    policies,
    selection,
    sessions,
    signals,
)
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["UID", "routing_and_learning"]

UID: Final = "semantic-router-routing"


def routing_and_learning() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Routing and learning",
        description="Why the Semantic Router sends requests where it does: signals, classification, decisions, selection, learning, sessions.",
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # More than four abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [overview.auto_routed(), overview.confidence(), overview.reasoning(), overview.selector_p95()]),
                Line(3, [overview.fallbacks(), overview.switch_rate(), overview.parts_lost(), overview.bad_estimates()]),
            ]
        ),
        Section(
            title="Signals",
            id=PANEL_IDS["row-signals"],
            lines=[
                Line(8, [signals.evaluations_by_signal_type(), signals.matches_by_signal_type(), signals.signal_time_p95()]),
                Line(8, [signals.rules_matched_in_range(), signals.rarest_rules_in_range()]),
            ],
        ),
        Section(
            title="Classification",
            id=PANEL_IDS["row-classification"],
            lines=[
                Line(
                    8,
                    [classification.confidence_p50_by_category(), classification.uncertainty_of_classification(), classification.entropy()],
                ),
                Line(
                    7,
                    [classification.reasoning_choices_in_range(), classification.classifier_time(), classification.invalid_probabilities()],
                    widths=(12, 6, 6),
                ),
            ],
        ),
        Section(
            title="Decisions",
            id=PANEL_IDS["row-decisions"],
            lines=[
                Line(8, [decisions.matches_by_decision(), decisions.confidence_p50_by_decision(), decisions.matches_per_evaluation()]),
                Line(
                    8,
                    [decisions.requests_by_routing_outcome(), decisions.slow_decisions(), decisions.rewrites_in_range()],
                    widths=(7, 7, 10),
                ),
                Line(
                    7,
                    [
                        decisions.requests_with_reasoning_by_effort(),
                        decisions.reasoning_share_by_model(),
                        decisions.effort_by_model_family(),
                        decisions.reasoning_parameters_in_range(),
                    ],
                ),
            ],
        ),
        Section(
            title="Selection",
            id=PANEL_IDS["row-selection"],
            lines=[
                Line(
                    8,
                    [selection.choices_in_range(), selection.selections_by_method(), selection.selector_time_p95_by_method()],
                    widths=(10, 7, 7),
                ),
                Line(
                    7,
                    [selection.score_of_the_choice_p50(), selection.agreement_in_hybrid_selection(), selection.fallback_share_by_method()],
                ),
            ],
        ),
        Section(
            title="Sessions",
            id=PANEL_IDS["row-sessions"],
            lines=[
                Line(
                    8,
                    [sessions.model_switches_in_range(), sessions.turns_that_switch_the_model(), sessions.cache_warmth_at_a_switch()],
                    widths=(10, 7, 7),
                )
            ],
        ),
        Section(
            title="Learning",
            id=PANEL_IDS["row-learning"],
            collapsed=True,
            lines=[
                Line(8, [learning.elo_rating_by_model(), learning.rating_gap_between_replicas(), learning.win_rate_by_model()]),
                Line(7, [learning.votes(), learning.large_rating_changes(), learning.votes_known_by_model()]),
                Line(8, [learning.votes_in_range(), learning.best_ratings_by_decision()]),
                Line(
                    7, [learning.automix_quality_by_model(), learning.automix_success_by_model(), learning.automix_verification_by_model()]
                ),
                Line(7, [learning.routerdc_affinity_by_model(), learning.routerdc_similarity_p50(), learning.personalized_selections()]),
            ],
        ),
        Section(
            title="Request policy and protocols",
            id=PANEL_IDS["row-policies"],
            collapsed=True,
            lines=[
                Line(
                    8, [policies.requests_changed_by_policy(), policies.blocked_parameters_in_range(), policies.unknown_fields_in_range()]
                ),
                Line(8, [policies.translation_losses_by_severity(), policies.translation_losses_in_range()]),
            ],
        ),
        Section(
            title="Tools and token estimates",
            id=PANEL_IDS["row-estimates"],
            collapsed=True,
            lines=[
                Line(8, [estimates.tool_choices_by_strategy(), estimates.tool_choice_time_p95()]),
                Line(7, [estimates.wrong_token_estimates(), estimates.bytes_per_token(), estimates.observations_behind_them()]),
            ],
        ),
    ]
