"""The router's own sliding windows. Off by default; each replica computes them alone, so only the worst replica can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import About, Query, timeseries
from semantic_router_observability.dashboards.queries import series

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

WINDOW: Final = 'time_window="5m"'
OFF: Final = "windowed metrics are off"


def p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["window-p95"],
            title="Own p95, worst replica",
            description=(
                "95th percentile of completion time that the router itself computed over 5 minutes, by model, for the replica where it is worst. "
                "Not cut off at 10 s like the histogram. Non-streaming answers only, the latest 10,000; the value freezes while idle."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(f"max by (model) ({series('llm_model_latency_p95_windowed_seconds', WINDOW)})", "{{model}}"),
        top=1,
    )


def mean() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["window-mean"],
            title="Own mean, worst replica",
            description=(
                "Mean completion time over 5 minutes as the router computed it, by model, for the replica where it is highest. "
                "Non-streaming answers only. Returns to 0 while a model is idle."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(f"max by (model) ({series('llm_model_latency_windowed_seconds', WINDOW)})", "{{model}}"),
        top=1,
    )


def requests() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["window-requests"],
            title="Answers in the window",
            description=(
                "Non-streaming answers within the last 5 minutes that the two panels beside this rest on, all replicas together. Few answers "
                "make a percentile jump; where this is far below the request rate, most answers are streamed and unseen here."
            ),
            unit="short",
            no_value=OFF,
        ),
        Query(f"sum by (model) ({series('llm_model_requests_windowed_total', WINDOW)})", "{{model}}"),
        top=5,
    )
