"""Dashboards of the add-on: those that are shipped, without what shows this project's own servers, and further ones. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.grafana.model import Source
from semantic_router_observability.grafana.router_boards import pages_of, router_boards, with_linked

from .viewers import NoDashboards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.contract.options import ContractOptions
    from semantic_router_observability.grafana.dashboards import Dashboard, DashboardSource, OptionalDashboard
    from semantic_router_observability.rules.thresholds import Line

    from .viewers import Viewer

_ALERTS = "alerts.json"
_STACK_HEALTH = "stack-health.json"
"""The dashboard about this project's own Prometheus, Grafana and Alertmanager."""

WATCHED = msgspec.structs.replace(EVERYTHING, own_stack=False, optional_dashboards=frozenset())
"""An installation with every alert but those on these servers."""


def pages(
    id: str,
    shown_by: Viewer,
    dashboards: Sequence[DashboardSource],
    optional: Sequence[OptionalDashboard],
    contract: ContractOptions,
    lines: Sequence[Line],
    *,
    recording_rules: bool,
    alerts: bool = True,
    objectives: bool = False,
    runbooks: str | None = None,
) -> list[Dashboard]:
    """Dashboards to ship, the router's own first; what users bring is held to the contract. Without `alerts`, none about them is shipped; that of
    SLOs is where there are `objectives`, as their alerts link to it.

    Raises:
        ConfigError: a dashboard that Grafana could not show, or that nothing would.

    """
    if isinstance(shown_by, NoDashboards):
        for argument, given in (("dashboards", dashboards), ("optional_dashboards", optional)):
            if given:
                raise ConfigError(place(id, argument), len(given), f"{arg('shown_by')} makes no dashboards; remove one of the two")
        return []
    chosen = with_linked(optional, ["slos"] if objectives else [])
    shipped = router_boards(id, chosen, wanted=True, recording_rules=recording_rules, lines=lines, runbooks=runbooks)
    left_out = {_STACK_HEALTH, *(() if alerts else (_ALERTS,))}
    without = [page.uid for page in shipped if page.file in left_out]
    own = [_of_the_router(page, without) for page in shipped if page.file not in left_out]
    found, volumes = pages_of(
        id, own, dashboards, known=[Source(shown_by.data_source, "Prometheus", "prometheus")], contract=contract, all_known=False
    )
    if volumes:
        raise ConfigError(place(id, "dashboards"), volumes[0].name, "no pod of this project mounts a volume; give files or a directory")
    return found


def _of_the_router(page: Dashboard, without: Sequence[str]) -> Dashboard:
    """Without the rows, last on their page, about alerts that an add-on does not have, and without links to dashboards that are not shipped."""
    titles = {topic.capitalize() for topic in topics(EVERYTHING).keys() - topics(WATCHED).keys()}
    before = json.loads(page.model)
    panels = [panel for panel in before["panels"] if panel["type"] != "row" or panel["title"] not in titles]
    model = _without_links({**before, "panels": panels}, tuple(f"/d/{uid}/" for uid in without))
    return page if model == before else msgspec.structs.replace(page, model=json.dumps(model))


def _without_links(value: Any, starts: tuple[str, ...]) -> Any:
    """Remove links that start so from a part of a dashboard."""
    if isinstance(value, dict):
        return {name: _without_links(found, starts) for name, found in value.items()}
    if isinstance(value, list):
        return [
            _without_links(found, starts)
            for found in value
            if not (isinstance(found, dict) and str(found.get("url", "")).startswith(starts))
        ]
    return value
