"""The metric contract: what exists, and what a query may ask of it.

    >>> from semantic_router_observability.contract import Contract
    >>> Contract.router().check("rate(llm_cache_entries_total[5m])", where="my panel")
    Traceback (most recent call last):
    ...
    semantic_router_observability.errors.ConfigError: my panel: 'rate(llm_cache_entries_total[5m])': rate of llm_cache_entries_total, a gauge: ...

Every check is written up, with an example, in `docs/metric-contract.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.contract.metric import Metric

if TYPE_CHECKING:
    from semantic_router_observability.contract.contract import Contract

__all__ = ["Contract", "Metric"]


def __getattr__(name: str) -> Any:
    """Load the parser only when something is to be parsed."""
    if name != "Contract":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from semantic_router_observability.contract.contract import Contract  # noqa: PLC0415

    return Contract
