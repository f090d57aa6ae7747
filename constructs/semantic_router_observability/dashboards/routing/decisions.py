"""What the router decides: which rules match, how sure, with or without reasoning, and what becomes of the model asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.observations import observed, share
from semantic_router_observability.dashboards.panels import BLUE, GREEN, GREY, ORANGE, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, or_none, quantile, rate, share_above, zeros
from semantic_router_observability.dashboards.routing.families import CONFIDENCE, NO_REQUESTS, OUTCOMES, REASONING
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

EVALUATION_TIME = "llm_decision_evaluation_latency_seconds"


def matches_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["matches-by-decision"],
            title="Matches by decision",
            description=(
                "How often per second the rules of each decision matched. Several can match one request and only one of them is carried "
                "out, so this counts candidates, not choices: the row Selection has the choices. A decision without conditions, such as a default "
                "route, matches each time. What was decided in the end is in no metric: the log event routing_decision has it."
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
                "its threshold will soon stop to match part of its traffic. Decisions without conditions match with confidence 0 and have no line."
            ),
            unit="percentunit",
            no_value="no decision",
            maximum=1,
        ),
        Query(quantile(0.5, CONFIDENCE, by=["decision_name"], positive=True), "{{decision_name}}"),
        interval="5m",
        top=1,
    )


def matches_per_evaluation() -> Panel:
    conditional = f"({observed(CONFIDENCE)} - {zeros(CONFIDENCE)})"
    per_run = share(conditional, observed(EVALUATION_TIME))  # and not a recorded rate, whose window differs
    return timeseries(
        About(
            id=PANEL_IDS["matches-per-evaluation"],
            title="Matches per evaluation",
            description=(
                "Decisions with conditions that matched in one run of the decision engine, on average. Below 1, some prompts take the default "
                "route or model; well above 1, decisions overlap and their priority decides. With a filter on decisions: how often those match."
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
        Query(rate(REASONING, 'enabled="true"', by=["effort"]), "{{effort}}"),
        Query(rate(REASONING, 'enabled="false"'), "without", GREY),
        stacked=True,
    )


def reasoning_share_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["reasoning-share-by-model"],
            title="Reasoning share by model",
            description=(
                "Share of the requests routed to each model for which reasoning was switched on. Steps are changes of configuration or of the "
                "decisions that choose the model. No metric splits it by decision: the log event routing_decision does."
            ),
            unit="percentunit",
            no_value=NO_REQUESTS,
            maximum=1,
        ),
        Query(
            share(
                rate(REASONING, 'enabled="true"', by=["model"]),
                rate(REASONING, by=["model"]),
            ),
            "{{model}}",
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
