"""Alerts on the response cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

_HITS = Panel(uid="llm-router-metrics", id=43)


def cache() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterCacheUseless",
        shape=Share(
            Selector("llm_cache_plugin_misses_total"),
            Selector("llm_cache_plugin_hits_total"),
            window=60,
            apart=True,
            unit="ratio of lookups that miss",
        ),
        tuning=tuning(threshold=thresholds.CACHE_MISSES, severity="info", hold="1h", at_least=200),
        component="cache",
        summary="{{ $value | humanizePercentage }} of the cache lookups of the router in {{ $labels.namespace }} miss",
        description=(
            "Lookups cost time and hardly save any. Also fires when there never was a hit. Normal while a cache warms up, and where no "
            "question repeats."
        ),
        panel=_HITS,
        lines=(_HITS,),
        line=lambda numbers: 1 - numbers.threshold,
        at_most="warning",
    )
    yield Definition(
        name="SemanticRouterCacheErrors",
        shape=Share(
            Selector("llm_cache_operations_total", 'status="error"'),
            Selector("llm_cache_operations_total", 'status!~"error|canceled"'),
            window=10,
            by=(*INSTALLATION, "backend"),
            apart=True,
        ),
        tuning=tuning(threshold=0.05, severity="warning", hold="10m", at_least=5),
        component="cache",
        summary="{{ $value | humanizePercentage }} of the calls to cache backend {{ $labels.backend }} in {{ $labels.namespace }} fail",
        description="Requests that the cache would have answered go to the models: slower, and at a cost.",
        panel=Panel(uid="semantic-router-cost", id=42),
    )
