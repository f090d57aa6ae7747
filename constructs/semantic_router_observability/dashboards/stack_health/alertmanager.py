"""Alertmanager: does it have the alerts, and do people get them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.others import highest, per_second, percentile, select
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, VERMILION, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import ALERTMANAGER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

OFF: Final = "no Alertmanager"
REPLICAS: Final = f"count({select('alertmanager_build_info', ALERTMANAGER)})"


def alerts() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["alerts"],
            title="Alerts by state",
            description=(
                "Alerts that Alertmanager has, by what it does with them: active ones are notified, suppressed ones are silenced, muted, or explained by "
                "another. Each replica has all of them, so the largest number counts. Never 0 while the Watchdog fires: at 0, Prometheus does not "
                "reach it."
            ),
            unit="none",
            no_value=OFF,
        ),
        Query(highest("alertmanager_alerts", ALERTMANAGER, 'state="active"'), "active", BLUE),
        Query(highest("alertmanager_alerts", ALERTMANAGER, 'state="suppressed"'), "suppressed", ORANGE),
    )


def notifications() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["notifications"],
            title="Notifications",
            description=(
                "Messages to receivers per second, all replicas, and those that failed. Normal: a heartbeat a minute if there is a dead man's switch, "
                "and no failure. Failed: a credential, an address, or an egress policy; Alertmanager's log has the receiver's answer."
            ),
            unit=rate_unit("notifications"),
            no_value=OFF,
        ),
        Query(per_second("alertmanager_notifications_total", ALERTMANAGER), "sent", BLUE),
        Query(per_second("alertmanager_notifications_failed_total", ALERTMANAGER), "failed", VERMILION),
    )


def delivery_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["delivery-time"],
            title="Delivery time p95",
            description=(
                "95th percentile of the time a receiver takes to accept a message, by kind of receiver. The largest bucket is 20 s. Seconds are "
                "normal for mail; more than the group interval delays the messages behind it."
            ),
            unit="s",
            no_value="nothing sent",
        ),
        Query(percentile(0.95, "alertmanager_notification_latency_seconds", ALERTMANAGER, by=["integration"]), "{{integration}}"),
    )


def replicas() -> Panel:
    members = f"min({select('alertmanager_cluster_members', ALERTMANAGER)})"
    return timeseries(
        About(
            id=PANEL_IDS["replicas"],
            title="Replicas",
            description=(
                "Replicas that answer, and how many the one that sees fewest knows, itself included. Equal is normal; fewer seen means a split cluster: "
                "messages come twice, and a silence holds on one side only. One replica alone has no cluster."
            ),
            unit="none",
            no_value=OFF,
        ),
        Query(REPLICAS, "answer", BLUE),
        Query(f"({members} or {REPLICAS})", "seen", ORANGE),
    )
