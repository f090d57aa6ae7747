"""Alerts on the Redis or Valkey that holds the router's cache. Without it requests are still answered, by the models: slower, and at a cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import DEPENDENCIES, Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-redis"
"""Uid of the dashboard that shows the numbers of these alerts."""

POD: Final = (*INSTALLATION, "pod")
"""Labels of a result. The pod is that of the exporter, which is Redis's own where the exporter runs beside it."""

REFUSING: Final = 'redis_instance_info{maxmemory_policy!~"allkeys-.+"}'
"""Servers that refuse writes once their memory is full. With a policy on all keys, they make room by dropping the entries used least; one on keys
with an end finds none to drop where the router writes entries without one."""

_COMPONENT: Final = "cache"


def cache_server() -> Iterator[Definition]:
    """Return the alerts about the server of the cache."""
    place = ", ".join(POD)
    yield Definition(
        name="CacheServerDown",
        shape=Level(value=f"min by ({place}) (redis_up{{}})", condition="== 0", by=POD, unit="servers up"),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="The exporter {{ $labels.pod }} in {{ $labels.namespace }} does not reach its Redis",
        description="Requests that the cache would have answered go to the models: slower, and at a cost. New answers are not stored.",
        panel=Panel(uid=BOARD, id=10),
    )
    yield Definition(
        name="CacheServerMemoryFull",
        shape=Level(
            value=(f"max by ({place}) (redis_memory_used_bytes{{}} / (redis_memory_max_bytes{{}} > 0) and on ({place}) {REFUSING})"),
            by=POD,
            unit="ratio of maxmemory",
            is_share=True,
        ),
        tuning=tuning(threshold=0.9, severity="warning", hold="15m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="The Redis of {{ $labels.pod }} in {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its maxmemory",
        description=(
            "Its policy keeps entries when memory is full and refuses writes: the cache answers from what it has and learns nothing more. A "
            "server whose policy drops the entries used least is left out."
        ),
        panel=Panel(uid=BOARD, id=11),
        lines=panels(BOARD, 11),
    )
    yield Definition(
        name="CacheServerRejectsConnections",
        shape=Count(Selector("redis_rejected_connections_total"), window=10, by=POD, unit="rejected connections"),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="The Redis of {{ $labels.pod }} in {{ $labels.namespace }} rejected {{ $value | humanize }} connections within 10 minutes",
        description="As many clients as it takes are connected: `maxclients`. A router that gets no connection answers without the cache.",
        panel=Panel(uid=BOARD, id=12),
        lines=panels(BOARD, 12),
    )
