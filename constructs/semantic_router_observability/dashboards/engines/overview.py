"""The first line: are the engines there, and do they keep up?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.engines import bounds
from semantic_router_observability.dashboards.engines.ids import PANEL_IDS
from semantic_router_observability.dashboards.engines.scope import NO_ENGINES, SCOPE, UP, between_tokens, cache_usage, or_engines
from semantic_router_observability.dashboards.others import in_range, per_second, percentile, total
from semantic_router_observability.dashboards.panels import GREEN, About, Query, rate_unit, stat
from semantic_router_observability.dashboards.queries import RECENT

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def engines_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["engines-now"],
            title="Engines",
            description=(
                "Engines that answered the last scrape, and those that did within the range on screen but do not any more. An engine that loads its "
                "model does not serve metrics yet."
            ),
            unit="none",
            no_value=NO_ENGINES,
        ),
        Query(f"sum({UP})", "up", GREEN),
        Query(f"count({UP}) - sum({UP})", "down"),
        bound=1,
    )


def running_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["running-now"],
            title="Running",
            description=(
                "Requests that the engines work on at this moment, in one batch an engine. More in a batch means more tokens per second altogether "
                "and fewer for each."
            ),
            unit="none",
            no_value=NO_ENGINES,
        ),
        Query(total("vllm:num_requests_running", *SCOPE), "running"),
    )


def waiting_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["waiting-now"],
            title="Waiting",
            description=(
                "Requests that an engine has accepted but not begun. Normal: 0 or close to it. A number that stays is the clearest sign of an engine that "
                "cannot keep up; users see it as time to the first token."
            ),
            unit="none",
            no_value=NO_ENGINES,
        ),
        Query(total("vllm:num_requests_waiting", *SCOPE), "waiting"),
    )


def cache_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["cache-now"],
            title="KV cache, top",
            description=(
                "Share of the KV cache in use in the fullest engine. Red from 90 %: near 100 % an engine puts running requests back into the "
                "queue and computes them anew."
            ),
            unit="percentunit",
            no_value=NO_ENGINES,
            decimals=0,
            maximum=1,
        ),
        Query(f"max({cache_usage()})", "fullest"),
        bound=bounds.CACHE,
    )


def first_token_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["first-token-now"],
            title="First token p95",
            description=(
                "95th percentile of the time from a request's arrival at an engine to its first token, last 5 minutes, waiting included, of the slowest "
                "model. Red from 5 s by default. Unlike the router's, this histogram goes beyond 10 s."
            ),
            unit="s",
            no_value="no answers",
            decimals=2,
        ),
        Query(f"max({percentile(0.95, 'vllm:time_to_first_token_seconds', *SCOPE, by=['model_name'], window=RECENT)})", "p95"),
        bound=bounds.FIRST_TOKEN,
    )


def between_tokens_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["between-tokens-now"],
            title="Token gap p95",
            description=(
                "95th percentile of the time from one token of an answer to the next, last 5 minutes, of the slowest model. Red from 250 ms by default, four tokens a second, "
                "about as fast as people read."
            ),
            unit="s",
            no_value="no answers",
            decimals=1,
        ),
        Query(f"max({between_tokens(0.95, ['model_name'], window=RECENT)})", "p95"),
        bound=bounds.BETWEEN_TOKENS,
    )


def tokens_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["tokens-now"],
            title="Generated",
            description=(
                "Tokens per second that all engines write, mean of the last 5 minutes. This is what the hardware is paid for; compare with "
                "what the same engines reached under load."
            ),
            unit=rate_unit("tok"),  # as short as req/s, for a narrow tile
            no_value=NO_ENGINES,
        ),
        Query(per_second("vllm:generation_tokens_total", *SCOPE, window=RECENT), "tokens"),
    )


def preemptions_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["preemptions-now"],
            title="Preemptions",
            description=(
                "How often within the range on screen an engine put a running request back because the KV cache was full. Normal: 0. Each one is "
                "work thrown away: fewer requests at a time or more memory is the remedy."
            ),
            unit="short",
            no_value=NO_ENGINES,
        ),
        Query(or_engines(in_range("vllm:num_preemptions_total", *SCOPE)), "preemptions"),
        bound=1,
    )
