"""What the server of the cache holds, for whom, and how long its commands take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.watched import MATCHERS
from semantic_router_observability.dashboards.others import highest, in_range, per_second, ratio, select, total
from semantic_router_observability.dashboards.panels import BLUE, GREEN, ORANGE, About, Query, rate_unit, stat, timeseries
from semantic_router_observability.dashboards.redis.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

PLACE: Final = (CLUSTER, MATCHERS["namespace"], MATCHERS["pod"])
UP: Final = select("redis_up", *PLACE)
NONE: Final = "no Redis scraped"
USED: Final = f"{select('redis_memory_used_bytes', *PLACE)} / ({select('redis_memory_max_bytes', *PLACE)} > 0)"


def servers_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["servers-now"],
            title="Servers",
            description="Servers that their exporter reaches, and those that it does not. An exporter that is gone itself is in neither number.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"sum({UP})", "up", GREEN),
        Query(f"count({UP}) - sum({UP})", "down"),
        bound=1,
    )


def memory_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["memory-now"],
            title="Memory / maxmemory",
            description=(
                "Memory used over `maxmemory`, of the fullest server. Near 100 % a server drops entries or refuses writes, by its "
                "`maxmemory-policy`. Without `maxmemory` the limit is that of the container, at which it is killed."
            ),
            unit="percentunit",
            no_value="no maxmemory set",
            decimals=0,
        ),
        Query(f"max({USED})", "used"),
    )


def keys_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["keys-now"],
            title="Keys",
            description="Entries of all databases, those of other clients included. A replica counts its own copy.",
            unit="short",
            no_value=NONE,
        ),
        Query(total("redis_db_keys", *PLACE), "keys"),
    )


def evicted_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["evicted-now"],
            title="Evicted",
            description=(
                "Entries within the range on screen that were dropped before their end to make room. They were answers that the cache could still "
                "have given. 0 where there is room for all of them."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(in_range("redis_evicted_keys_total", *PLACE), "entries"),
    )


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by pod",
            description="Memory that entries and their index take, and `maxmemory` where it is set. Levels off at it where entries are dropped.",
            unit="bytes",
            no_value=NONE,
        ),
        Query(highest("redis_memory_used_bytes", *PLACE, by=["pod"]), "{{pod}}"),
        Query(f"{highest('redis_memory_max_bytes', *PLACE, by=['pod'])} > 0", "maxmemory {{pod}}"),
    )


def keys() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["keys"],
            title="Keys by pod",
            description="Entries of all databases. The router's cache adds one for each answer that it stores.",
            unit="short",
            no_value=NONE,
        ),
        Query(total("redis_db_keys", *PLACE, by=["pod"]), "{{pod}}"),
    )


def removed() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["removed"],
            title="Entries removed",
            description=(
                "Entries per second that reached their end, and those that were dropped before it to make room. Evictions that stay mean that the "
                "memory is too small for `ttl_seconds` of the cache."
            ),
            unit=rate_unit("entries"),
            no_value=NONE,
        ),
        Query(per_second("redis_expired_keys_total", *PLACE), "expired", BLUE),
        Query(per_second("redis_evicted_keys_total", *PLACE), "evicted", ORANGE),
    )


def clients() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["clients"],
            title="Clients by pod",
            description="Connections that are open. Each replica of the router holds a pool of them; the exporter opens one more.",
            unit="none",
            no_value=NONE,
        ),
        Query(total("redis_connected_clients", *PLACE, by=["pod"]), "{{pod}}"),
    )


def commands() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["commands"],
            title="Commands",
            description=(
                "Commands per second, by command. A lookup in the cache is a search in its index (`FT.SEARCH`), and an answer that is stored is "
                "an `HSET`. Those of the exporter and of other clients are among them."
            ),
            unit=rate_unit("commands"),
            no_value=NONE,
        ),
        Query(per_second("redis_commands_total", *PLACE, by=["cmd"]), "{{cmd}}"),
    )


def duration() -> Panel:
    took, counted = (per_second(f"redis_commands_{name}total", *PLACE, by=["cmd"]) for name in ("duration_seconds_", ""))
    return timeseries(
        About(
            id=PANEL_IDS["duration"],
            title="Mean duration",
            description=(
                "Time that Redis spends on a command, mean by command, without the network. Requests wait for lookups; Redis works on one command "
                "at a time, so a slow one delays all others."
            ),
            unit="s",
            no_value=NONE,
        ),
        Query(ratio(took, counted), "{{cmd}}"),
    )
