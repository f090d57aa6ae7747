"""What clients got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.gateway.ids import PANEL_IDS
from semantic_router_observability.dashboards.gateway.scope import ANSWERS, NONE, SCOPE, code
from semantic_router_observability.dashboards.others import per_second, percentile, ratio, total
from semantic_router_observability.dashboards.panels import BLUE, GREEN, GREY, ORANGE, PINK, VERMILION, About, Query, rate_unit, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_TIME = "envoy_http_downstream_rq_time"


def answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["answers"],
            title="Answers by status",
            description=(
                "Answers per second by the first digit of their status. 4xx are malformed or refused requests: policies (403), unknown models, "
                "rate limits (429). Envoy counts no finer: the exact status is in its access log."
            ),
            unit=rate_unit("answers"),
            no_value=NONE,
        ),
        *(
            Query(per_second(ANSWERS, *SCOPE, code(digit)), f"{digit}xx", color)
            for digit, color in ((2, GREEN), (3, GREY), (4, ORANGE), (5, VERMILION))
        ),
    )


def shares() -> Panel:
    every = per_second(ANSWERS, *SCOPE)
    return timeseries(
        About(
            id=PANEL_IDS["shares"],
            title="Share refused and failed",
            description=(
                "4xx and 5xx over all answers. The router's own metrics lack most 4xx, and every 5xx of requests that did not reach it. "
                "The dashed line is where GatewayErrors fires by default, for 5xx."
            ),
            unit="percentunit",
            no_value="no requests",
        ),
        Query(ratio(per_second(ANSWERS, *SCOPE, code(4)), every), "4xx", ORANGE),
        Query(ratio(per_second(ANSWERS, *SCOPE, code(5)), every), "5xx", VERMILION),
        bound=0.1,
    )


def time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["time"],
            title="Time to the end of an answer",
            description=(
                "Percentiles of the time from the first byte of a request to the last byte of its answer, router and model included, for all "
                "statuses. A streamed answer counts until its end."
            ),
            unit="ms",
            no_value="no requests",
        ),
        Query(percentile(0.5, _TIME, *SCOPE), "p50", BLUE),
        Query(percentile(0.95, _TIME, *SCOPE), "p95", ORANGE),
        Query(percentile(0.99, _TIME, *SCOPE), "p99", PINK),
    )


def in_flight() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["in-flight"],
            title="In flight by listener",
            description="Requests whose answer has not ended. Climbing with steady traffic means that the router or a model became slower.",
            unit="short",
            no_value=NONE,
        ),
        Query(
            total("envoy_http_downstream_rq_active", *SCOPE, by=["envoy_http_conn_manager_prefix"]), "{{envoy_http_conn_manager_prefix}}"
        ),
    )
