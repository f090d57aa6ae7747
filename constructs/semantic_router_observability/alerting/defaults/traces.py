"""Alerts on the way of traces from the routers to their store. Requests do not wait for it: nobody but the reader of traces is affected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.facts import TRACE_STORE_JOB, TRACES_JOB
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.alerting.facts import Facts

_GATEWAY: Final = f'job="{TRACES_JOB}"'
_GIB: Final = 2**30
BOARD: Final = "semantic-router-traces"
"""Uid of the dashboard that shows the numbers of these alerts."""


def traces(facts: Facts) -> Iterator[Definition]:
    """Return the alerts about the trace gateway and the store of traces."""
    yield from _gateway()
    if facts.trace_store:
        yield _filling()


def _filling() -> Definition:
    free = f'jaeger_storage_badger_value_log_bytes_available{{job="{TRACE_STORE_JOB}"}}'
    return Definition(
        name="TraceStoreFilling",
        shape=Level(
            value=f"min by (namespace, job) ({free}) / {_GIB}",
            condition="< <threshold>",
            by=INSTALLATION,
            unit="GiB free",
        ),
        tuning=tuning(threshold=thresholds.TRACE_SPACE, severity="warning", hold="15m"),
        component="traces",
        summary="On the volume of the store of traces in {{ $labels.namespace }}, {{ $value | humanize }} GiB are free",
        description=(
            "Traces are dropped at the end of their retention, and never before it for want of space: once the volume is full, no further ones are "
            "stored. Requests are not affected."
        ),
        panel=Panel(uid=BOARD, id=13),
        lines=panels(BOARD, 13),
        service="observability",
        at_most="warning",
    )


def _gateway() -> Iterator[Definition]:
    yield Definition(
        name="TraceGatewayRefusesSpans",
        shape=Count(Selector("otelcol_receiver_refused_spans_total", _GATEWAY), window=10, unit="refused spans"),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="traces",
        summary="The trace gateway in {{ $labels.namespace }} refused {{ $value | humanize }} spans within 10 minutes",
        description=(
            "Its memory is used up. Routers try again for a minute, then their spans are lost: traces are incomplete or missing. Requests are "
            "not affected."
        ),
        panel=Panel(uid=BOARD, id=10),
        lines=panels(BOARD, 10),
        service="observability",
        at_most="warning",
    )
    yield Definition(
        name="TraceGatewayQueueFull",
        shape=Count(
            Selector("otelcol_exporter_enqueue_failed_spans_total", _GATEWAY),
            window=10,
            by=(*INSTALLATION, "exporter"),
            unit="lost spans",
        ),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="traces",
        summary="The trace gateway lost {{ $value | humanize }} spans for {{ $labels.exporter }} within 10 minutes: its queue is full",
        description="The store of traces is away or too slow. Every further span is lost until it answers. Requests are not affected.",
        panel=Panel(uid=BOARD, id=11),
        lines=panels(BOARD, 11),
        service="observability",
        at_most="warning",
    )
    yield Definition(
        name="TraceGatewayDeliveryFailing",
        shape=Count(
            Selector("otelcol_exporter_send_failed_spans_total", _GATEWAY),
            window=10,
            by=(*INSTALLATION, "exporter"),
            unit="lost spans",
        ),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="traces",
        summary="{{ $labels.exporter }} refused {{ $value | humanize }} spans of the trace gateway within 10 minutes",
        description="The store of traces refuses them for good, so they are not sent again and are lost. Requests are not affected.",
        panel=Panel(uid=BOARD, id=12),
        lines=panels(BOARD, 12),
        service="observability",
        at_most="warning",
    )
