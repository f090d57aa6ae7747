"""The frame that all dashboards share: time range, refresh, tags, filters, and links to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder
from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardCursorSync, DashboardLinkType

from semantic_router_observability.dashboards.layout import Section, place
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
    since: str = "now-3h",
) -> Dashboard:
    """Build a dashboard; a new model on every call. Without `variables` it has the filters of a page about the router."""
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
    built.panels = place(sections)
    for link in built.links or []:
        # The SDK moves every link into the menu "Dashboard controls" and offers no other place (grafana-foundation-sdk#1272).
        link.placement = None  # type: ignore[assignment]
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
