"""What all pages have in common: where they live in Grafana, how they refresh, and the way from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder
from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardCursorSync, DashboardLinkType

from semantic_router_observability.dashboards.layout import Section, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders import dashboard

    Variable = dashboard.DatasourceVariable | dashboard.QueryVariable | dashboard.TextBoxVariable | dashboard.ConstantVariable

FAMILY_TAG: Final = "semantic-router"
"""On every page of this project; the menu at the top right lists the pages that have it."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A dashboard without its panels.

    `uid` is part of every link to the page, so it is given once and kept. `tags` come on top of the one all pages share.
    """

    uid: str
    title: str
    description: str
    tags: Sequence[str] = ()


def build(page: Page, variables: Sequence[Variable], sections: Sequence[Section]) -> Dashboard:
    """Put a page together; a new model on every call."""
    built = (
        DashboardBuilder(page.title)
        .uid(page.uid)
        .description(page.description)
        .tags(sorted({*page.tags, FAMILY_TAG}))
        .editable()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-3h", "now")
        .refresh("30s")  # two scrapes of 15 s: faster would draw the same picture again
        .variables(list(variables))
        .links([other_pages()])
        .build()
    )
    built.panels = place(sections)
    return built


def other_pages() -> DashboardLink:
    """Return the menu of the other pages. Time range and filters go along, so that one keeps looking at the same incident."""
    return (
        DashboardLink("Semantic Router")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([FAMILY_TAG])
        .as_dropdown(True)
        .keep_time(True)
        .include_vars(True)
    )
