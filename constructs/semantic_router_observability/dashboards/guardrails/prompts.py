"""What the guards found in prompts: attempts to break out, personal data, questions of fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import (
    EVALUATIONS,
    FACT_CHECK,
    JAILBREAK,
    MATCHES,
    NO_DETECTOR,
    PII,
    SIGNAL_TIME,
)
from semantic_router_observability.dashboards.observations import none_while, share
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, VERMILION, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_GUARDS = 'signal_type=~"jailbreak|pii"'


def jailbreak_matches_by_rule() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["jailbreak-matches-by-rule"],
            title="Jailbreak matches by rule",
            description=(
                "Matches of jailbreak rules per second. Single matches are normal on a public endpoint; a burst is someone "
                "trying, or a rule that is too eager after a change. The first match of a rule is invisible in a rate."
            ),
            unit=rate_unit("matches"),
            no_value=NO_DETECTOR,
        ),
        Query(
            none_while(rate(MATCHES, JAILBREAK, by=["signal_name"]), rate(EVALUATIONS, JAILBREAK), "signal_name", "no match"),
            "{{signal_name}}",
        ),
        interval="5m",
        top=0.01,
    )


def personal_data_matches_by_rule() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["personal-data-matches-by-rule"],
            title="Personal data matches by rule",
            description=(
                "Matches of personal-data rules per second. A step usually is a new client that sends such data, or a changed "
                "rule. The router's counter of violations by type is never fed, so rules are the finest split there is."
            ),
            unit=rate_unit("matches"),
            no_value=NO_DETECTOR,
        ),
        Query(
            none_while(rate(MATCHES, PII, by=["signal_name"]), rate(EVALUATIONS, PII), "signal_name", "no match"),
            "{{signal_name}}",
        ),
        interval="5m",
        top=0.01,
    )


def matches_per_checked_prompt() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["matches-per-checked-prompt"],
            title="Matches per checked prompt",
            description=(
                "Rule matches divided by prompts that the detector looked at. Independent of traffic, so the line to watch for a "
                "change in what users send. One prompt can match several rules and count more than once."
            ),
            unit="percentunit",
            no_value=NO_DETECTOR,
        ),
        Query(
            share(rate(MATCHES, JAILBREAK), rate(EVALUATIONS, JAILBREAK, 'signal_name="jailbreak_evaluated"')),
            "jailbreak",
            VERMILION,
        ),
        Query(share(rate(MATCHES, PII), rate(EVALUATIONS, PII, 'signal_name="pii_evaluated"')), "personal data", ORANGE),
        interval="5m",
        top=0.02,
    )


def guard_rules_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["guard-rules-in-range"],
            title="Guard rules in range",
            description=(
                "Matches of each jailbreak and personal-data rule within the range on screen, the ten most frequent. A rule that "
                "matched nothing is missing, and the first match of a rule after a restart is not counted."
            ),
            unit="short",
            no_value="no rule matched",
        ),
        Query(
            f"sort_desc(topk(10, {increase(MATCHES, _GUARDS, by=['signal_type', 'signal_name'])} > 0))",
            "{{signal_type}} {{signal_name}}",
        ),
    )


def detection_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["detection-time-p95"],
            title="Detection time p95",
            description=(
                "What each prompt waits for the detectors, 95th percentile. They run before routing, so this is part of the routing "
                "overhead. Classifiers take tens of milliseconds on a CPU; growth with steady traffic means starved CPU."
            ),
            unit="s",
            no_value=NO_DETECTOR,
        ),
        Query(quantile(0.95, SIGNAL_TIME, 'signal_type=~"jailbreak|pii|fact_check"', by=["signal_type"]), "{{signal_type}}"),
        interval="2m",
    )


def questions_of_fact() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["questions-of-fact"],
            title="Questions of fact",
            description=(
                "Share of checked prompts that ask for facts, by the fact-check signal. These are the ones whose answers are worth "
                "verifying: compare with the unverified answers below."
            ),
            unit="percentunit",
            no_value=NO_DETECTOR,
            maximum=1,
        ),
        Query(share(rate(MATCHES, FACT_CHECK), rate(EVALUATIONS, FACT_CHECK)), "of prompts", BLUE),
        interval="5m",
    )
