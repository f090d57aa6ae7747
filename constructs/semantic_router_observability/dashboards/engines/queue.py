"""Requests inside the engines: at work, waiting, put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.engines.ids import PANEL_IDS
from semantic_router_observability.dashboards.engines.scope import NO_ENGINES, SCOPE
from semantic_router_observability.dashboards.others import per_second, percentile, total
from semantic_router_observability.dashboards.panels import About, Query, rate_unit, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

MODEL = ("model_name",)


def running() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["running"],
            title="Running by model",
            description=(
                "Requests at work, all engines of a model together. A flat top with requests waiting is the engine's limit of sequences at a time, "
                "or its KV cache."
            ),
            unit="none",
            no_value=NO_ENGINES,
            decimals=0,
        ),
        Query(total("vllm:num_requests_running", *SCOPE, by=MODEL), "{{model_name}}"),
        top=5,
    )


def waiting() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["waiting"],
            title="Waiting by model",
            description=(
                "Requests accepted but not begun, by model. Short peaks are bursts; a plateau is missing capacity, and the number to scale engines by."
            ),
            unit="none",
            no_value=NO_ENGINES,
            decimals=0,
        ),
        Query(total("vllm:num_requests_waiting", *SCOPE, by=MODEL), "{{model_name}}"),
        top=5,
    )


def queue_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["queue-time"],
            title="Queue time p95 by model",
            description=(
                "95th percentile of the time a request waits inside an engine before work begins. The smallest bucket is 0.3 s, so a line just "
                "below 0.3 s means hardly any waiting."
            ),
            unit="s",
            no_value="no answers",
        ),
        Query(percentile(0.95, "vllm:request_queue_time_seconds", *SCOPE, by=MODEL), "{{model_name}}"),
        top=1,
    )


def preemptions() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["preemptions"],
            title="Preemptions by model",
            description=(
                "Running requests put back for lack of KV cache, per second. Normal: 0. Their tokens are computed again later, which costs the "
                "time of everyone in the queue."
            ),
            unit=rate_unit("preemptions"),
            no_value=NO_ENGINES,
        ),
        Query(per_second("vllm:num_preemptions_total", *SCOPE, by=MODEL), "{{model_name}}"),
        rare=True,
    )
