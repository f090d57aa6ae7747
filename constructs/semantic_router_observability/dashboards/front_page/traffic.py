"""How much comes in, how much of it fails, and whose fault that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.dashboards.front_page.causes import (
    BACKEND,
    CAUSE_COLORS,
    CLIENT,
    ERRORS,
    NAMED_BY_CLIENT,
    NOT_CLIENT,
    REQUESTS,
    ROUTER,
    errors,
    requests,
)
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
from semantic_router_observability.dashboards.queries import capped_share, gauge, increase, or_none, or_zero, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def requests_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["requests-by-outcome"],
            title="Requests by outcome",
            description=(
                "Requests per second, stacked by how they ended and who can help, errors at the bottom. Client: malformed request, unknown model, or refused by "
                "the backend with 4xx (429 included). Backend: timeout or 5xx of the model server. Router: classification, no model "
                "selected, anything else. Success is what remains of the requests; it is a floor, since one request can log two errors."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(or_zero(errors(CLIENT)), "client", ORANGE),
        Query(or_zero(errors(BACKEND)), "backend", VERMILION),
        Query(or_zero(errors(ROUTER)), "router", PINK),
        Query(f"clamp_min({or_zero(requests())} - {or_zero(errors())}, 0)", "success", GREEN),
        stacked=True,
    )


def errors_by_cause() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["errors-by-cause"],
            title="Errors by cause",
            description=(
                "Errors per second by the reason the router gives. Normal: close to zero, with some parse_error and upstream_4xx from careless "
                "clients. A reason appears with its first error, and that first one is invisible in a rate. Rate-limited requests and "
                "those stopped by a guardrail are not counted as errors."
            ),
            unit=rate_unit("errors"),
            no_value="no router up",
        ),
        Query(or_none(rate(ERRORS, by=["reason"]), "reason", "no errors"), "{{reason}}"),
        colors=CAUSE_COLORS,
        rare=True,
    )


def error_share() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["error-share"],
            title="Error share",
            description=(
                "Errors over requests: all causes, and without those of clients, which is what an operator answers for. The dashed line is 5 % by default. "
                "Errors and requests are not one to one (a request can log several), hence the cap at 100 %; with little traffic a "
                "single error is a large share. 0 while nothing happens, a gap while the router is down."
            ),
            unit="percentunit",
            no_value="no router up",
        ),
        Query(capped_share(errors(), requests()), "all causes", BLUE),
        Query(capped_share(errors(NOT_CLIENT), requests()), "not the client's", VERMILION),
        bound=bounds.ERROR_SHARE,
        rare=True,
        top=0.1,
    )


def in_flight() -> Panel:
    idle = rate(REQUESTS, 'model!="unknown"', by=["model"])
    return timeseries(
        About(
            id=PANEL_IDS["in-flight"],
            title="In flight by model",
            description=(
                "Requests in progress, all replicas together; the dashed line is 50 by default, where the alert fires for a single replica. A climbing line with a flat request rate is a backend that "
                "falls behind. Zero is drawn for every model that has had requests. Not in here: requests that name a concrete model."
            ),
            unit="none",
            no_value="no requests yet",
            decimals=0,
        ),
        Query(f"{gauge('llm_model_inflight_requests', by=['model'])} or 0 * {idle}", "{{model}}"),
        bound=bounds.IN_FLIGHT,
        top=5,
    )


def errors_by_model() -> Panel:
    counted = increase(ERRORS, NAMED_BY_CLIENT, by=["model", "reason"])
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
