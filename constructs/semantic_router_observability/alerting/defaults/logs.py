"""Alerts on the store of log lines. Requests do not wait for it: nobody but the reader of lines is affected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.facts import LOGS_JOB
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import INSTALLATION
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-log-store"
"""Uid of the dashboard that shows the numbers of these alerts."""

_STORE: Final = f'job="{LOGS_JOB}"'
"""The stack's own: a page that forges the name of a metric has another job."""


def logs() -> Iterator[Definition]:
    """Return the alerts about the store of log lines."""
    yield Definition(
        name="LogStoreFull",
        shape=Level(
            value=(
                f"sum by (namespace, job) (vl_data_size_bytes{{{_STORE}}}) "
                f"/ max by (namespace, job) (vl_max_disk_space_usage_bytes{{{_STORE}}})"
            ),
            by=INSTALLATION,
            unit="ratio of the space for lines",
            is_share=True,
        ),
        tuning=tuning(threshold=thresholds.LOG_SPACE, severity="warning", hold="30m"),
        component="logs",
        summary="Log lines fill {{ $value | humanizePercentage }} of the space that the store in {{ $labels.namespace }} has for them",
        description=(
            "At 100 % the oldest days are dropped before the end of their retention. New lines are still stored. Requests are not affected."
        ),
        panel=Panel(uid=BOARD, id=10),
        lines=panels(BOARD, 10),
        service="observability",
        at_most="warning",
    )
    yield Definition(
        name="LogStoreRefusesLines",
        shape=Level(
            value=f"max by (namespace, job) (vl_storage_is_read_only{{{_STORE}}})",
            condition="== 1",
            by=INSTALLATION,
            unit="store refuses lines",
        ),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="logs",
        summary="The log store in {{ $labels.namespace }} takes no lines: its volume has no space left",
        description=(
            "Collectors get status 429 and keep lines as far as their own buffers go, then lines are lost. What is stored can be read. Requests "
            "are not affected."
        ),
        panel=Panel(uid=BOARD, id=11),
        service="observability",
        at_most="warning",
    )
