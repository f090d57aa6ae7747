"""Marks across all panels of a dashboard: when alerts fired, and when router processes started."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery

from semantic_router_observability.dashboards.panels import BLUE, VERMILION
from semantic_router_observability.dashboards.variables import CLUSTER, SCRAPE_MATCHERS, data_source

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_PLACES: Final = MappingProxyType({"cluster": CLUSTER, "namespace": 'namespace=~"$namespace"'})
"""Matchers on alerts by the filters of a dashboard."""

ROUTER: Final = "SemanticRouter.+"
"""Names of alerts about the router."""

STACK: Final = "(Prometheus|Grafana|Alertmanager).+"
"""Names of alerts about the programs that watch it."""


def marks(alerts: str, variables: Collection[str]) -> Sequence[AnnotationQuery]:
    """Return the marks of a dashboard with these filters: alerts of these names, and the starts of the routers it chooses, if it does."""
    found = [firing(alerts, *(matcher for name, matcher in _PLACES.items() if name in variables))]
    return [*found, started()] if set(_PLACES) | {"job"} <= set(variables) else found


def firing(names: str, *matchers: str) -> AnnotationQuery:
    """Mark the times at which alerts fired that call someone, from the first evaluation to the last. Alerts of severity info are left out."""
    chosen = ", ".join([*matchers, f'alertname=~"{names}"', 'alertstate="firing"', 'severity=~"critical|warning"'])
    return (
        AnnotationQuery()
        .name("Alerts")
        .datasource(data_source())
        .enable(True)
        .icon_color(VERMILION)
        .expr(f"ALERTS{{{chosen}}}")
        .step("60s")
        .title_format("{{alertname}}")
        .text_format("{{severity}} {{namespace}} {{model}} {{pod}}")
    )


def started() -> AnnotationQuery:
    """Mark the start of each router process: the name of its pod tells a restart from a rollout, which brings new pods."""
    return (
        AnnotationQuery()
        .name("Router starts")
        .datasource(data_source())
        .enable(True)
        .icon_color(BLUE)
        .expr(f"1000 * process_start_time_seconds{{{', '.join(SCRAPE_MATCHERS[:-1])}}}")
        .step("60s")
        .use_value_for_time(True)  # milliseconds: the mark is where the process began, not where it was first scraped
        .title_format("Router started")
        .text_format("{{namespace}} {{pod}}")
    )
