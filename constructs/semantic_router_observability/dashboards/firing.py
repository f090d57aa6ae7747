"""What fires now: a table of Prometheus's own series about alerts."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.models.dashboard import (
    DashboardFieldConfigSourceOverrides,
    DataTransformerConfig,
    DynamicConfigValue,
    MatcherConfig,
)

from semantic_router_observability.alerting.numbers import UID
from semantic_router_observability.dashboards.panels import About, Column, table
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_ABOUT: Final = ("alertname", "namespace", "model", "pod")
_SHOWN: Final = (*_ABOUT, "severity", "alertstate")
_HEADINGS: Final = ("Alert", "Namespace", "Model", "Replica", "Severity", "State")

_NAMESPACE: Final = "var-namespace=${__data.fields.Namespace}"
_CARRIED: Final = "${datasource:queryparam}&${cluster:queryparam}&${__url_time_range}"
_LINKS: Final = MappingProxyType(
    {
        "Alert": ("The number of this alert", f"/d/{UID}/?{_NAMESPACE}&{_CARRIED}"),
        "Model": ("This model", f"/d/llm-router-metrics/?{_NAMESPACE}&var-model=${{__data.fields.Model}}&{_CARRIED}"),
        "Replica": ("The replicas of its namespace", f"/d/semantic-router-fleet/?{_NAMESPACE}&{_CARRIED}"),
    }
)
"""Where a cell leads, by the heading of its column."""


def firing(number: int) -> Panel:
    """List the alerts that fire or are about to, with what they are about and for how long it has been so."""
    chosen = f'{CLUSTER}, namespace=~"$namespace", alertname!="Watchdog"'
    labels = ", ".join(_ABOUT)
    active = f"max by ({', '.join(_SHOWN)}) (ALERTS{{{chosen}}})"
    since = f"max by ({labels}) (time() - ALERTS_FOR_STATE{{{chosen}}})"
    return _arranged(
        table(
            About(
                id=number,
                title="Firing now",
                description=(
                    "Alerts whose condition holds at the end of the range, and since when; pending ones have not held for long enough to notify "
                    "anyone. A name leads to the alerts' page with namespace, model and replica chosen. Empty: nothing is wrong, or no alerts are "
                    "evaluated in this data source."
                ),
                unit="s",
                no_value="nothing fires",
            ),
            Column("Alert", label="alertname", width=300),
            Column("For", f"{active} * on ({labels}) group_left () {since}", width=110),
        )
    )


def _arranged(panel: Panel) -> Panel:
    """Name the columns, put what fires before what is pending, and link the cells."""
    order = [*_SHOWN[:1], "alertstate", "severity", *_SHOWN[1:4], "Value"]
    names = {**dict(zip(_SHOWN, _HEADINGS, strict=True)), "Value": "For"}
    panel.transformations = [
        DataTransformerConfig(
            id_val="organize",
            options={
                "excludeByName": {"Time": True},
                "indexByName": {name: place for place, name in enumerate(order)},
                "renameByName": names,
            },
        ),
        DataTransformerConfig(id_val="sortBy", options={"fields": {}, "sort": [{"field": "State", "desc": False}]}),
    ]
    overrides = panel.field_config.overrides if panel.field_config else []
    for heading, (title, url) in _LINKS.items():
        overrides.append(
            DashboardFieldConfigSourceOverrides(
                matcher=MatcherConfig(id_val="byName", options=heading),
                properties=[DynamicConfigValue("links", [{"title": title, "url": url}])],
            )
        )
    return panel
