"""What the instances chosen in the filter serve: panels of the front page, asked of raw series.

The front page itself reads recording rules, which add replicas up, and cannot look at one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.front_page import latency, routing, traffic
from semantic_router_observability.dashboards.layout import Line

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel


def lines() -> list[Line]:
    return [
        Line(
            8,
            [
                _here("chosen-outcomes", traffic.requests_by_outcome()),
                _here("chosen-causes", traffic.errors_by_cause()),
                _here("chosen-models", routing.requests_by_model()),
            ],
        ),
        Line(
            8,
            [
                _here("chosen-first-token", latency.first_token()),
                _here("chosen-completion", latency.completion()),
                _here("chosen-overhead", latency.routing_overhead()),
            ],
        ),
    ]


def _here(name: str, panel: Panel) -> Panel:
    panel.id_val = PANEL_IDS[name]
    return panel
