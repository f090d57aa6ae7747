"""What the page looks at: vLLM engines, wherever they run, and the names of their metrics.

vLLM renamed two families on the way: `kv_cache_usage_perc` was `gpu_cache_usage_perc`, and `inter_token_latency_seconds` was
`time_per_output_token_seconds`. Queries take the new one and fall back to the old one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import highest, percentile, select
from semantic_router_observability.dashboards.queries import RANGE, STEP
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable

ENGINE: Final = (CLUSTER, 'job=~"$vllm_job"', 'namespace=~"$vllm_namespace"', 'instance=~"$vllm_instance"')
SCOPE: Final = (*ENGINE, 'model_name=~"$vllm_model"')

ENGINES: Final = select("vllm:num_requests_running", *SCOPE)
"""A series for each engine that answers (one a data-parallel rank)."""

UP: Final = f"(up{{{CLUSTER}}} and on (job, instance) last_over_time({ENGINES}[{RANGE}]))"
"""Whether each engine seen in the range answers now; an engine that is down exports nothing, so it is known by what it was."""

NO_ENGINES: Final = "no engine scraped"


def variables() -> Sequence[DatasourceVariable | QueryVariable]:
    """Return the filters. Engines have their own: they run in other namespaces and call their models by other names than the router."""
    return (
        source_variable(),
        cluster_variable("vllm:num_requests_running"),
        *(
            choices(name, title, f"label_values({select('vllm:num_requests_running', CLUSTER, *matchers)}, {label})")
            for name, title, label, matchers in (
                ("vllm_job", "Job", "job", ()),
                ("vllm_namespace", "Namespace", "namespace", ENGINE[1:2]),
                ("vllm_instance", "Engine", "instance", ENGINE[1:3]),
                ("vllm_model", "Model", "model_name", ENGINE[1:2]),
            )
        ),
    )


def cache_usage(by: Sequence[str] = ()) -> str:
    """Share of the KV cache in use, of the fullest engine."""
    names = ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")
    return " or ".join(highest(name, *SCOPE, by=by) for name in names)


def between_tokens(fraction: float, by: Sequence[str] = (), window: str = STEP) -> str:
    """Quantile of the time from one token of an answer to the next."""
    names = ("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds")
    return " or ".join(f"({percentile(fraction, name, *SCOPE, by=by, window=window)})" for name in names)


def or_engines(expression: str) -> str:
    """Fall back to 0 while an engine answers. For results without labels."""
    return f"({expression} or 0 * count({ENGINES}))"
