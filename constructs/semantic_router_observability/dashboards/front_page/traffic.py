"""How much comes in, how much of it fails, and whose fault that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.dashboards.front_page.causes import CAUSE_COLORS, NAMED_BY_CLIENT, REQUESTS, errors, requests
from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import (
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    VERMILION,
    About,
    Query,
    bargauge,
    rate_unit,
    timeseries,
)
from semantic_router_observability.dashboards.queries import answering, capped_share, gauge, increase, or_none, or_zero, rate
from semantic_router_observability.router import causes

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def requests_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests-by-outcome"],
            title="Requests by outcome",
            description=(
                "Requests per second, stacked by how they ended and who can help, errors at the bottom. Client: malformed request, unknown model, or refused by "
                "the backend with 4xx (429 included). Backend: timeout, 5xx, or an answer that is none, such as a web page. Router: "
                "classification, no model selected, anything else. Success is what remains of the requests."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(or_zero(errors("client")), "client", ORANGE),
        Query(or_zero(errors("backend")), "backend", VERMILION),
        Query(or_zero(errors("router")), "router", PINK),
        Query(f"clamp_min({or_zero(requests())} - {or_zero(errors())}, 0)", "success", GREEN),
        stacked=True,
    )


def errors_by_cause() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["errors-by-cause"],
            title="Errors by cause",
            description=(
                "Errors per second by the reason the router gives. Normal: close to zero, with some unreadable requests and upstream_4xx from "
                "careless clients. The router calls two things parse_error: a request that is unreadable and an answer that is unusable; "
                "an unusable answer with a 5xx is in both lines. A reason appears with its first error, and that first one is invisible in a rate. Rate-limited requests and "
                "those stopped by a guardrail are not counted as errors."
            ),
            unit=rate_unit("errors"),
            no_value="no router up",
        ),
        Query(or_none(_by_cause(), "reason", "no errors"), "{{reason}}"),
        colors=CAUSE_COLORS,
        rare=True,
    )


def _by_cause() -> str:
    def named(name: str, of_model: str) -> str:
        unread = rate(causes.ERRORS, 'reason="parse_error"', of_model)
        return f'label_replace({unread}, "reason", "{name}", "", "")'

    others = rate(causes.ERRORS, 'reason!="parse_error"', by=["reason"])
    return "\nor ".join([others, named("request unreadable", 'model="unknown"'), named("answer unusable", 'model!="unknown"')])


def error_share() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["error-share"],
            title="Error share",
            description=(
                "Errors over requests: all causes, and without those of clients, which is what an operator answers for. The dashed line is 5 % by default. "
                "The two are counted at different moments, hence the cap at 100 %; with little traffic a "
                "single error is a large share. 0 while nothing happens, a gap while the router is down."
            ),
            unit="percentunit",
            no_value="no router up",
        ),
        Query(capped_share(errors(), requests()), "all causes", BLUE),
        Query(capped_share(errors("backend", "router"), requests()), "not the client's", VERMILION),
        bound=bounds.ERROR_SHARE,
        rare=True,
        top=0.1,
    )


def in_flight() -> Panel:
    idle = rate(REQUESTS, 'model!="unknown"', by=["model"])
    serving = f"({gauge('llm_model_inflight_requests', by=['model'])} or 0 * {idle})"
    return timeseries(
        About(
            id=PANEL_IDS["in-flight"],
            title="In flight by model, per replica",
            description=(
                "Requests in progress, the mean of the replicas that answer; from the dashed line on, 50 by default, the alert fires. A climbing line with a flat request rate is a backend that "
                "falls behind. Zero is drawn for every model that has had requests. Not in here: requests that name a concrete model."
            ),
            unit="none",
            no_value="no requests yet",
            decimals=0,
        ),
        Query(or_none(f"{serving} / on () group_left () ({answering()} > 0)", "model", "no requests"), "{{model}}"),
        bound=bounds.IN_FLIGHT,
        top=5,
    )


def errors_by_model() -> Panel:
    counted = increase(causes.ERRORS, NAMED_BY_CLIENT, by=["model", "reason"])
    return bargauge(
        About(
            id=PANEL_IDS["errors-by-model"],
            title="Most errors in range",
            description=(
                "The ten pairs of model and cause with the most errors within the range on screen. Unknown model names are left out: there the "
                "label holds whatever clients typed. Model unknown means that the error came before a model was chosen."
            ),
            unit="short",
            no_value="no errors in range",
        ),
        Query(f"sort_desc(topk(10, {counted} > 0))", "{{model}} {{reason}}"),
    )
