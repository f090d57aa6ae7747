"""What the guards found in answers: hallucinations, unverified facts, answers that should not have been given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import (
    ANSWER_JAILBREAK,
    DETECTED,
    HALLUCINATION,
    NO_CHECK,
    OUTCOME_COLORS,
    PLUGINS,
    UNVERIFIED,
)
from semantic_router_observability.dashboards.observations import none_while, share
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, or_zero, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

CHECK_TIME = "llm_hallucination_detection_latency_seconds"


def hallucination_checks_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["hallucination-checks-by-outcome"],
            title="Hallucination checks by outcome",
            description=(
                "Answers per second that were checked against their context. detected: unsupported statements found; detected_nli: "
                "found and confirmed by inference. Not every answer is checked, so compare shares, not totals."
            ),
            unit="reqps",
            no_value=NO_CHECK,
        ),
        Query(rate(PLUGINS, HALLUCINATION, by=["status"]), "{{status}}"),
        colors=OUTCOME_COLORS,
        stacked=True,
    )


def hallucinated_share_by_decision() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["hallucinated-share-by-decision"],
            title="Hallucinated share by decision",
            description=(
                "Share of checked answers with unsupported statements, by decision. One decision apart from the others points at "
                "its model, its prompt or its retrieval; all together at a change of the detector."
            ),
            unit="percentunit",
            no_value=NO_CHECK,
            maximum=1,
        ),
        Query(
            share(
                rate(PLUGINS, HALLUCINATION, DETECTED, by=["decision_name"]),
                rate(PLUGINS, HALLUCINATION, by=["decision_name"]),
            ),
            "{{decision_name}}",
        ),
        interval="10m",
    )


def hallucination_check_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["hallucination-check-time"],
            title="Hallucination check time",
            description=(
                "Duration of one hallucination check. It runs on the finished answer, so users of answers without streaming wait for "
                "it. Interpolated within buckets from 5 ms to 10 s."
            ),
            unit="s",
            no_value=NO_CHECK,
        ),
        Query(quantile(0.5, CHECK_TIME), "p50", BLUE),
        Query(quantile(0.95, CHECK_TIME), "p95", ORANGE),
        interval="2m",
    )


def unverified_answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["unverified-answers"],
            title="Unverified answers",
            description=(
                "Answers per second to questions of fact that came without a context to verify them against. A rising line with "
                "steady traffic means that retrieval finds less, or that more questions of fact are asked."
            ),
            unit=rate_unit("answers"),
            no_value="no router up",
        ),
        Query(or_zero(rate(UNVERIFIED)), "unverified", ORANGE),
        interval="5m",
        top=0.01,
    )


def jailbroken_answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["jailbroken-answers"],
            title="Jailbroken answers",
            description=(
                "Answers per second that the jailbreak detector for answers objected to (detected: something got past the guard on "
                "prompts) or that were withheld because it failed (fail_closed). Normal: neither."
            ),
            unit=rate_unit("answers"),
            no_value=NO_CHECK,
        ),
        Query(
            none_while(
                rate(PLUGINS, ANSWER_JAILBREAK, 'status!="not_detected"', by=["status"]),
                rate(PLUGINS, ANSWER_JAILBREAK),
                "status",
                "none",
            ),
            "{{status}}",
        ),
        colors=OUTCOME_COLORS,
        interval="5m",
        top=0.01,
    )


def objections_in_range_by_decision() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["objections-in-range-by-decision"],
            title="Objections in range by decision",
            description=(
                "Answers that a detector objected to within the range on screen, by detector and decision, the ten most frequent. The "
                "first objection of a pair after a restart is not counted."
            ),
            unit="short",
            no_value="no objections in range",
        ),
        Query(
            f"sort_desc(topk(10, {increase(PLUGINS, DETECTED, by=['plugin_type', 'decision_name'])} > 0))",
            "{{plugin_type}}: {{decision_name}}",
        ),
    )
