"""Links in the corner of a panel to the alerts that watch what it shows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from grafana_foundation_sdk.models.dashboard import RowPanel

from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.numbers import NUMBERS, UID
from semantic_router_observability.alerting.options import AS_SHIPPED
from semantic_router_observability.dashboards.leads import lead

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grafana_foundation_sdk.models.dashboard import Panel


@cache
def watching() -> Mapping[tuple[str, int | None], Sequence[str]]:
    """Names of the shipped alerts by dashboard and panel: the panel that an alert names, and those that draw its line."""
    found: dict[tuple[str, int | None], list[str]] = {}
    for alerts in topics(AS_SHIPPED).values():
        for alert in alerts:
            shown = [*([alert.panel] if alert.panel else []), *alert.lines]
            for place in dict.fromkeys((panel.uid, panel.id) for panel in shown):
                found.setdefault(place, []).append(alert.name)
    return found


def add_alerts(uid: str, panels: Iterable[Panel | RowPanel]) -> None:
    """Link panels of dashboard `uid` to their alerts: to the number that each compares, with its line."""
    for panel in panels:
        if isinstance(panel, RowPanel):
            add_alerts(uid, panel.panels)
            continue
        links = [lead(f"Alert {name}", UID, NUMBERS[name]) for name in watching().get((uid, panel.id_val), ()) if name in NUMBERS]
        if links and uid != UID:
            panel.links = [*(panel.links or ()), *links]
