"""What the learning selectors believe. Each replica learns for itself, so beliefs are averaged over replicas and never added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.panels import BLUE, GREEN, ORANGE, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, quantile, rate, series, share_above, share_up_to
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

OVERALL = 'category="_global"'
"""Ratings across decisions; the others are kept per decision."""

VOTES = "llm_model_feedback_total"
CHANGES = "llm_model_rating_change"
NO_VOTES = "no feedback yet"
NO_AUTOMIX = "no AutoMix feedback yet"


def elo_rating_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["elo-rating-by-model"],
            title="Elo rating by model",
            description=(
                "Rating of each model across all decisions, mean over replicas; the axis does not start at zero. 400 points more means a tenfold chance to win a vote. "
                "Ratings start again after a restart unless they are stored, and replicas that see different votes drift apart."
            ),
            unit="none",
            no_value=NO_VOTES,
            decimals=0,
            minimum=None,
        ),
        Query(f"avg by (model) ({series('llm_model_elo_rating', OVERALL)})", "{{model}}"),
    )


def rating_gap_between_replicas() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["rating-gap-between-replicas"],
            title="Rating gap between replicas",
            description=(
                "Difference between the highest and the lowest rating that replicas give the same model. Replicas learn for themselves: the "
                "larger the gap, the more the answer to a prompt depends on which replica gets it. 0 with a single replica."
            ),
            unit="none",
            no_value=NO_VOTES,
            decimals=0,
        ),
        Query(
            f"max by (model) ({series('llm_model_elo_rating', OVERALL)}) - min by (model) ({series('llm_model_elo_rating', OVERALL)})",
            "{{model}}",
        ),
        top=10,
    )


def win_rate_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["win-rate-by-model"],
            title="Win rate by model",
            description=(
                "Share of its votes that each model won, across all decisions, mean over replicas. With few votes it jumps; see how many "
                "there are beside it."
            ),
            unit="percentunit",
            no_value=NO_VOTES,
            maximum=1,
        ),
        Query(f"avg by (model) ({series('llm_model_win_rate', OVERALL)})", "{{model}}"),
        top=1,
    )


def votes() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["votes"],
            title="Votes",
            description=(
                "Feedback votes between two models per second: won and lost, or a tie. Without votes the learning selectors stand still. "
                "The first vote of each pair is invisible in a rate."
            ),
            unit=rate_unit("votes"),
            no_value=NO_VOTES,
        ),
        Query(rate(VOTES, 'is_tie="false"'), "decided", BLUE),
        Query(rate(VOTES, 'is_tie="true"'), "tie", ORANGE),
        interval="5m",
        top=0.01,
    )


def large_rating_changes() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["large-rating-changes"],
            title="Large rating changes",
            description=(
                "Share of votes that moved a rating by more than 8 points up, or by 8 or more down. Many large moves mean surprising results, "
                "or ratings that are still young; a settled rating moves in small steps."
            ),
            unit="percentunit",
            no_value=NO_VOTES,
            maximum=1,
        ),
        Query(share_above(8, CHANGES), "up", GREEN),
        Query(share_up_to(-8, CHANGES), "down", ORANGE),
        interval="10m",
        top=0.5,
    )


def votes_known_by_model() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["votes-known-by-model"],
            title="Votes known by model",
            description=(
                "Votes that each model took part in, across all decisions, as the replica with the most votes knows it. A rating from a "
                "handful of votes is an opinion, one from hundreds a measurement."
            ),
            unit="short",
            no_value=NO_VOTES,
        ),
        Query(f"sort_desc(topk(10, max by (model) ({series('llm_model_comparisons_total', OVERALL)})))", "{{model}}"),
    )


def votes_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["votes-in-range"],
            title="Votes in range",
            description=(
                "Votes within the range on screen by winner and loser, ties included, the twelve most frequent pairs. none as the loser is a "
                "vote for a model without an opponent. The first vote of each pair after a restart is not counted."
            ),
            unit="short",
            no_value=NO_VOTES,
        ),
        Query(f"sort_desc(topk(12, {joined(increase(VOTES, by=['winner', 'loser']), 'winner', 'loser')}))", "{{pair}}"),
    )


def best_ratings_by_decision() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["best-ratings-by-decision"],
            title="Best ratings by decision",
            description=(
                "The twelve highest ratings that models have for single decisions, mean over replicas, as of the end of the range on screen. "
                "A selector that learns per decision goes by these."
            ),
            unit="none",
            no_value=NO_VOTES,
            decimals=0,
        ),
        Query(
            f"sort_desc(topk(12, avg by (category, model) ({_per_decision('llm_model_elo_rating')})))",
            "{{category}}: {{model}}",
        ),
    )


def automix_quality_by_model() -> Panel:
    return _belief(
        PANEL_IDS["automix-quality-by-model"],
        "AutoMix quality by model",
        "llm_model_automix_quality",
        "Quality that AutoMix has learned for each model, mean over replicas. AutoMix starts with a small model and goes on to a larger one "
        "when the answer does not verify; a sinking small model means more second tries.",
    )


def automix_success_by_model() -> Panel:
    return _belief(
        PANEL_IDS["automix-success-by-model"],
        "AutoMix success by model",
        "llm_model_automix_success_rate",
        "Share of its queries that each model answered well by AutoMix's own judgement, mean over replicas. Compare with what the model costs: an expensive "
        "model that succeeds no more often than a cheap one is wasted.",
    )


def automix_verification_by_model() -> Panel:
    return _belief(
        PANEL_IDS["automix-verification-by-model"],
        "AutoMix verification by model",
        "llm_model_automix_verification_prob",
        "AutoMix's estimate that an answer of each model passes verification, mean over replicas. Low for the first model in the chain means "
        "that most queries are answered twice, and paid twice.",
    )


def routerdc_affinity_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["routerdc-affinity-by-model"],
            title="RouterDC affinity by model",
            description=(
                "Affinity that RouterDC has learned from feedback for each model, mean over replicas. It shifts the choice towards models "
                "that did well; read it together with the similarity beside it."
            ),
            unit="none",
            no_value="no RouterDC feedback yet",
            decimals=2,
        ),
        Query(f"avg by (model) ({series('llm_model_routerdc_affinity')})", "{{model}}"),
        top=1,
    )


def routerdc_similarity_p50() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["routerdc-similarity-p50"],
            title="RouterDC similarity p50",
            description=(
                "Median similarity between query and model, by model, over all candidates and not only the chosen one. Lines close together "
                "mean that the descriptions of the models do not tell them apart."
            ),
            unit="percentunit",
            no_value="no RouterDC selection",
            maximum=1,
        ),
        Query(quantile(0.5, "llm_model_routerdc_similarity", by=["model"]), "{{model}}"),
        interval="5m",
        top=1,
    )


def personalized_selections() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["personalized-selections"],
            title="Personalized selections",
            description=(
                "Selections per second that the reinforcement learner made for a user it knows, by model. Its other estimates are exported by "
                "the router as constant zeros and are left out."
            ),
            unit=rate_unit("selections"),
            no_value="no personalized selection",
        ),
        Query(rate("llm_model_rl_personalized_selections_total", by=["model"]), "{{model}}"),
        interval="5m",
        top=0.01,
    )


def _belief(number: int, title: str, family: str, description: str) -> Panel:
    return timeseries(
        About(id=number, title=title, description=description, unit="percentunit", no_value=NO_AUTOMIX, maximum=1),
        Query(f"avg by (model) ({series(family)})", "{{model}}"),
        top=1,
    )


def _per_decision(family: str) -> str:
    return series(family, 'category!="_global"', 'category=~"$decision"')
