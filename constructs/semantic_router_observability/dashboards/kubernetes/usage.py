"""CPU and memory of each pod, as queries. cAdvisor also reports the pod as a whole and its sandbox; the container's name leaves both out."""

from __future__ import annotations

from semantic_router_observability.dashboards.kubernetes.scope import BY_POD, CONTAINER, limit
from semantic_router_observability.dashboards.others import select
from semantic_router_observability.dashboards.queries import STEP


def memory() -> str:
    """Bytes that count against the limit: the working set, which is what the kernel cannot take back."""
    return f"sum {BY_POD} ({select('container_memory_working_set_bytes', *CONTAINER)})"


def memory_share() -> str:
    """Working set over the limit."""
    return f"({memory()} / {limit('memory')})"


def cpu(window: str = STEP) -> str:
    """Cores in use."""
    return f"sum {BY_POD} (rate({select('container_cpu_usage_seconds_total', *CONTAINER)}[{window}]))"


def cpu_share(window: str = STEP) -> str:
    """Cores in use over the limit."""
    return f"({cpu(window)} / {limit('cpu')})"


def throttled(window: str = STEP) -> str:
    """Share of the scheduler's periods in which the container had used up its CPU."""
    stopped, periods = (
        f"sum {BY_POD} (rate({select(f'container_cpu_cfs_{kind}_total', *CONTAINER)}[{window}]))"
        for kind in ("throttled_periods", "periods")
    )
    return f"({stopped} / ({periods} > 0))"
