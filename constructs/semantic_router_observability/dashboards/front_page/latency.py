"""What is slow: the first token, the whole answer, each token, or the router itself."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import BLUE, GREEN, GREY, ORANGE, VERMILION, YELLOW, About, Query, timeseries
from semantic_router_observability.dashboards.queries import answers_above, quantile, share_above, share_up_to
from semantic_router_observability.dashboards.yesterday import yesterday

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_FIRST_TOKEN = "llm_model_ttft_seconds"  # noqa: S105 - tokens of text
_COMPLETION = "llm_model_completion_latency_seconds"
_PER_TOKEN = "llm_model_tpot_seconds"  # noqa: S105 - tokens of text
_ROUTING = "llm_model_routing_latency_seconds"

_BANDS = (1, 2.5, 5, 10)
"""Bounds of buckets, in seconds, up to where the histogram ends."""
_BAND_COLORS = (GREEN, BLUE, YELLOW, ORANGE, VERMILION)


def first_token() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["first-token"],
            title="Time to first token",
            description=(
                "From the request's arrival to the first piece of the answer, routing included. The dashed line is 5 s by default. Streaming and "
                "other requests are mixed: without streaming it is the time to the response headers, nearly the whole answer. "
                "Values are interpolated within buckets and cannot exceed 10 s."
            ),
            unit="s",
            no_value="no answers",
        ),
        Query(quantile(0.5, _FIRST_TOKEN), "p50", BLUE),
        Query(quantile(0.95, _FIRST_TOKEN), "p95", ORANGE),
        bound=bounds.FIRST_TOKEN,
    )


def completion() -> Panel:
    bands = [share_up_to(bound, _COMPLETION) for bound in _BANDS]
    steps = [bands[0], *(f"{upper} - {lower}" for lower, upper in itertools.pairwise(bands)), share_above(_BANDS[-1], _COMPLETION)]
    names = [f"up to {_BANDS[0]:g} s", *(f"{lower:g} to {upper:g} s" for lower, upper in itertools.pairwise(_BANDS)), "over 10 s"]
    return timeseries(
        About(
            id=PANEL_IDS["completion"],
            title="Completion time",
            description=(
                "Answers by how long they took, from the request's arrival to their end, as shares of all; choose a model above to see it alone. The "
                "histogram ends at 10 s: the top band holds everything beyond, however long. Cache hits are in the lowest band with their "
                "lookup time, and so are fast failures. Needs response bodies to pass through the router."
            ),
            unit="percentunit",
            no_value="no answers",
            maximum=1,
        ),
        *(Query(step, name, color) for step, name, color in zip(steps, names, _BAND_COLORS, strict=True)),
        stacked=True,
        top=1,
    )


def slow_answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["slow-answers"],
            title="Answers over 10 s by model",
            description=(
                "Share of each model's answers that took more than 10 s, where the histogram ends, and that of all models a day earlier. "
                "What is normal depends on the model: one that reasons has many slow answers while it is well. One line that leaves its "
                "usual height is that model's backend."
            ),
            unit="percentunit",
            no_value="no answers",
        ),
        *_answers_by_model(10, _COMPLETION),
        top=0.2,
    )


def first_token_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["first-token-by-model"],
            title="First token over 5 s by model",
            description=(
                "Share of each model's answers that began after more than 5 s, and that of all models a day earlier: one line above its usual height is "
                "that model's backend, all lines together point at the router or the network. Without streaming an answer counts with nearly its "
                "whole time."
            ),
            unit="percentunit",
            no_value="no answers",
        ),
        *_answers_by_model(5, _FIRST_TOKEN),
        top=0.2,
    )


def time_per_token() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["time-per-token"],
            title="Slow tokens by model",
            description=(
                "Share of each model's answers that took more than 250 ms a token, less than four tokens a second, and that of all models a day earlier. "
                "The whole time is divided by the tokens, waiting and prompt processing included, so very short answers look slow. Only answers that "
                "report their token usage are counted."
            ),
            unit="percentunit",
            no_value="no token usage",
        ),
        Query(share_above(0.25, _PER_TOKEN, by=["model"]), "{{model}}"),
        Query(yesterday(share_above(0.25, _PER_TOKEN)), "all, yesterday", GREY),
        top=0.1,
    )


def _answers_by_model(bound: float, histogram: str) -> tuple[Query, Query]:
    """Draw the share of answers above a bound, failures left out: model by model, and of all of them the day before."""
    return Query(answers_above(bound, histogram, by=["model"]), "{{model}}"), Query(
        yesterday(answers_above(bound, histogram)), "all, yesterday", GREY
    )


def routing_overhead() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["routing-overhead"],
            title="Routing overhead",
            description=(
                "Time the router spends before it forwards a request. Normal: tens of milliseconds; the dashed line is 100 ms by default. Growth without "
                "growth in traffic hints at starved CPU or a slow classifier. A selector that asks a language model takes longer by design. "
                "All models together: the router does not label this time."
            ),
            unit="s",
            no_value="no requests",
        ),
        Query(quantile(0.5, _ROUTING), "p50", BLUE),
        Query(quantile(0.95, _ROUTING), "p95", ORANGE),
        bound=bounds.ROUTING_OVERHEAD,
    )
