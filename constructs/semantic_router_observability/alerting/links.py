"""Links of an alert: a panel of a dashboard, and a page of the runbook."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from msgspec import field

from semantic_router_observability.errors import ConfigError, Where, at
from semantic_router_observability.shipped import SHIPPED, text
from semantic_router_observability.spec import Record, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RUNBOOKS: Final = "docs/runbooks"
"""Folder of the runbook pages in this repository; the URL depends on where it is published."""


CHOICES: Final = (
    '{{ range $name, $value := $labels }}{{ if ne $name "__name__" }}&var-{{ $name }}={{ $value | urlquery }}{{ end }}{{ end }}'
)
"""What a link chooses in the variables of a dashboard: the namespace, model, replica and whatever else the alert is about. A dashboard
ignores what it has no variable for."""

SINCE: Final = """&from={{ with query "time() - 10800" }}{{ . | first | value | printf "%.0f" }}{{ end }}000&to=now"""
"""The range that a link shows: from three hours before the latest evaluation, in milliseconds. A link that is followed a day later still
begins there."""


class Panel(Spec, frozen=True, kw_only=True):
    """A panel of a dashboard.

    Attributes:
        uid: UID of the dashboard, as in its URL.
        id: Number of the panel, as in `?viewPanel=`. Default: the whole dashboard.

    """

    uid: str
    id: int | None = None


def verbatim(text: str) -> str:
    """Write a text for a label or annotation, which are templates, so that it stays as it is."""
    return text.replace("{{", '{{"{{"}}')


def panels(uid: str, *numbers: int) -> tuple[Panel, ...]:
    """Return several panels of one dashboard."""
    return tuple(Panel(uid=uid, id=number) for number in numbers)


class Links(Record, frozen=True):
    """Base URLs of links, and the labels of every alert."""

    runbooks: str = RUNBOOKS
    dashboards: str = ""
    """URL of Grafana without a trailing slash; empty: links are paths."""
    absent: frozenset[str] = frozenset()
    """Uids of dashboards that the Grafana does not have."""
    labels: Mapping[str, str] = field(default_factory=dict)

    def runbook(self, alert: str) -> str:
        """URL of an alert's page."""
        return f"{self.runbooks}/{alert}.md"

    def dashboard(self, panel: Panel) -> str | None:
        """URL of a panel; None where its dashboard is absent."""
        if panel.uid in self.absent:
            return None
        view = "" if panel.id is None else f"viewPanel={panel.id}"
        return f"{self.dashboards}/d/{panel.uid}/?{view}{CHOICES}{SINCE}".replace("?&", "?")


def check_panel(where: Where, panel: Panel) -> None:
    """Refuse a link to a panel that a shipped dashboard does not have; panels of other dashboards are not checked.

    Raises:
        ConfigError: there is no such panel.

    """
    for page in SHIPPED:
        if page.uid != panel.uid or panel.id is None:
            continue
        numbers = sorted(_numbers(json.loads(text(page))["panels"]))
        if panel.id not in numbers:
            raise ConfigError(at(where, "id"), panel.id, f"is not a panel of {panel.uid}; it has {', '.join(map(str, numbers))}")


def _numbers(panels: Iterable[Mapping[str, Any]]) -> set[int]:
    """Ids of panels, those in collapsed rows included."""
    return {number for panel in panels for number in (panel["id"], *_numbers(panel.get("panels", ())))}
