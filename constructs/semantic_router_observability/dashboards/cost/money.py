"""Money in queries. Amounts are grouped by currency, always: adding dollars to euros gives a number of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import TextBoxVariable

from semantic_router_observability.dashboards.observations import observed
from semantic_router_observability.dashboards.queries import RANGE, STEP, increases, rate, series, zero, zeros
from semantic_router_observability.dashboards.variables import ALL_DECISIONS, ALL_MODELS, choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders.dashboard import QueryVariable

COST: Final = "llm_model_cost_total"
COMPRESSION_SAVED: Final = "llm_context_compression_cost_saved_total"
ANSWER_TOKENS: Final = "llm_completion_tokens_per_request"
TURN_COST: Final = "llm_session_turn_cost"

CURRENCY: Final = 'currency=~"$currency"'

HOUR: Final = 3600
DAY: Final = 86_400
MONTH: Final = 2_629_800
"""Seconds of an average month: a twelfth of 365.25 days."""

NO_COST: Final = "no priced answers yet"
NO_SESSIONS: Final = "no conversation identified"


def currency_variable() -> QueryVariable:
    return choices("currency", "Currency", f'label_values({COST}{{namespace=~"$namespace", job=~"$job"}}, currency)')


def monthly_budget_variable() -> TextBoxVariable:
    return (
        TextBoxVariable("monthly_budget")
        .label("Monthly budget")
        .description("An amount in the chosen currency, digits only; 0 means that there is no budget.")
        .default_value("0")
    )


def budget() -> str:
    """Read the budget that was typed in; nothing while the field is empty or 0. The inner sum turns an empty field into a number."""
    return f"({zero()} + ($monthly_budget + 0) > 0)"


def per_second(by: Sequence[str] = ("currency",), window: str = STEP) -> str:
    """Tell what is spent per second."""
    return rate(COST, CURRENCY, by=by, window=window)


def spent(by: Sequence[str] = ("currency",)) -> str:
    """Tell what was spent within the range on screen. Not rounded: a cent is an amount."""
    return f"sum by ({', '.join(by)}) ({increases(COST, CURRENCY)})"


def spent_on_turns(by: Sequence[str]) -> str:
    """Tell what turns of conversations cost within the range on screen."""
    return f"sum by ({', '.join(by)}) (increase({series(TURN_COST, CURRENCY, part='_sum')}[{RANGE}]))"


def of_budget(monthly: str) -> str:
    """Divide monthly amounts by the budget."""
    return f"{monthly}\n/ on () group_left () {budget()}"


def saved_by_cache(window: str = STEP) -> str:
    """Guess what the cache saves per second: as if each answer it gave had cost what the other answers cost on average.

    With c of n answers from the cache, that is c / (n - c) of what was spent; nothing where no answer came from a model. Failures are no
    answers: the router observes them with 0 tokens.
    """
    hits = rate("llm_cache_plugin_hits_total", ALL_DECISIONS, window=window)
    answers = f"({observed(ANSWER_TOKENS, ALL_MODELS, window=window)} - {zeros(ANSWER_TOKENS, ALL_MODELS, window=window)})"
    cost = rate(COST, CURRENCY, ALL_MODELS, by=["currency"], window=window)
    return f"{cost}\n/ on () group_left () (({answers} / {hits} > 1) - 1)"


def saved_by_compression(by: Sequence[str] = ("currency",), window: str = STEP) -> str:
    """Tell what compression saves per second, by the router's own estimate."""
    return rate(COMPRESSION_SAVED, CURRENCY, by=by, window=window)


def saved(window: str = STEP) -> str:
    """Add both kinds of savings up, per second; either may be missing."""
    cache = f'label_replace({saved_by_cache(window)}, "by", "cache", "", "")'
    compression = f'label_replace({saved_by_compression(window=window)}, "by", "compression", "", "")'
    return f"sum by (currency) ({cache} or {compression})"


def priced_tokens() -> str:
    """Count tokens of models that have a price within the range on screen, under the currency of that price."""
    tokens = f"sum by (model) ({increases('llm_model_tokens_total')})"
    priced = f"(0 * {spent(('model', 'currency'))} + 1)"
    return f"sum by (currency) ({tokens} * on (model) group_right () {priced})"


def by_routing(reason: str) -> str:
    """Tell what requests cost whose model was found for this reason, per second: an estimate by the number of requests of each model.

    The router counts money by model only. `topk` keeps one price a model, so that a change of currency within the window cannot make two
    of them.
    """
    outcomes = "llm_routing_reason_codes_total"
    matched = rate(outcomes, f'reason_code="{reason}"', by=["model"])
    part = f"{matched} / ({rate(outcomes, by=['model'])} > 0)"
    return f"sum by (currency) (\n  topk by (model) (1, {per_second(('model', 'currency'))}) * on (model) group_left () ({part})\n)"
