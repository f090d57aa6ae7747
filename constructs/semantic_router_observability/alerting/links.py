"""Links of an alert: a panel of a dashboard, and a page of the runbook."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.dashboards.shipped import SHIPPED, text
from semantic_router_observability.errors import ConfigError, Where, at
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RUNBOOKS: Final = "docs/runbooks"
"""Folder of the runbook pages in this repository; the URL depends on where it is published."""


class Panel(Spec, frozen=True, kw_only=True):
    """A panel of a dashboard.

    Attributes:
        uid: UID of the dashboard, as in its URL.
        id: Number of the panel, as in `?viewPanel=`. Default: the whole dashboard.

    """

    uid: str
    id: int | None = None


def panels(uid: str, *numbers: int) -> tuple[Panel, ...]:
    """Return several panels of one dashboard."""
    return tuple(Panel(uid=uid, id=number) for number in numbers)


@dataclass(frozen=True)
class Links:
    """Base URLs of links, and the labels of every alert."""

    runbooks: str = RUNBOOKS
    dashboards: str = ""
    """URL of Grafana without a trailing slash; empty: links are paths."""
    labels: Mapping[str, str] = field(default_factory=dict)

    def runbook(self, alert: str) -> str:
        """URL of an alert's page."""
        return f"{self.runbooks}/{alert}.md"

    def dashboard(self, panel: Panel) -> str:
        """URL of a panel."""
        view = "" if panel.id is None else f"?viewPanel={panel.id}"
        return f"{self.dashboards}/d/{panel.uid}/{view}"


def check_panel(where: Where, panel: Panel) -> None:
    """Refuse a link to a panel that a shipped dashboard does not have; panels of other dashboards are not checked.

    Raises:
        ConfigError: there is no such panel.

    """
    for page in SHIPPED:
        model = json.loads(text(page))
        if model["uid"] != panel.uid or panel.id is None:
            continue
        numbers = sorted(_numbers(model["panels"]))
        if panel.id not in numbers:
            raise ConfigError(at(where, "id"), panel.id, f"is not a panel of {panel.uid}; it has {', '.join(map(str, numbers))}")


def _numbers(panels: Iterable[Mapping[str, Any]]) -> set[int]:
    """Ids of panels, those in collapsed rows included."""
    return {number for panel in panels for number in (panel["id"], *_numbers(panel.get("panels", ())))}
