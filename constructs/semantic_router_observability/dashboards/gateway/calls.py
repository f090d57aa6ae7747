"""Envoy's calls to the router, by ext_proc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.gateway.ids import PANEL_IDS
from semantic_router_observability.dashboards.gateway.scope import CALLS, NONE, SCOPE, UNROUTED
from semantic_router_observability.dashboards.others import per_second
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, PINK, VERMILION, About, Query, rate_unit, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

FAILED = "envoy_http_ext_proc_streams_failed"
LATE = "envoy_http_ext_proc_message_timeouts"


def calls() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["calls"],
            title="Calls to the router",
            description=(
                "Calls per second, one for each request, and those that ended badly: broken off or not connected, or without an answer in time. "
                "Envoy does not measure how long a call takes; the router's own routing latency does."
            ),
            unit=rate_unit("calls"),
            no_value=NONE,
        ),
        Query(per_second(CALLS, *SCOPE), "calls", BLUE),
        Query(per_second(FAILED, *SCOPE), "failed", VERMILION),
        Query(per_second(LATE, *SCOPE), "late", ORANGE),
    )


def unanswered() -> Panel:
    passed = per_second(UNROUTED, *SCOPE)
    return timeseries(
        About(
            id=PANEL_IDS["unanswered"],
            title="Outcome of failed and late calls",
            description=(
                "Requests per second that went on without the router, and those that got an error instead. Which of the two is set in Envoy, "
                "by `failure_mode_allow`. Normal: none of either."
            ),
            unit=rate_unit("requests"),
            no_value=NONE,
        ),
        Query(passed, "passed unrouted", VERMILION),
        Query(f"clamp_min({per_second(FAILED, *SCOPE)} + {per_second(LATE, *SCOPE)} - {passed}, 0)", "refused", PINK),
    )


def by_router() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["by-router"],
            title="Answered without a model",
            description=(
                "Requests per second that no model saw: the router answered from its cache or refused them (policy, rate limit, unknown model). "
                "Where Envoy refuses requests that the router failed, those are among them."
            ),
            unit=rate_unit("requests"),
            no_value=NONE,
        ),
        Query(per_second("envoy_http_ext_proc_immediate_responses_sent", *SCOPE), "answered", BLUE),
    )
