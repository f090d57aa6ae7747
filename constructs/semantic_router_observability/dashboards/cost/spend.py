"""Who spends: models, decisions, domains, conversations; and how that compares with the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import (
    HOUR,
    MONTH,
    NO_COST,
    NO_SESSIONS,
    budget,
    by_routing,
    per_second,
    spent,
    spent_on_turns,
)
from semantic_router_observability.dashboards.panels import CURRENCY_UNITS, About, Query, bargauge, timeseries
from semantic_router_observability.dashboards.queries import rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def cost_per_hour_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cost-per-hour-by-model"],
            title="Cost per hour by model",
            description=(
                "Spending at the pace of the moment, per hour, by model and currency. A step without more requests is a change of "
                "prices, longer answers, or traffic that moved to a more expensive model: compare with the tokens below."
            ),
            unit="short",
            no_value=NO_COST,
        ),
        Query(f"{per_second(('model', 'currency'))} * {HOUR}", "{{model}} {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="5m",
    )


def cost_per_hour_by_routing() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cost-per-hour-by-routing"],
            title="Cost per hour by routing",
            description=(
                "An estimate: what requests cost whose model the router chose, and those whose client named it; each model's cost is shared out "
                "by its requests of both kinds. No metric knows the cost of a decision: join the log events routing_decision and llm_usage by "
                "request_id for that."
            ),
            unit="short",
            no_value=NO_COST,
        ),
        Query(f"{by_routing('auto_routing')} * {HOUR}", "chosen by the router {{currency}}"),
        Query(f"{by_routing('model_specified')} * {HOUR}", "named by the client {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="5m",
    )


def month_at_this_pace_and_budget() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["month-at-this-pace-and-budget"],
            title="Month at this pace and budget",
            description=(
                "What a month would cost at the pace of each moment, and the monthly budget typed in above. Days and nights differ, "
                "so the line may cross the budget by day without breaking it; the mean over a week should stay below."
            ),
            unit="short",
            no_value=NO_COST,
        ),
        Query(f"{per_second()} * {MONTH}", "{{currency}} a month"),
        Query(f"{budget()} * on () group_right () (0 * {per_second()} + 1)", "budget {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="10m",
    )


def spent_in_range_by_model() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["spent-in-range-by-model"],
            title="Spent in range by model",
            description=(
                "What each model cost within the range on screen, the ten most expensive. A model that answers and is missing here has no "
                "price in the router's configuration. Bars of different currencies must not be compared."
            ),
            unit="short",
            no_value=NO_COST,
            decimals=2,
        ),
        Query(f"sort_desc(topk(10, {spent(('model', 'currency'))}))", "{{model}} {{currency}}"),
        by_unit=CURRENCY_UNITS,
    )


def conversation_cost_by_domain() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["conversation-cost-by-domain"],
            title="Conversation cost by domain",
            description=(
                "What conversation turns cost within the range on screen, by the domain of the prompt. Only turns whose client "
                "identifies the conversation or the user are in here: use it for proportions, not for totals."
            ),
            unit="short",
            no_value=NO_SESSIONS,
            decimals=2,
        ),
        Query(
            f"sort_desc(topk(10, {spent_on_turns(('domain', 'currency'))}))",
            "{{domain}} {{currency}}",
        ),
        by_unit=CURRENCY_UNITS,
    )


def cost_of_1000_tokens_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cost-of-1000-tokens-by-model"],
            title="Cost of 1000 tokens by model",
            description=(
                "Cost divided by tokens, prompt and completion together. It moves with the mix of the two (completion tokens cost "
                "more) and falls with cache hits, whose tokens count but cost nothing. A step means new prices."
            ),
            unit="short",
            no_value=NO_COST,
        ),
        Query(
            f"1000 * {per_second(('model', 'currency'))}\n/ on (model) group_left () ({rate('llm_model_tokens_total', by=['model'])} > 0)",
            "{{model}} {{currency}}",
        ),
        by_unit=CURRENCY_UNITS,
        interval="5m",
        top=0.0001,
    )
