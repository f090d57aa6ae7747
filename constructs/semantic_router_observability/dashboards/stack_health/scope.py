"""What the page looks at: its filters, and the queries that more than one panel starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import select
from semantic_router_observability.dashboards.queries import RANGE
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable

PROMETHEUS: Final = f'{CLUSTER}, instance=~"$prometheus"'
GRAFANA: Final = f'{CLUSTER}, instance=~"$grafana"'
ALERTMANAGER: Final = f'{CLUSTER}, job="alertmanager"'
JOB: Final = f'{CLUSTER}, job=~"$scrape_job"'

PROMETHEUSES: Final = select("prometheus_build_info", PROMETHEUS)
"""1 for each Prometheus that scrapes itself."""

GRAFANAS: Final = select("grafana_build_info", GRAFANA)
"""1 for each Grafana that Prometheus scrapes."""

GRAFANA_UP: Final = f"(up{{{CLUSTER}}} and on (job, instance) last_over_time({GRAFANAS}[{RANGE}]))"
"""Whether each Grafana seen in the range answers now; a Grafana that is down exports nothing, so it is known by what it was."""

PROGRAMS: Final = f"and on (job, instance) ({PROMETHEUSES} or {GRAFANAS})"
"""Keeps of the process families, which every Go program has, those of Prometheus and Grafana."""


def variables() -> Sequence[DatasourceVariable | QueryVariable]:
    """Return the filters. None is called `job` or `instance`: a link from a page about the router would carry its choice here."""
    return (
        source_variable(),
        cluster_variable("up"),
        choices("scrape_job", "Job", f"label_values(up{{{CLUSTER}}}, job)"),
        choices("prometheus", "Prometheus", f"label_values(prometheus_build_info{{{CLUSTER}}}, instance)"),
        choices("grafana", "Grafana", f"label_values(grafana_build_info{{{CLUSTER}}}, instance)"),
    )


def prometheus_zero(expression: str) -> str:
    """Fall back to 0 while a Prometheus is there. For results without labels."""
    return f"({expression} or 0 * count({PROMETHEUSES}))"
