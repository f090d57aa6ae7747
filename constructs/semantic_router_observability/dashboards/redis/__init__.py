"""The dashboard "Cache server": has the Redis or Valkey of the router's cache room for more answers, and does it answer quickly?

About the server. How often the cache has an answer is on "Cost and tokens": the router knows that, and Redis does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.redis import BOARD
from semantic_router_observability.alerting.defaults.redis import cache_server as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.redis import server
from semantic_router_observability.dashboards.redis.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "cache_server"]

UID: Final = BOARD


def cache_server() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Cache server",
        description="The Redis or Valkey that holds the router's cache: memory, entries, clients and commands.",
        variables=[
            source_variable(),
            cluster_variable("redis_up"),
            choices("namespace", "Namespace", f"label_values(redis_up{{{CLUSTER}}}, namespace)"),
            choices("pod", "Pod", f'label_values(redis_up{{{CLUSTER}, namespace=~"$namespace"}}, pod)'),
        ],
        alerts="CacheServer.+",
        sections=[
            Section(lines=[Line(3, [server.servers_now(), server.memory_now(), server.keys_now(), server.evicted_now()])]),
            Section(
                title="Numbers of the alerts",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts()])],
            ),
            Section(
                title="Use",
                id=PANEL_IDS["row-use"],
                lines=[
                    Line(8, [server.memory(), server.keys(), server.removed()]),
                    Line(8, [server.clients(), server.commands(), server.duration()]),
                ],
            ),
        ],
    )
