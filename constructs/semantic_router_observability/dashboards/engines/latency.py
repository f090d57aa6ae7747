"""How long answers take, and in which phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.engines import bounds
from semantic_router_observability.dashboards.engines.ids import PANEL_IDS
from semantic_router_observability.dashboards.engines.scope import SCOPE, between_tokens
from semantic_router_observability.dashboards.others import per_second, percentile
from semantic_router_observability.dashboards.panels import BLUE, GREEN, ORANGE, PINK, About, Query, timeseries
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

NO_ANSWERS = "no answers"
TIME_TO_FIRST = "vllm:time_to_first_token_seconds"


def first_token() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["first-token"],
            title="First token p95 by model",
            description=(
                "95th percentile of the time to the first token inside the engine, queue included; the dashed line is 5 s by default. Rises with waiting requests "
                "and with the length of prompts."
            ),
            unit="s",
            no_value=NO_ANSWERS,
        ),
        Query(percentile(0.95, TIME_TO_FIRST, *SCOPE, by=["model_name"]), "{{model_name}}"),
        bound=bounds.FIRST_TOKEN,
        top=1,
    )


def token_gap() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["between-tokens"],
            title="Token gap p95 by model",
            description=(
                "95th percentile of the time between two tokens of an answer; the dashed line is 250 ms by default. Depends on the model, the hardware and on "
                "how many requests run at a time. The smallest bucket is 10 ms."
            ),
            unit="s",
            no_value=NO_ANSWERS,
        ),
        Query(between_tokens(0.95, ["model_name"]), "{{model_name}}"),
        bound=bounds.BETWEEN_TOKENS,
    )


def request_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["request-time"],
            title="Whole answer p95 by model",
            description=(
                "95th percentile from arrival at the engine to the last token. Grows with the length of answers, so compare a model with itself, "
                "not with others."
            ),
            unit="s",
            no_value=NO_ANSWERS,
        ),
        Query(percentile(0.95, "vllm:e2e_request_latency_seconds", *SCOPE, by=["model_name"]), "{{model_name}}"),
        top=1,
    )


def phases() -> Panel:
    def mean(phase: str) -> str:
        name = f"vllm:request_{phase}_time_seconds"
        return f"{per_second(f'{name}_sum', *SCOPE)} / ({per_second(f'{name}_count', *SCOPE)} > 0)"

    return timeseries(
        About(
            id=PANEL_IDS["phases"],
            title="Time by phase",
            description=(
                "Mean time of an answer in each phase, all models: waiting, reading the prompt, writing the answer. More waiting wants more engines, more reading "
                "shorter prompts or prefix caching, more writing faster hardware or shorter answers."
            ),
            unit="s",
            no_value=NO_ANSWERS,
        ),
        Query(mean("queue"), "waiting", PINK),
        Query(mean("prefill"), "reading", ORANGE),
        Query(mean("decode"), "writing", BLUE),
        stacked=True,
        top=1,
    )


def router_and_engine() -> Panel:
    router = percentile(0.95, "llm_model_ttft_seconds", CLUSTER)
    return timeseries(
        About(
            id=PANEL_IDS["router-and-engine"],
            title="First token p95: router, engine",
            description=(
                "The same wait as the router sees it (all routers and models of this data source) and as the engines see it. Together: the engine is slow. "
                "Router far above: network, gateway, or answers without streaming, for which the router's clock stops at the headers. The router's histogram ends at 10 s."
            ),
            unit="s",
            no_value=NO_ANSWERS,
        ),
        Query(router, "router", GREEN),
        Query(percentile(0.95, TIME_TO_FIRST, *SCOPE), "engine", ORANGE),
        top=1,
    )
