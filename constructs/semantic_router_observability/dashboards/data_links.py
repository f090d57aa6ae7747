"""Links from a line, bar or table row to the dashboard that explains the model, decision or replica it is about."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from grafana_foundation_sdk.models.dashboard import DashboardLink, Panel, RowPanel

if TYPE_CHECKING:
    from collections.abc import Iterable

FRONT_PAGE: Final = "llm-router-metrics"
COST: Final = "semantic-router-cost"
ROUTING: Final = "semantic-router-routing"
FLEET: Final = "semantic-router-fleet"
"""Uids of dashboards that explain something. They are stated here, as the dashboards themselves are built with this module."""

CARRIED: Final = ("datasource", "cluster", "job", "namespace")
"""Variables that every page about the router has, and only such pages are linked: what is chosen goes along, besides the time range."""


class Explanation(NamedTuple):
    """A dashboard, and the variable that narrows it to the value of a label."""

    title: str
    uid: str
    variable: str

    def link(self, value: str) -> DashboardLink:
        """Return Grafana's data link; `value` is how it names the label's value."""
        carried = "&".join(f"${{{variable}:queryparam}}" for variable in CARRIED)
        link = DashboardLink(title=self.title, url=f"/d/{self.uid}/?${{__url_time_range}}&{carried}&var-{self.variable}={value}")
        link.placement = None  # type: ignore[assignment]  # the SDK's own default has no meaning here
        return link


_MODEL: Final = (
    Explanation("Traffic and latency of this model", FRONT_PAGE, "model"),
    Explanation("Cost and tokens of this model", COST, "model"),
)
_DECISION: Final = (Explanation("Routing of this decision", ROUTING, "decision"),)

EXPLANATIONS: Final = MappingProxyType(
    {
        "model": _MODEL,
        "target_model": _MODEL,
        "decision": _DECISION,
        "decision_name": _DECISION,
        "instance": (Explanation("This replica", FLEET, "instance"),),
    }
)
"""By the label that names what is explained."""


def add_links(uid: str, panels: Iterable[Panel | RowPanel]) -> None:
    """Link what the panels of dashboard `uid` show, by the labels in their legends; a dashboard does not explain its own lines."""
    for panel in panels:
        if isinstance(panel, RowPanel):
            add_links(uid, panel.panels)
        else:
            _link(uid, panel)


def _link(uid: str, panel: Panel) -> None:
    legends = [str(getattr(target, "legend_format", "") or "") for target in panel.targets or ()]
    labels = dict.fromkeys(label for legend in legends for label in re.findall(r"\{\{(\w+)\}\}", legend))
    links = [
        explanation.link(f"${{__field.labels.{label}:percentencode}}")
        for label in labels
        for explanation in EXPLANATIONS.get(label, ())
        if explanation.uid != uid
    ]
    if links and panel.field_config is not None:
        panel.field_config.defaults.links = links
