"""Remote write: does what is stored here arrive there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import highest, per_second, select, total
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, VERMILION, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.stack_health import bounds
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import PROMETHEUS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

OFF: Final = "no remote write"


def lag() -> Panel:
    newest = select("prometheus_remote_storage_queue_highest_timestamp_seconds", PROMETHEUS)
    sent = select("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", PROMETHEUS)
    behind = f"{newest} - ({sent} > 0)"
    return timeseries(
        About(
            id=PANEL_IDS["remote-lag"],
            title="Remote write lag",
            description=(
                "How much older the newest sample that was sent is than the newest one queued, by destination. Normal: seconds. The dashed line is "
                "5 minutes by default. What is not sent when the log is cut, after some two hours, is lost over there. Empty until the first success."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(f"clamp_min(max by (remote_name) ({behind}), 0)", "{{remote_name}}"),
        bound=bounds.REMOTE_LAG,
    )


def pending() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["remote-pending"],
            title="Samples waiting to be sent",
            description=(
                "Samples in memory that wait to be sent, by destination. Normal: a few thousand, level. Climbing means that the other side, or the "
                "way there, is too slow."
            ),
            unit="short",
            no_value=OFF,
        ),
        Query(total("prometheus_remote_storage_samples_pending", PROMETHEUS, by=["remote_name"]), "{{remote_name}}"),
        top=10,
    )


def lost() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["remote-lost"],
            title="Samples failed and retried",
            description=(
                "Samples per second that the other side refused for good (lost there), and those that are sent again after an error that may pass. "
                "Normal: 0. Refused: credentials, limits or labels of the other side; its answer is in Prometheus's log."
            ),
            unit=rate_unit("samples"),
            no_value=OFF,
        ),
        Query(per_second("prometheus_remote_storage_samples_failed_total", PROMETHEUS), "failed", VERMILION),
        Query(per_second("prometheus_remote_storage_samples_retried_total", PROMETHEUS), "repeated", ORANGE),
        rare=True,
    )


def shards() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["remote-shards"],
            title="Remote write connections",
            description=(
                "Connections that send at the same time, how many Prometheus would like, and how many it may open. Wanted above the limit means "
                "that it cannot keep up."
            ),
            unit="none",
            no_value=OFF,
        ),
        Query(highest("prometheus_remote_storage_shards", PROMETHEUS), "open", BLUE),
        Query(highest("prometheus_remote_storage_shards_desired", PROMETHEUS), "wanted", ORANGE),
        Query(highest("prometheus_remote_storage_shards_max", PROMETHEUS), "limit", VERMILION),
    )
