"""The dashboard "Alerts": what fires, and for each shipped alert the number that it compares with its line.

For the person who was notified: the link in a notification leads to the panel of its alert, with namespace, model and replica chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.numbers import NUMBERS, UID
from semantic_router_observability.alerting.options import AS_SHIPPED
from semantic_router_observability.dashboards.alerts.ids import PANEL_IDS
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.firing import firing
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

__all__ = ["PANEL_IDS", "UID", "alerts"]

_ABREAST: Final = 2


def alerts() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    place = f'{CLUSTER}, namespace=~"$namespace"'
    return dashboard(
        uid=UID,
        title="Alerts",
        description="What fires now, and for each alert the number it watches, beside the line beyond which it fires.",
        variables=[
            source_variable(),
            cluster_variable("up"),
            choices("namespace", "Namespace", f"label_values(up{{{CLUSTER}}}, namespace)"),
            choices("model", "Model", f"label_values(llm_model_completion_latency_seconds_count{{{place}}}, model)"),
            choices("pod", "Replica", f"label_values(up{{{place}}}, pod)"),
        ],
        alerts=".+",
        sections=[Section(lines=[Line(9, [firing(PANEL_IDS["firing"])])]), *_topics()],
    )


def _topics() -> Iterator[Section]:
    for topic, definitions in topics(AS_SHIPPED).items():
        shown = [panel(alert) for alert in definitions if alert.name in NUMBERS]
        if shown:
            yield Section(title=topic.capitalize(), id=PANEL_IDS[f"row-{topic}"], collapsed=True, lines=list(_lines(shown)))


def _lines(shown: Sequence[Panel]) -> Iterator[Line]:
    for first in range(0, len(shown), _ABREAST):
        yield Line(8, shown[first : first + _ABREAST])
