"""The dashboard "LLM Router Metrics": the first page of an incident, read from top to bottom.

Is it up and serving, who is to blame for errors, what is slow, where do requests go, what do they use; the process itself last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.firing import firing
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.front_page import health, latency, process, routing, traffic, usage
from semantic_router_observability.dashboards.front_page.ids import PANEL_IDS
from semantic_router_observability.dashboards.layout import Line, Section

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "llm_router_metrics"]

UID: Final = "llm-router-metrics"
"""The router's own web dashboard links to this uid, so it must not change."""


def llm_router_metrics() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="LLM Router Metrics",
        description="The vLLM Semantic Router at a glance: health, errors, latency, routing, tokens, cost and cache.",
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # Eight abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [health.targets(), health.request_rate(), health.error_share(), health.in_flight()]),
                Line(3, [health.first_token(), health.slow_answers(), health.routing_overhead(), health.restarts()]),
                Line(5, [firing(PANEL_IDS["firing"])]),
            ]
        ),
        Section(
            title="Traffic and errors",
            id=PANEL_IDS["row-traffic"],
            lines=[
                Line(8, [traffic.requests_by_outcome(), traffic.errors_by_cause(), traffic.error_share()]),
                Line(7, [traffic.in_flight(), traffic.errors_by_model()]),
            ],
        ),
        Section(
            title="Latency",
            id=PANEL_IDS["row-latency"],
            lines=[
                Line(8, [latency.first_token(), latency.completion(), latency.slow_answers()]),
                Line(8, [latency.first_token_by_model(), latency.time_per_token(), latency.routing_overhead()]),
            ],
        ),
        Section(
            title="Routing",
            id=PANEL_IDS["row-routing"],
            lines=[
                Line(8, [routing.requests_by_model(), routing.routing_changes(), routing.session_switches()]),
                Line(8, [routing.decisions(), routing.prompt_categories(), routing.selected_models()]),
            ],
        ),
        Section(
            title="Tokens, cost and cache",
            id=PANEL_IDS["row-usage"],
            lines=[Line(8, [usage.prompt_tokens(), usage.generated_tokens(), usage.cost(), usage.cache_hits()])],
        ),
        Section(
            title="Router process",
            id=PANEL_IDS["row-process"],
            collapsed=True,
            lines=[Line(8, [process.memory(), process.cpu(), process.uptime()])],
        ),
    ]
