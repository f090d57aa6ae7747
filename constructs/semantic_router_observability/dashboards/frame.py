"""The frame that all dashboards share: time range, refresh, tags, filters, and links to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder
from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import AnnotationContainer, Dashboard, DashboardCursorSync, DashboardLinkType

from semantic_router_observability.dashboards.alert_links import add_alerts
from semantic_router_observability.dashboards.annotations import ROUTER, marks
from semantic_router_observability.dashboards.data_links import CARRIED, add_links
from semantic_router_observability.dashboards.layout import Section, place
from semantic_router_observability.dashboards.remarks import add_remarks
from semantic_router_observability.dashboards.variables import router_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable, TextBoxVariable

TAG: Final = "semantic-router"
"""Tag of every dashboard of the project; the menu on each page lists what carries it, a user's own dashboards included."""

TAGS: Final = ("llm", "router", TAG)


def dashboard(
    *,
    uid: str,
    title: str,
    description: str,
    sections: Sequence[Section],
    variables: Sequence[DatasourceVariable | QueryVariable | TextBoxVariable] | None = None,
    alerts: str = ROUTER,
    since: str = "now-3h",
) -> Dashboard:
    """Build a dashboard; a new model on every call. Without `variables` it has the filters of a page about the router.

    `alerts` is a regular expression for the names of the alerts that it marks.
    """
    built = (
        DashboardBuilder(title)
        .uid(uid)
        .description(description)
        .tags(list(TAGS))
        .editable()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time(since, "now")
        .refresh("30s")  # two scrapes of 15 s: faster would draw the same picture again
        .link(siblings())
        .variables(list(router_variables() if variables is None else variables))
        .build()
    )
    names = {variable.name for variable in built.templating.list_val or ()} if built.templating else set()
    built.annotations = AnnotationContainer(list_val=[annotation.build() for annotation in marks(alerts, names)])
    built.panels = place(sections)
    if set(CARRIED) <= names:
        add_links(uid, built.panels)
    add_alerts(uid, built.panels)
    add_remarks(built.panels, names)
    listed: list[Any] = [*(built.links or ()), *(built.annotations.list_val or ())]
    for shown in listed:
        # The SDK moves links and annotations into the menu "Dashboard controls" and offers no other place (grafana-foundation-sdk#1272).
        shown.placement = None
    return built


def siblings() -> DashboardLink:
    """Link the other dashboards in a menu; they open with the same time range and the same filters."""
    return (
        DashboardLink("Semantic Router")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .icon("external link")
        .keep_time(True)
        .include_vars(True)
        .tooltip("The other dashboards of the Semantic Router, with this time range and these filters")
    )
