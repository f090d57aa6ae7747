"""What the router decides: which rules match, how sure, with or without reasoning, and what becomes of the model asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import share
from semantic_router_observability.dashboards.panels import BLUE, GREEN, GREY, ORANGE, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, or_none, quantile, rate, share_above
from semantic_router_observability.dashboards.routing.families import CONFIDENCE, NO_REQUESTS, OUTCOMES, REASONING
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

EVALUATION_TIME = "llm_decision_evaluation_latency_seconds"
OF_DECISION = 'category=~"$decision"'
"""In the reasoning family, `category` holds the decision's name."""


def matches_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["matches-by-decision"],
            title="Matches by decision",
            description=(
                "How often per second the rules of each decision matched. Several can match one request and only one of them is carried "
                "out, so this counts candidates, not choices: the row Selection has the choices."
            ),
            unit=rate_unit("matches"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_decision_match_total", by=["decision_name"]), "decision_name"), "{{decision_name}}"),
    )


def confidence_p50_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["confidence-p50-by-decision"],
            title="Confidence p50 by decision",
            description=(
                "Median confidence of the matches of each decision, interpolated within buckets of a tenth. A decision that sinks towards "
                "its threshold will soon stop to match part of its traffic."
            ),
            unit="percentunit",
            no_value="no decision",
            maximum=1,
        ),
        Query(quantile(0.5, CONFIDENCE, by=["decision_name"]), "{{decision_name}}"),
        interval="5m",
        top=1,
    )


def matches_per_evaluation() -> Panel:
    per_run = share(rate("llm_decision_match_total"), rate("llm_decision_evaluation_total"))
    return timeseries(
        About(
            id=PANEL_IDS["matches-per-evaluation"],
            title="Matches per evaluation",
            description=(
                "Decisions matched in one run of the decision engine, on average. Below 1, some prompts match nothing and take the default "
                "model; well above 1, decisions overlap and their priority decides. With a filter on decisions: how often those match."
            ),
            unit="none",
            no_value=NO_REQUESTS,
            decimals=2,
        ),
        Query(per_run, "matches", BLUE),
        interval="2m",
        top=1,
    )


def requests_by_routing_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests-by-routing-outcome"],
            title="Requests by routing outcome",
            description=(
                "Requests per second by how their model was found: chosen by the router (auto_routing) or named by the client "
                "(model_specified). A growing share of named models means that clients route around the router."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(or_none(rate(OUTCOMES, by=["reason_code"]), "reason_code", "no requests"), "{{reason_code}}"),
        colors={"auto_routing": GREEN, "model_specified": GREY},
        stacked=True,
    )


def slow_decisions() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["slow-decisions"],
            title="Slow decisions",
            description=(
                "Share of runs of the decision engine that took longer than 5 ms and longer than 25 ms. Nearly all stay below the smallest "
                "bucket of 5 ms, so a percentile would be a guess. Normal: close to zero; a rise means starved CPU."
            ),
            unit="percentunit",
            no_value=NO_REQUESTS,
            maximum=1,
        ),
        Query(share_above(0.005, EVALUATION_TIME), "over 5 ms", BLUE),
        Query(share_above(0.025, EVALUATION_TIME), "over 25 ms", ORANGE),
        interval="2m",
        top=0.01,
    )


def rewrites_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["rewrites-in-range"],
            title="Rewrites in range",
            description=(
                "Requests that went to another model than the one asked for, within the range on screen, the twelve most frequent pairs. On the "
                "left normally the automatic name (auto); a concrete model there was overridden."
            ),
            unit="short",
            no_value="no request rewritten",
        ),
        Query(
            "sort_desc(topk(12, "
            + joined(increase("llm_model_routing_modifications_total", by=["source_model", "target_model"]), "source_model", "target_model")
            + "))",
            "{{pair}}",
        ),
    )


def requests_with_reasoning_by_effort() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests-with-reasoning-by-effort"],
            title="Requests with reasoning by effort",
            description=(
                "Routed requests per second with reasoning, by effort, and without. Effort is free text from the configuration. More "
                "reasoning means longer answers: expect tokens, cost and completion time to follow."
            ),
            unit="reqps",
            no_value=NO_REQUESTS,
        ),
        Query(rate(REASONING, OF_DECISION, 'enabled="true"', by=["effort"]), "{{effort}}"),
        Query(rate(REASONING, OF_DECISION, 'enabled="false"'), "without", GREY),
        stacked=True,
    )


def reasoning_share_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["reasoning-share-by-decision"],
            title="Reasoning share by decision",
            description=(
                "Share of each decision's routed requests for which reasoning was switched on. Steps are changes of configuration; values "
                "between 0 and 100 % come from the classifier's doubt or from models that differ."
            ),
            unit="percentunit",
            no_value=NO_REQUESTS,
            maximum=1,
        ),
        Query(
            share(
                rate(REASONING, OF_DECISION, 'enabled="true"', by=["category"]),
                rate(REASONING, OF_DECISION, by=["category"]),
            ),
            "{{category}}",
        ),
        interval="5m",
        top=1,
    )


def effort_by_model_family() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["effort-by-model-family"],
            title="Effort by model family",
            description=(
                "Requests per second whose reasoning effort was set, by family of models and effort. unknown is a family the configuration "
                "does not describe, and its models ignore the setting."
            ),
            unit="reqps",
            no_value="no effort set",
        ),
        Query(joined(rate("llm_reasoning_effort_usage_total", by=["family", "effort"]), "family", "effort"), "{{pair}}"),
    )


def reasoning_parameters_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["reasoning-parameters-in-range"],
            title="Reasoning parameters in range",
            description=(
                "Requests within the range on screen that were given a parameter for reasoning, by family of models and the name the "
                "parameter has there. A family with a foreign parameter is described wrongly in the configuration."
            ),
            unit="short",
            no_value="no parameter set",
        ),
        Query(
            f"sort_desc(topk(10, {increase('llm_reasoning_template_usage_total', by=['family', 'param'])}))",
            "{{family}}: {{param}}",
        ),
    )
