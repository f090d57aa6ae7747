"""The first line: what the guards found within the range on screen, and where they failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import (
    ANSWER_JAILBREAK,
    DETECTED,
    EVALUATIONS,
    HALLUCINATION,
    JAILBREAK,
    MATCHES,
    NO_CHECK,
    NO_DETECTOR,
    NOT_DONE,
    PII,
    PLUGIN_ERRORS,
    PLUGINS,
    RAN,
    UNVERIFIED,
)
from semantic_router_observability.dashboards.observations import share, zero_while
from semantic_router_observability.dashboards.panels import About, Query, stat
from semantic_router_observability.dashboards.queries import RANGE, increase, or_zero, rate
from semantic_router_observability.dashboards.selections import FALLBACKS, selected
from semantic_router_observability.dashboards.variables import ALL_DECISIONS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def jailbreaks() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["jailbreaks"],
            title="Jailbreaks",
            description=(
                "Matches of jailbreak rules on prompts within the range on screen. One prompt can match several rules. What happens then is "
                "up to the decision that uses the rule: a match is not yet a blocked request. The first match of each rule "
                "after a restart is not counted."
            ),
            unit="short",
            no_value=NO_DETECTOR,
        ),
        Query(zero_while(increase(MATCHES, JAILBREAK), increase(EVALUATIONS, JAILBREAK)), "matches"),
    )


def pii_matches() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["pii-matches"],
            title="PII matches",
            description=(
                "Matches of personal-data (PII) rules on prompts within the range on screen. One prompt can match several rules; what "
                "happens then is up to the decision that uses the rule. The first match of each rule after a restart is not counted."
            ),
            unit="short",
            no_value=NO_DETECTOR,
        ),
        Query(zero_while(increase(MATCHES, PII), increase(EVALUATIONS, PII)), "matches"),
    )


def hallucinated() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["hallucinated"],
            title="Hallucinated",
            description=(
                "Share of checked answers within the range on screen in which the detector found something the context does not support, alone "
                "or confirmed by inference (NLI). Only answers that have a context to be checked against are checked. What is "
                "normal depends on models and prompts; watch for changes."
            ),
            unit="percentunit",
            no_value=NO_CHECK,
            decimals=1,
            maximum=1,
        ),
        Query(share(rate(PLUGINS, HALLUCINATION, DETECTED, window=RANGE), rate(PLUGINS, HALLUCINATION, window=RANGE)), "of answers"),
    )


def unverified() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["unverified"],
            title="Unverified",
            description=(
                "Answers to questions of fact, within the range on screen, that came without any context to verify them against. They may "
                "be right; they were not checked. Retrieval for these questions brings the number down."
            ),
            unit="short",
            no_value="no router up",
        ),
        Query(or_zero(increase(UNVERIFIED)), "answers"),
    )


def jailbroken() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["jailbroken"],
            title="Jailbroken",
            description=(
                "Answers within the range on screen that the jailbreak detector for answers objected to: something got past the guard on "
                "prompts. Red from the first one on. Answers withheld because the detector failed count as plugin failures instead."
            ),
            unit="short",
            no_value=NO_CHECK,
        ),
        Query(zero_while(increase(PLUGINS, ANSWER_JAILBREAK, DETECTED), increase(PLUGINS, ANSWER_JAILBREAK)), "answers"),
        bound=1,
    )


def errors() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["errors"],
            title="Errors",
            description=(
                "Runs of the hallucination detector and of the jailbreak detector for answers that ended in an error, within the range on "
                "screen; red from the first one on. The first error of a kind after a restart is not counted. Other plugins report "
                "failures as an outcome: see Plugin failures."
            ),
            unit="short",
            no_value="no router up",
        ),
        Query(or_zero(increase(PLUGIN_ERRORS)), "errors"),
        bound=1,
    )


def plugin_failures() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["plugin-failures"],
            title="Plugin failures",
            description=(
                "Plugin runs within the range on screen that could not do their work: passed unchanged (fail open), withheld (fail "
                "closed), or without their backend. Red from the first one on; the panel Plugin failures by outcome tells which. Of all decisions: "
                "most plugins run before the router names one."
            ),
            unit="short",
            no_value="no plugin ran",
        ),
        Query(zero_while(increase(PLUGINS, NOT_DONE, ALL_DECISIONS), increase(PLUGINS, RAN, ALL_DECISIONS)), "runs"),
        bound=1,
    )


def fallbacks() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["fallbacks"],
            title="Fallbacks",
            description=(
                "Share of model selections within the range on screen in which the selector failed and the default candidate was taken. "
                "Users get an answer all the same, from the default candidate. Normal: close to zero."
            ),
            unit="percentunit",
            no_value="no selector ran",
            decimals=2,
            maximum=1,
        ),
        Query(f"{or_zero(rate(FALLBACKS, window=RANGE))}\n/ ({selected(window=RANGE, all_models=True)} > 0)", "of selections"),
    )
