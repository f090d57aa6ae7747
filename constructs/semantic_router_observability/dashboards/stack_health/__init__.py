"""The dashboard "Stack health": Prometheus, Grafana and Alertmanager themselves.

Can the other dashboards be trusted: is everything scraped, do rules run in time, does the disk suffice, who is slow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.annotations import STACK
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.stack_health import (
    alertmanager,
    grafana,
    overview,
    process,
    queries,
    remote,
    rules,
    scrapes,
    storage,
)
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import variables

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "stack_health"]

UID: Final = "semantic-router-stack"


def stack_health() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Stack health",
        description="Prometheus, Grafana and Alertmanager themselves: scrapes, storage, rules, queries, remote write, delivery of alerts.",
        variables=list(variables()),
        alerts=STACK,
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # More than four abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [overview.targets_now(), overview.configuration_now(), overview.rule_failures_now(), overview.disk_now()]),
                Line(3, [overview.series_now(), overview.samples_now(), overview.memory_now(), overview.grafana_now()]),
            ]
        ),
        Section(
            title="Scraping",
            id=PANEL_IDS["row-scrapes"],
            lines=[
                Line(8, [scrapes.targets_down(), scrapes.scrape_time(), scrapes.scrape_samples()]),
                Line(8, [scrapes.scrape_refused(), scrapes.scrape_interval(), scrapes.discovery()]),
            ],
        ),
        Section(
            title="Storage",
            id=PANEL_IDS["row-storage"],
            lines=[
                Line(8, [storage.disk(), storage.series(), storage.churn()]),
                Line(8, [storage.samples(), storage.oldest(), storage.failures()]),
            ],
        ),
        Section(
            title="Rules",
            id=PANEL_IDS["row-rules"],
            lines=[Line(8, [rules.rule_time(), rules.rule_failures(), rules.rule_samples()])],
        ),
        Section(
            title="Queries",
            id=PANEL_IDS["row-queries"],
            lines=[Line(8, [queries.queries(), queries.slow_queries(), queries.query_samples(), queries.query_slots()])],
        ),
        Section(
            title="Grafana",
            id=PANEL_IDS["row-grafana"],
            lines=[Line(8, [grafana.requests(), grafana.time(), grafana.source_requests(), grafana.source_time()])],
        ),
        Section(
            title="Processes",
            id=PANEL_IDS["row-process"],
            collapsed=True,
            lines=[Line(8, [process.memory(), process.cpu(), process.uptime()])],
        ),
        Section(
            title="Remote write",
            id=PANEL_IDS["row-remote"],
            collapsed=True,
            lines=[Line(8, [remote.lag(), remote.pending(), remote.lost(), remote.shards()])],
        ),
        Section(
            title="Alertmanager",
            id=PANEL_IDS["row-alertmanager"],
            collapsed=True,
            lines=[Line(8, [alertmanager.alerts(), alertmanager.notifications(), alertmanager.delivery_time(), alertmanager.replicas()])],
        ),
    ]
