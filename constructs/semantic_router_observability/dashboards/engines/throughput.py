"""What the engines get done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.engines.ids import PANEL_IDS
from semantic_router_observability.dashboards.engines.scope import NO_ENGINES, SCOPE
from semantic_router_observability.dashboards.others import per_second
from semantic_router_observability.dashboards.panels import About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import RECENT

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

MODEL = ("model_name",)


def prompt_tokens() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["prompt-tokens"],
            title="Prompt tokens by model",
            description=(
                "Tokens per second that the engines read, those from the prefix cache included. More than the router reports means that "
                "other clients use the engines, too."
            ),
            unit=rate_unit("tokens"),
            no_value=NO_ENGINES,
        ),
        Query(per_second("vllm:prompt_tokens_total", *SCOPE, by=MODEL), "{{model_name}}"),
        stacked=True,
        top=1,
    )


def generated_tokens() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["generated-tokens"],
            title="Generated tokens by model",
            description=(
                "Tokens per second that the engines write. The router shows more than this where it replays cached answers. Falling with requests "
                "waiting: preemptions, or throttled hardware."
            ),
            unit=rate_unit("tokens"),
            no_value=NO_ENGINES,
        ),
        Query(per_second("vllm:generation_tokens_total", *SCOPE, by=MODEL), "{{model_name}}"),
        stacked=True,
        top=1,
    )


def finished() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["finished"],
            title="Answers by end",
            description=(
                "Answers per second by how they ended: stop is a complete answer, length one cut off at its limit of tokens, abort a client that "
                "went away, for instance because a timeout in front of the engine was too short."
            ),
            unit="reqps",
            no_value=NO_ENGINES,
        ),
        Query(per_second("vllm:request_success_total", *SCOPE, by=["finished_reason"]), "{{finished_reason}}"),
    )


def engine_load() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["engine-load"],
            title="Busiest engines now",
            description=(
                "Answers per second of the ten busiest engines, last 5 minutes. Engines of one model should be close together; the load "
                "balancer in front of them decides."
            ),
            unit="reqps",
            no_value=NO_ENGINES,
            decimals=2,
        ),
        Query(
            f"sort_desc(topk(10, {per_second('vllm:request_success_total', *SCOPE, by=['instance', 'model_name'], window=RECENT)}))",
            "{{instance}} {{model_name}}",
        ),
    )
