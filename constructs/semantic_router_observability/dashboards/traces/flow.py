"""What comes in, what goes out, and what waits in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.facts import TRACES_JOB
from semantic_router_observability.dashboards.others import highest, in_range, or_zero, per_second, select
from semantic_router_observability.dashboards.panels import BLUE, GREEN, VERMILION, About, Query, rate_unit, stat, timeseries
from semantic_router_observability.dashboards.queries import RECENT
from semantic_router_observability.dashboards.traces.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

GATEWAY: Final = (CLUSTER, f'job="{TRACES_JOB}"', 'namespace=~"$namespace"')
UP: Final = select("up", *GATEWAY)
NONE: Final = "no gateway scraped"

LOST: Final = (
    "otelcol_receiver_refused_spans_total",
    "otelcol_exporter_enqueue_failed_spans_total",
    "otelcol_exporter_send_failed_spans_total",
)
"""Spans that the routers have to send again or that are gone, by the place at which they were stopped."""


def gateways_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["gateways-now"],
            title="Gateways",
            description="Pods of the trace gateway that answered the last scrape, and those that did not. Without any, the routers' spans are lost.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"sum({UP})", "up", GREEN),
        Query(f"count({UP}) - sum({UP})", "down"),
        bound=1,
    )


def received_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["received-now"],
            title="Received",
            description=(
                "Spans per second that the gateway takes, mean of the last 5 minutes. A routed request makes 5 of them, one that names its model 2. "
                "0 while there is traffic: tracing is off in the routers, samples nothing, or they send elsewhere."
            ),
            unit=rate_unit(""),
            no_value=NONE,
        ),
        Query(or_zero(per_second("otelcol_receiver_accepted_spans_total", *GATEWAY, window=RECENT), UP), "spans"),
    )


def lost_now() -> Panel:
    lost = " + ".join(or_zero(in_range(name, *GATEWAY), UP) for name in LOST)
    return stat(
        About(
            id=PANEL_IDS["lost-now"],
            title="Refused or lost",
            description=(
                "Spans within the range on screen that the gateway refused, had no room for in a queue, or that a store refused. Normal: 0. A refused "
                "span comes again from the router for a minute, so it may count more than once."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(lost, "spans"),
        bound=1,
    )


def queue_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["queue-now"],
            title="Fullest queue",
            description=(
                "Spans that wait for a store over the room for them, of the fullest queue. Normal: below 10 %. At 100 % every further span for "
                "that store is lost."
            ),
            unit="percentunit",
            no_value=NONE,
            decimals=0,
        ),
        Query(f"max({_queue()})", "full"),
        bound=0.8,
    )


def received() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["received"],
            title="Spans from routers",
            description=(
                "Spans per second that the gateway took, and those that it refused because its memory is used up. Normal: none refused. Routers send "
                "refused ones again for a minute."
            ),
            unit=rate_unit("spans"),
            no_value=NONE,
        ),
        Query(or_zero(per_second("otelcol_receiver_accepted_spans_total", *GATEWAY), UP), "taken", BLUE),
        Query(or_zero(per_second("otelcol_receiver_refused_spans_total", *GATEWAY), UP), "refused", VERMILION),
    )


def sent() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["sent"],
            title="Spans to stores",
            description=(
                "Spans per second that each store took. Without sampling, each line follows the spans from the routers a second later; a gap that "
                "stays means that spans wait or are lost."
            ),
            unit=rate_unit("spans"),
            no_value="nothing sent",
        ),
        Query(per_second("otelcol_exporter_sent_spans_total", *GATEWAY, by=["exporter"]), "{{exporter}}"),
    )


def queue() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["queue"],
            title="Queue by store",
            description=(
                "Spans that wait for each store over the room for them. Climbing means that the store is away or too slow: at 100 % further spans "
                "are lost. A pod that is killed loses what waits in it."
            ),
            unit="percentunit",
            no_value=NONE,
        ),
        Query(f"max by (exporter) ({_queue()})", "{{exporter}}"),
        bound=0.8,
    )


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by pod",
            description=(
                "Resident memory of each pod of the gateway. From 80 % of the container's limit on it refuses spans; the routers' queues then hold "
                "them for a minute."
            ),
            unit="bytes",
            no_value=NONE,
        ),
        Query(highest("otelcol_process_memory_rss_bytes", *GATEWAY, by=["pod"]), "{{pod}}"),
    )


def _queue() -> str:
    return f"{select('otelcol_exporter_queue_size', *GATEWAY)} / {select('otelcol_exporter_queue_capacity', *GATEWAY)}"
