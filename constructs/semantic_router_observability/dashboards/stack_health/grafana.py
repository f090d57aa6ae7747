"""Grafana: is it answering, and are its data sources?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import per_second, percentile
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, VERMILION, About, Query, timeseries
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import GRAFANA, GRAFANAS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

HTTP: Final = "grafana_http_request_duration_seconds"
SOURCE: Final = "grafana_datasource_request"
NO_GRAFANA: Final = "Grafana not scraped"


def requests() -> Panel:
    def with_code(pattern: str) -> str:
        counted = per_second(f"{HTTP}_count", GRAFANA, f'status_code=~"{pattern}"')
        return f"({counted} or 0 * count({GRAFANAS}))"

    return timeseries(
        About(
            id=PANEL_IDS["grafana-requests"],
            title="Grafana requests",
            description=(
                "Requests to Grafana per second, by kind of answer. 4xx are mostly people without a session. 5xx on queries are errors of a data source that "
                "Grafana passes on; the panels to the right tell."
            ),
            unit="reqps",
            no_value=NO_GRAFANA,
        ),
        Query(with_code("[123].."), "fine", BLUE),
        Query(with_code("4.."), "4xx", ORANGE),
        Query(with_code("5.."), "5xx", VERMILION),
    )


def time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["grafana-time"],
            title="Grafana request time",
            description=(
                "Time Grafana takes to answer, median and 95th percentile, all handlers. Queries are part of it, so a slow data source "
                "makes Grafana look slow."
            ),
            unit="s",
            no_value=NO_GRAFANA,
        ),
        Query(percentile(0.5, HTTP, GRAFANA), "p50", BLUE),
        Query(percentile(0.95, HTTP, GRAFANA), "p95", ORANGE),
    )


def source_requests() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["source-requests"],
            title="Data source requests",
            description=(
                "Requests of Grafana to each data source per second, by status code. Anything but 200: 401 and 403 are credentials, 422 a query that "
                "Prometheus could not evaluate, 503 and 504 a Prometheus that is overloaded or still replaying its log."
            ),
            unit="reqps",
            no_value="no query yet",
        ),
        Query(per_second(f"{SOURCE}_total", GRAFANA, by=["datasource", "code"]), "{{datasource}} {{code}}"),
    )


def source_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["source-time"],
            title="Data source time p95",
            description=(
                "95th percentile of the time a data source takes to answer Grafana. Above a second, pages feel slow; compare with Slow queries to "
                "tell a slow query from a slow network."
            ),
            unit="s",
            no_value="no query yet",
        ),
        Query(percentile(0.95, f"{SOURCE}_duration_seconds", GRAFANA, by=["datasource"]), "{{datasource}}"),
    )
