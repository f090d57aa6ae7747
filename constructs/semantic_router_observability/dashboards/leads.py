"""Links that keep what is chosen: from a panel to another panel or page, with the filters and the time range of the reader."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.models.dashboard import DashboardLink

CARRIED: Final = "${__all_variables}&${__url_time_range}"
"""What Grafana puts in: every variable of the page, and its range."""


def lead(title: str, uid: str, panel: int | None = None) -> DashboardLink:
    """Link a panel, or a whole page, in the corner of a panel."""
    view = "" if panel is None else f"viewPanel={panel}&"
    link = DashboardLink(title=title, url=f"/d/{uid}/?{view}{CARRIED}")
    link.placement = None  # type: ignore[assignment]  # the SDK's own default has no meaning on a panel
    return link
