"""What the router changes in requests and answers besides the model: parameters by policy, and losses between protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.panels import (
    BLUE,
    GREY,
    ORANGE,
    PINK,
    VERMILION,
    YELLOW,
    About,
    Query,
    bargauge,
    rate_unit,
    timeseries,
)
from semantic_router_observability.dashboards.queries import increase, or_none, rate
from semantic_router_observability.dashboards.routing.families import LOSSES
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

BLOCKED = "sr_request_params_blocked_total"
OFF = "no policy applied"


def requests_changed_by_policy() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests-changed-by-policy"],
            title="Requests changed by policy",
            description=(
                "Per second: parameters removed because the policy forbids them, requests whose max_tokens or n was lowered, and "
                "unknown fields removed. A new client shows up as a step. Only decisions with a policy."
            ),
            unit="reqps",
            no_value=OFF,
        ),
        Query(rate(BLOCKED), "blocked", VERMILION),
        Query(rate("sr_request_params_max_tokens_capped_total"), "max_tokens lowered", BLUE),
        Query(rate("sr_request_params_max_n_capped_total"), "n lowered", ORANGE),
        Query(rate("sr_request_params_unknown_field_stripped_total"), "unknown field", PINK),
        interval="5m",
        top=0.01,
    )


def blocked_parameters_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["blocked-parameters-in-range"],
            title="Blocked parameters in range",
            description=(
                "Parameters that were removed within the range on screen, by decision, the twelve most frequent. Names come from the "
                "policy."
            ),
            unit="short",
            no_value=OFF,
        ),
        Query(f"sort_desc(topk(12, {increase(BLOCKED, by=['decision', 'param'])}))", "{{decision}}: {{param}}"),
    )


def unknown_fields_in_range() -> Panel:
    removed, made_up = "sr_request_params_unknown_field_stripped_total", "client-.+"
    others = increase(removed, f'field=~"{made_up}"')
    known = increase(removed, f'field!~"{made_up}"', by=["field"])
    return bargauge(
        About(
            id=PANEL_IDS["unknown-fields-in-range"],
            title="Unknown fields in range",
            description=(
                "Fields outside the API that were removed within the range on screen, the twelve most frequent. chat_template_kwargs is how the "
                "router itself asks some models to reason: a policy that removes it switches reasoning off. Names that clients made up are one bar."
            ),
            unit="short",
            no_value=OFF,
        ),
        Query(
            f'sort_desc(topk(12, {known} or label_replace({others} > 0, "field", "made up by clients", "", "")))',
            "{{field}}",
        ),
    )


def translation_losses_by_severity() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["translation-losses-by-severity"],
            title="Translation losses by severity",
            description=(
                "Remarks per second when requests and answers are translated between the OpenAI and the Anthropic protocol. info is "
                "harmless; lossy: something was left out; error: a part could not be translated at all."
            ),
            unit=rate_unit("losses"),
            no_value="no router up",
        ),
        Query(or_none(rate(LOSSES, by=["severity"]), "severity", "no losses"), "{{severity}}"),
        colors={"info": GREY, "lossy": ORANGE, "error": VERMILION, "unknown": YELLOW},
        interval="5m",
        top=0.01,
    )


def translation_losses_in_range() -> Panel:
    losses = increase(LOSSES, 'severity!="info"', by=["from", "to", "reason"])
    return bargauge(
        About(
            id=PANEL_IDS["translation-losses-in-range"],
            title="Translation losses in range",
            description=(
                "What was lost within the range on screen, by direction and reason, the twelve most frequent, harmless remarks left out. "
                "Cured by a backend of the client's own protocol, or by clients that do without the feature."
            ),
            unit="short",
            no_value="no losses in range",
        ),
        Query(
            f"sort_desc(topk(12, {losses} > 0))",
            "{{from}} to {{to}}: {{reason}}",
        ),
    )
