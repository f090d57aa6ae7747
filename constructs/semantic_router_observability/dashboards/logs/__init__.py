"""The dashboard "Router logs": what did the routers write, above all what no metric counts?

One page for each store whose language is known, with the same panels; all have the same uid, since a Grafana gets one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable, TextBoxVariable
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh, VariableSort

from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.logs import panels
from semantic_router_observability.dashboards.logs.ids import PANEL_IDS
from semantic_router_observability.dashboards.logs.languages import LogQL, LogsQL
from semantic_router_observability.dashboards.variables import source_variable
from semantic_router_observability.shipped import LOG_PAGES

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

    from semantic_router_observability.dashboards.logs.languages import Language

__all__ = ["LANGUAGES", "PANEL_IDS", "router_logs"]

LANGUAGES: Final[dict[str, Language]] = {language.data_source: language for language in (LogQL(), LogsQL())}
"""By the type of the data source."""


def router_logs(store: str = "loki") -> Dashboard:
    """Build the dashboard for data sources of type `store`; a new model on every call."""
    language = LANGUAGES[store]
    return dashboard(
        uid=LOG_PAGES[store].uid,
        title="Router logs",
        description="Lines that the routers wrote, as a collector put them into the store of logs: what no metric counts, requests, and a search.",
        variables=[
            # Marks of firing alerts come from a Prometheus.
            source_variable(),
            DatasourceVariable("logs")
            .label("Logs")
            .type(store)
            .current(VariableOption(selected=True, text=language.label, value=language.label)),
            _choices(language, "namespace", "Namespace"),
            _choices(language, "pod", "Pod"),
            TextBoxVariable("text").label("Search").default_value(""),
        ],
        sections=[
            Section(lines=[Line(4, panels.counts(language))]),
            Section(
                title="Problems",
                id=PANEL_IDS["row-problems"],
                lines=[
                    Line(8, [panels.levels(language), panels.failures(language)]),
                    Line(10, [panels.problems(language)]),
                ],
            ),
            Section(
                title="Requests",
                id=PANEL_IDS["row-requests"],
                lines=[Line(8, [panels.decisions(language)]), Line(10, [panels.requests(language)])],
            ),
            Section(title="Lines", id=PANEL_IDS["row-lines"], lines=[Line(14, [panels.lines(language)])]),
        ],
    )


def _choices(language: Language, name: str, label: str) -> QueryVariable:
    """Offer the values of a label of the router's lines, any number of them, with "All" first."""
    return (
        QueryVariable(name)
        .label(label)
        .datasource(panels.source_of(language))
        .query(language.values(name))
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(VariableOption(selected=True, text=["All"], value=["$__all"]))
    )
