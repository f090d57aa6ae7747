"""What is slow: the first token, the whole answer, each token, or the router itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, VERMILION, About, Query, timeseries
from semantic_router_observability.dashboards.queries import quantile, share_above

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_FIRST_TOKEN = "llm_model_ttft_seconds"  # noqa: S105 - tokens of text
_COMPLETION = "llm_model_completion_latency_seconds"
_PER_TOKEN = "llm_model_tpot_seconds"  # noqa: S105 - tokens of text
_ROUTING = "llm_model_routing_latency_seconds"


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
    return timeseries(
        About(
            id=PANEL_IDS["completion"],
            title="Completion time",
            description=(
                "From the request's arrival to the end of the answer. A line that lies flat at 10 s means 10 s or more, because the histogram "
                "ends there: read the share of slow answers beside it. Cache hits are in here with their lookup time and pull "
                "percentiles down. Needs response bodies to pass through the router."
            ),
            unit="s",
            no_value="no answers",
        ),
        Query(quantile(0.5, _COMPLETION), "p50", BLUE),
        Query(quantile(0.95, _COMPLETION), "p95", ORANGE),
    )


def slow_answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["slow-answers"],
            title="Slow answers",
            description=(
                "Share of answers that took more than 5 s and more than 10 s. Both are bucket bounds, so the shares are exact, and they keep "
                "moving where the percentiles are stuck at 10 s: from 5 % on, the 95th percentile is somewhere above 10 s. What is normal depends on the models: compare with yesterday."
            ),
            unit="percentunit",
            no_value="no answers",
        ),
        Query(share_above(5, _COMPLETION), "over 5 s", ORANGE),
        Query(share_above(10, _COMPLETION), "over 10 s", VERMILION),
        top=0.2,
    )


def first_token_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["first-token-by-model"],
            title="First token p95 by model",
            description=(
                "95th percentile of the time to the first token of each model: one slow line among others is that model's backend, all lines "
                "slow together point at the router or the network. With few requests one sample decides; the ceiling is 10 s."
            ),
            unit="s",
            no_value="no answers",
        ),
        Query(quantile(0.95, _FIRST_TOKEN, by=["model"]), "{{model}}"),
        bound=bounds.FIRST_TOKEN,
    )


def time_per_token() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["time-per-token"],
            title="Time per token p95 by model",
            description=(
                "Completion time divided by generated tokens, 95th percentile; the dashed line is 250 ms by default, four tokens a second. The whole time "
                "is divided, waiting and prompt processing included, so very short answers look slow. Only answers that report "
                "their token usage are counted."
            ),
            unit="s",
            no_value="no token usage",
        ),
        Query(quantile(0.95, _PER_TOKEN, by=["model"]), "{{model}}"),
        bound=bounds.TIME_PER_TOKEN,
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
