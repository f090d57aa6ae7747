"""The dashboard "vLLM engines": the model servers behind the router.

For slow answers that are not the router's doing: which model queues, whose memory is full, in which phase the time goes. Needs a
scrape job for the engines' `/metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.engines import cache, latency, overview, queue, throughput
from semantic_router_observability.dashboards.engines.ids import PANEL_IDS
from semantic_router_observability.dashboards.engines.scope import variables
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "vllm_engines"]

UID: Final = "semantic-router-engines"


def vllm_engines() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="vLLM engines",
        description="The model servers behind the router: queue, KV cache, latency by phase, throughput.",
        variables=list(variables()),
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # More than four abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [overview.engines_now(), overview.running_now(), overview.waiting_now(), overview.cache_now()]),
                Line(3, [overview.first_token_now(), overview.between_tokens_now(), overview.tokens_now(), overview.preemptions_now()]),
            ]
        ),
        Section(
            title="Queue",
            id=PANEL_IDS["row-queue"],
            lines=[Line(8, [queue.running(), queue.waiting(), queue.queue_time(), queue.preemptions()])],
        ),
        Section(
            title="Latency",
            id=PANEL_IDS["row-latency"],
            lines=[
                Line(8, [latency.first_token(), latency.token_gap(), latency.request_time()]),
                Line(8, [latency.phases(), latency.router_and_engine()]),
            ],
        ),
        Section(
            title="KV cache",
            id=PANEL_IDS["row-cache"],
            lines=[Line(8, [cache.cache(), cache.cache_by_engine(), cache.prefix_hits()])],
        ),
        Section(
            title="Throughput",
            id=PANEL_IDS["row-throughput"],
            lines=[
                Line(8, [throughput.prompt_tokens(), throughput.generated_tokens(), throughput.finished(), throughput.engine_load()]),
            ],
        ),
    ]
