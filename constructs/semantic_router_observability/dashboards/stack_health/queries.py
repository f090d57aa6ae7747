"""What people and rules ask of Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import highest, per_second, total
from semantic_router_observability.dashboards.panels import BLUE, GREY, ORANGE, VERMILION, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.stack_health import bounds
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import PROMETHEUS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

TIME: Final = "prometheus_engine_query_duration_histogram_seconds"
EVALUATION: Final = 'slice="inner_eval"'


def queries() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["queries"],
            title="Queries",
            description=(
                "Queries evaluated per second, those of rules included. Follows the number of open pages: one page asks about 40 queries each "
                "time it refreshes."
            ),
            unit=rate_unit("queries"),
            no_value="not scraped",
        ),
        Query(per_second(f"{TIME}_count", PROMETHEUS, EVALUATION), "queries"),
    )


def slow_queries() -> Panel:
    def slower(bound: str) -> str:
        within = per_second(f"{TIME}_bucket", PROMETHEUS, EVALUATION, f'le=~"{bound}"')
        return f"1 - {within} / ({per_second(f'{TIME}_count', PROMETHEUS, EVALUATION)} > 0)"

    return timeseries(
        About(
            id=PANEL_IDS["slow-queries"],
            title="Slow queries",
            description=(
                "Share of queries that took longer than 0.1, 1 and 10 seconds to evaluate (these are the bounds of Prometheus's own histogram). The "
                "dashed line is 5 %. Long ranges on pages with raw queries are the usual reason."
            ),
            unit="percentunit",
            no_value="no queries",
        ),
        Query(slower("0.1"), "> 0.1 s", GREY),
        Query(slower("1|1.0"), "> 1 s", ORANGE),
        Query(slower("10|10.0"), "> 10 s", VERMILION),
        bound=bounds.SLOW_QUERIES,
        top=0.1,
    )


def query_samples() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["query-samples"],
            title="Samples read by queries",
            description=(
                "Samples per second that queries touch: what they really cost. A jump without more queries is a wide query of one user; Prometheus "
                "refuses one that needs more than 50 million at a time."
            ),
            unit=rate_unit("samples"),
            no_value="not scraped",
        ),
        Query(per_second("prometheus_engine_query_samples_total", PROMETHEUS), "samples"),
        top=10,
    )


def query_slots() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["query-slots"],
            title="Concurrent queries",
            description=(
                "Queries being evaluated or waiting, at the moment of the scrape, and how many Prometheus evaluates at a time (20 by default). "
                "At the limit, pages and rules wait for one another."
            ),
            unit="none",
            no_value="not scraped",
            decimals=0,
        ),
        Query(total("prometheus_engine_queries", PROMETHEUS), "now", BLUE),
        Query(highest("prometheus_engine_queries_concurrent_max", PROMETHEUS), "limit", VERMILION),
    )
