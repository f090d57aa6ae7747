"""The panel of one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.models.dashboard import DashboardFieldConfigSourceOverrides, DynamicConfigValue, MatcherConfig

from semantic_router_observability.alerting.numbers import NUMBERS
from semantic_router_observability.alerting.watched import constant, watched
from semantic_router_observability.dashboards.leads import lead
from semantic_router_observability.dashboards.panels import VERMILION, About, Query, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

    from semantic_router_observability.alerting.definition import Definition


_LIMIT: Final = DashboardFieldConfigSourceOverrides(
    matcher=MatcherConfig(id_val="byFrameRefID", options="B"),
    properties=[
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": VERMILION}),
        DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}),
    ],
)
"""Looks of the second query: a limit that is no constant."""

_UNITS: Final = (
    ("ratio", "percentunit"),
    ("seconds", "s"),
    ("days", "suffix:days"),
    ("degrees Celsius", "celsius"),
    ("GiB", "gbytes"),
)
"""Grafana's units, by how the unit of an alert's number begins. All others are counts."""


def panel(alert: Definition, number: int | None = None) -> Panel:
    """Draw the number of an alert and its line; `number` is that of the panel, where it is on another dashboard than "Alerts"."""
    ratio, line = alert.shape.unit.startswith("ratio"), constant(alert)
    drawn = timeseries(
        About(
            id=NUMBERS[alert.name] if number is None else number,
            title=alert.name.removeprefix("SemanticRouter"),
            description=(
                f"{alert.words(alert.description)} The line is the number that alert {alert.name} compares "
                f"({alert.shape.unit}): it is the value in the notification. {_beyond(alert)}"
            ),
            unit=next((unit for start, unit in _UNITS if alert.shape.unit.startswith(start)), "short"),
            no_value="nothing counted",
        ),
        *(Query(shown.expr, shown.legend) for shown in watched(alert)),
        bound=line,
        top=max(0.1 if ratio else 1, 1.1 * (line or 0)),  # how far a number is from its line is seen only with the line
    )
    if alert.panel is not None and number is None:
        drawn.links = [lead("Where its causes show", alert.panel.uid, alert.panel.id)]
    if alert.shape.limit(alert.tuning) and drawn.field_config is not None:
        drawn.field_config.overrides.append(_LIMIT)
    return drawn


def _beyond(alert: Definition) -> str:
    if alert.shape.limit(alert.tuning):
        return "It fires above the dashed line of the same name, which follows what is usual."
    if constant(alert) is None:
        return "It has no threshold."
    if alert.shape.expression(alert.tuning).endswith(f"< {alert.tuning.threshold:g}"):
        return "It fires below the dashed line, its threshold."
    counted = " A ratio counts only with enough bad events: `atLeast`." if alert.tuning.at_least else ""
    return f"It fires above the dashed line, its threshold.{counted}"
