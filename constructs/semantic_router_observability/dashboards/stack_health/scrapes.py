"""Scraping: what is down, slow, large or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.others import highest, per_second, select, total
from semantic_router_observability.dashboards.panels import (
    BLUE,
    GREY,
    ORANGE,
    PINK,
    VERMILION,
    YELLOW,
    About,
    Query,
    bargauge,
    rate_unit,
    timeseries,
)
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import JOB, PROMETHEUS
from semantic_router_observability.dashboards.variables import DEFAULT_JOB

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def targets_down() -> Panel:
    up = select("up", JOB)
    return timeseries(
        About(
            id=PANEL_IDS["targets-down"],
            title="Targets down by job",
            description=(
                "Targets of each job whose last scrape failed. Normal: 0, drawn for every job. All targets of a job at once point at the network "
                "(a NetworkPolicy), at credentials or at discovery; a single one at the pod."
            ),
            unit="none",
            no_value="nothing scraped",
            decimals=0,
        ),
        Query(f"count by (job) ({up} == 0) or 0 * count by (job) ({up})", "{{job}}"),
        top=1,
    )


def scrape_time() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["scrape-time"],
            title="Slowest scrapes now",
            description=(
                "The ten targets that took longest to answer the last scrape. Red from 5 s: at 10 s, Prometheus's default limit, a scrape fails and "
                "the target counts as down."
            ),
            unit="s",
            no_value="nothing scraped",
            decimals=2,
        ),
        Query(f"sort_desc(topk(10, {select('scrape_duration_seconds', JOB)}))", "{{instance}} {{job}}"),
        bound=5,
    )


def scrape_samples() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["scrape-samples"],
            title="Samples per scrape by job",
            description=(
                "Samples that one round of scrapes brings, by job, after relabelling. Grows with pods, models and decisions. A job that climbs "
                "without new pods has labels that grow without bound."
            ),
            unit="short",
            no_value="nothing scraped",
        ),
        Query(total("scrape_samples_post_metric_relabeling", JOB, by=["job"]), "{{job}}"),
        stacked=True,
        top=100,
        colors={DEFAULT_JOB: BLUE, "prometheus": ORANGE, "grafana": GREY},  # by chance, the largest would be a red area
    )


def scrape_refused() -> Panel:
    def refused(name: str) -> str:
        return per_second(f"prometheus_target_{name}_total", PROMETHEUS)

    return timeseries(
        About(
            id=PANEL_IDS["scrape-refused"],
            title="Refused by reason",
            description=(
                "Scrapes refused as a whole because of a limit (samples, labels, body size), and samples refused one by one (repeated, out of order, "
                "too old), per second. Normal: 0. A refused scrape counts its target as down."
            ),
            unit=rate_unit("scrapes"),
            no_value="not scraped",
        ),
        Query(refused("scrapes_exceeded_sample_limit"), "sample limit", VERMILION),
        Query(refused("scrape_pool_exceeded_label_limits"), "label limit", ORANGE),
        Query(refused("scrapes_exceeded_body_size_limit"), "body size", YELLOW),
        Query(refused("scrapes_sample_duplicate_timestamp"), "repeated", BLUE),
        Query(refused("scrapes_sample_out_of_order"), "out of order", PINK),
        Query(refused("scrapes_sample_out_of_bounds"), "too old", GREY),
        rare=True,
    )


def scrape_interval() -> Panel:
    late = highest("prometheus_target_interval_length_seconds", PROMETHEUS, 'quantile="0.99"', by=["interval"])
    return timeseries(
        About(
            id=PANEL_IDS["scrape-interval"],
            title="Time between scrapes p99",
            description=(
                "Time between two scrapes of a target as measured by Prometheus, by the interval it should be. Normal: within a few milliseconds of it. "
                "Longer means that Prometheus lacks CPU, and rates become coarse."
            ),
            unit="s",
            no_value="not scraped",
        ),
        Query(late, "wanted {{interval}}"),
    )


def discovery() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["discovery"],
            title="Targets found by job",
            description=(
                "Targets that discovery found for each job, reachable or not. A job at 0 that should have targets: labels or port names do not match, "
                "or the Role for that namespace is missing."
            ),
            unit="none",
            no_value="not scraped",
            decimals=0,
        ),
        Query(
            highest("prometheus_target_scrape_pool_targets", PROMETHEUS, 'scrape_job=~"$scrape_job"', by=["scrape_job"]), "{{scrape_job}}"
        ),
        top=1,
    )
