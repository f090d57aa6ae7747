"""What it costs to watch the routers, and how close they are to limits of Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet import bounds
from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.fleet.replicas import by_replica, scrape_series, scraped
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, VERMILION, About, Query, timeseries
from semantic_router_observability.dashboards.queries import or_zero, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def samples() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["scrape-samples"],
            title="Samples per scrape by replica",
            description=(
                "Samples stored from each scrape, seven highest replicas and the median of all. The dashed line is 80 % of the "
                "limit of the scrape guards, 40,000 by default: above the limit the whole scrape is refused and the router counts as down. Grows with models, decisions and features; "
                "a steady climb means that clients make up label values."
            ),
            unit="short",
            no_value="no router up",
        ),
        *by_replica(scraped("scrape_samples_post_metric_relabeling")),
        bound=bounds.SAMPLES,
    )


def time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["scrape-time"],
            title="Scrape time by replica",
            description=(
                "How long each scrape took, seven slowest replicas and the median of all; the dashed line is 5 s, half of what Prometheus "
                "waits by default. A slow scrape is a router short of CPU or a very large page."
            ),
            unit="s",
            no_value="no router up",
        ),
        *by_replica(scraped("scrape_duration_seconds")),
        bound=bounds.SCRAPE_TIME,
    )


def new_series() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["scrape-new-series"],
            title="Series added and dropped",
            description=(
                "Series that the last scrape of all replicas had for the first time, and samples that relabelling dropped (those with a person's "
                "identity). New ones come with a start or a deployment and then fade; a constant stream is churn, which costs memory."
            ),
            unit="short",
            no_value="no router up",
        ),
        Query(f"sum({scrape_series('scrape_series_added')})", "new", ORANGE),
        Query(
            f"sum({scrape_series('scrape_samples_scraped')}) - sum({scrape_series('scrape_samples_post_metric_relabeling')})",
            "dropped",
            BLUE,
        ),
        top=5,
    )


def answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["scrape-answers"],
            title="Requests to the metrics page",
            description=(
                "Answers of the routers' metrics pages per second, and failed ones. Normal: replicas over the scrape interval, and no failure. Far more answers than replicas over the scrape interval: another Prometheus scrapes too."
            ),
            unit="reqps",
            no_value="no router up",
        ),
        Query(rate("promhttp_metric_handler_requests_total", 'code="200"'), "answers", BLUE),
        Query(or_zero(rate("promhttp_metric_handler_requests_total", 'code!="200"')), "failed", VERMILION),
    )
