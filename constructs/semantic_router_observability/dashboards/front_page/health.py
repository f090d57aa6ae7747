"""The first line: is the router up, is it serving, and is it serving well, as of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.dashboards.front_page.causes import errors, requests
from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import GREY, About, Query, stat
from semantic_router_observability.dashboards.queries import (
    RECENT,
    answering,
    answers_above,
    capped_share,
    expected,
    gauge,
    or_zero,
    quantile,
)
from semantic_router_observability.dashboards.queries import restarts as restarts_in_range
from semantic_router_observability.dashboards.yesterday import yesterday

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def targets() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["router-targets"],
            title="Router targets",
            description=(
                "Router pods that Prometheus reached in the last scrape, and those it expected but could not reach. "
                "Normal: all up, none down. A pod that was deleted is no longer expected and counts on neither side. "
                "The metrics port opens before the models are loaded, so up does not yet mean ready; and where Envoy lets "
                "traffic pass when the router is gone, users notice unrouted answers rather than errors."
            ),
            unit="none",
            no_value="none found",
        ),
        Query(answering(), "up"),
        Query(f"{expected()} - {answering()}", "down"),
        bound=1,
        least={"up": 1},
    )


def request_rate() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["request-rate-now"],
            title="Requests",
            description=(
                "Requests the router accepted per second, mean of the last 5 minutes, all models and replicas. "
                "Internal calls and requests the router is told to pass through untouched are not counted."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(or_zero(requests(RECENT)), "requests"),
    )


def error_share() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["error-share-now"],
            title="Error share",
            description=(
                "Failed requests over all requests in the last 5 minutes; red from 5 % by default. The two are counted at different moments, so "
                "it is capped at 100 %. Rate-limited and blocked requests are not errors to the router. "
                "The panels below tell whose fault they are."
            ),
            unit="percentunit",
            no_value="no router up",
            decimals=1,
            maximum=1,
        ),
        Query(capped_share(errors(window=RECENT), requests(RECENT)), "errors"),
        bound=bounds.ERROR_SHARE,
    )


def in_flight() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["in-flight-now"],
            title="In flight",
            description=(
                "Requests being answered at the last scrape. A number that keeps climbing while the request rate does not means that "
                "backends are falling behind. Requests that name a concrete model are not tracked, and a request whose end was "
                "missed stays in the count for up to 10 minutes."
            ),
            unit="none",
            no_value="no router up",
        ),
        Query(or_zero(gauge("llm_model_inflight_requests")), "in flight"),
    )


def first_token() -> Panel:
    share = answers_above(5, "llm_model_ttft_seconds", window=RECENT)
    return stat(
        About(
            id=PANEL_IDS["first-token-now"],
            title="First token > 5 s",
            description=(
                "Share of answers of the last 5 minutes that began after more than 5 s, now and a day earlier. What is normal depends on the models: "
                "compare the two. Without streaming an answer counts with nearly its whole time."
            ),
            unit="percentunit",
            no_value="no answers",
            decimals=1,
            maximum=1,
        ),
        Query(share, "now"),
        Query(yesterday(share), "yesterday", GREY),
    )


def slow_answers() -> Panel:
    share = answers_above(10, "llm_model_completion_latency_seconds", window=RECENT)
    return stat(
        About(
            id=PANEL_IDS["slow-answers-now"],
            title="Answers > 10 s",
            description=(
                "Share of answers of the last 5 minutes that took more than 10 s, now and a day earlier. The largest bucket of the router's histogram is "
                "10 s, so a share says more about long answers than any percentile. Whether a value is normal depends on the models: long "
                "reasoning answers belong here, so compare the two. Cache hits count as fast answers."
            ),
            unit="percentunit",
            no_value="no answers",
            decimals=1,
            maximum=1,
        ),
        Query(share, "now"),
        Query(yesterday(share), "yesterday", GREY),
    )


def routing_overhead() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["routing-overhead-now"],
            title="Overhead p95",
            description=(
                "Time the router adds before it forwards a request: signals, decision and model selection. 95th percentile of the last "
                "5 minutes, red from 100 ms by default. A selector that asks a language model legitimately takes longer."
            ),
            unit="s",
            no_value="no requests",
            decimals=1,
        ),
        Query(quantile(0.95, "llm_model_routing_latency_seconds", window=RECENT), "p95"),
        bound=bounds.ROUTING_OVERHEAD,
    )


def restarts() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["restarts"],
            title="Restarts",
            description=(
                "Restarts of router containers within the range on screen. Counters start again at zero after each. A pod that was replaced "
                "by a new one has a new address and does not count as a restart."
            ),
            unit="none",
            no_value="no data",
        ),
        Query(restarts_in_range(), "restarts"),
        bound=1,
    )
