"""How many tokens, of which kind, by which model, and how long prompts and answers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import CURRENCY, NO_SESSIONS, TURN_COST
from semantic_router_observability.dashboards.panels import BLUE, CURRENCY_UNITS, ORANGE, About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, or_none, or_zero, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

NO_ANSWERS = "no answers"


def tokens_by_kind() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["tokens-by-kind"],
            title="Tokens by kind",
            description=(
                "Tokens per second that were read (prompt) and written (completion), as the model servers report them. Answers from "
                "the cache add the tokens of the original answer, so backends processed fewer than this."
            ),
            unit=rate_unit("tokens"),
            no_value="no router up",
        ),
        Query(or_zero(rate("llm_model_prompt_tokens_total")), "prompt", BLUE),
        Query(or_zero(rate("llm_model_completion_tokens_total")), "completion", ORANGE),
        stacked=True,
        top=1,
    )


def tokens_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["tokens-by-model"],
            title="Tokens by model",
            description=(
                "Prompt and completion tokens per second together, by model, replays from the cache included. A model that answers "
                "requests but shows no tokens has a server that does not report usage; its cost is missing as well."
            ),
            unit=rate_unit("tokens"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_model_tokens_total", by=["model"]), "model"), "{{model}}"),
        stacked=True,
        top=1,
    )


def tokens_in_range_by_model() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["tokens-in-range-by-model"],
            title="Tokens in range by model",
            description=(
                "Prompt and completion tokens of each model within the range on screen, the twelve largest, replays from the cache "
                "included. The first answer of a model after a restart is not counted."
            ),
            unit="short",
            no_value=NO_ANSWERS,
        ),
        Query(f"sort_desc(topk(12, {increase('llm_model_tokens_total', by=['model'])}))", "{{model}}"),
    )


def prompt_length() -> Panel:
    return _length(
        PANEL_IDS["prompt-length"],
        "Prompt length",
        "llm_prompt_tokens_per_request",
        "Tokens of a request's prompt. A growing p95 means longer conversations or larger attached texts, and with them cost and "
        "time to the first token. Without failed requests, which count as 0 tokens. The largest bucket is 16384 tokens: a line that lies "
        "flat there means that much or more.",
    )


def answer_length() -> Panel:
    return _length(
        PANEL_IDS["answer-length"],
        "Answer length",
        "llm_completion_tokens_per_request",
        "Tokens of an answer, replays from the cache included. Reasoning makes answers several times longer. Without failures, which "
        "count as 0 tokens. The largest bucket is 16384 tokens: a line that lies flat there means that much or more.",
    )


def tokens_of_a_conversation_turn() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["tokens-of-a-conversation-turn"],
            title="Tokens of a conversation turn",
            description=(
                "95th percentile of the prompt and of the answer of one turn. The prompt holds the history, so it grows with the "
                "length of conversations, and cost with it. Only turns whose client identifies the conversation or the "
                "user. Ends at 16384 tokens."
            ),
            unit="short",
            no_value=NO_SESSIONS,
        ),
        Query(quantile(0.95, "llm_session_turn_prompt_tokens"), "prompt p95", BLUE),
        Query(quantile(0.95, "llm_session_turn_completion_tokens"), "answer p95", ORANGE),
        interval="5m",
        top=100,
    )


def cost_of_a_conversation_turn() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["cost-of-a-conversation-turn"],
            title="Cost of a conversation turn",
            description=(
                "Half of the turns cost less than p50, one in twenty more than p95; interpolated within buckets from 0.0001 to 5. Only "
                "turns whose client identifies the conversation or the user, answered by a model with a price."
            ),
            unit="short",
            no_value=NO_SESSIONS,
        ),
        Query(quantile(0.5, TURN_COST, CURRENCY, by=["currency"]), "p50 {{currency}}"),
        Query(quantile(0.95, TURN_COST, CURRENCY, by=["currency"]), "p95 {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="5m",
        top=0.0001,
    )


def _length(number: int, title: str, family: str, description: str) -> Panel:
    return timeseries(
        About(id=number, title=title, description=description, unit="short", no_value=NO_ANSWERS),
        Query(quantile(0.5, family, positive=True), "p50", BLUE),
        Query(quantile(0.95, family, positive=True), "p95", ORANGE),
        interval="5m",
        top=100,
    )
