"""The panels of "Router logs", in the language of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grafana_foundation_sdk.builders import logs as logs_builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from semantic_router_observability.dashboards.logs import events
from semantic_router_observability.dashboards.logs.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import BLUE, GREY, ORANGE, VERMILION, About, rate_unit, stat, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

    from .languages import Language

SOURCE: Final = "${logs}"
"""The data source of the panels, by the variable that chooses it."""

_SAMPLED: Final = (
    "Of lines with one level and message, the router writes 100 in a second and then every 100th: above that, the number is too small."
)


class LogQuery(Dataquery):
    """A query for a store of logs, as Grafana keeps it."""

    def __init__(self, fields: dict[str, Any], source: DataSourceRef) -> None:
        """Take the fields that the store's plugin reads."""
        self._fields = {**fields, "refId": "A", "datasource": source}

    def to_json(self) -> dict[str, Any]:
        """Return them."""
        return self._fields


def source_of(language: Language) -> DataSourceRef:
    """Return the reference that panels and variables carry."""
    return DataSourceRef(type_val=language.data_source, uid=SOURCE)


def count(language: Language, name: str, title: str, chosen: events.Events, description: str, *, normal_is_none: bool = True) -> Panel:
    """Count lines within the range on screen."""
    shown = stat(
        About(
            id=PANEL_IDS[name],
            title=title,
            description=f"{description} Events: {', '.join(chosen.names)}{f', and lines with the text {chosen.text}' if chosen.text else ''}.",
            unit="short",
            no_value="0",
        ),
        bound=1 if normal_is_none else None,
    )
    return _asks(shown, language.count(chosen), language)


def levels(language: Language) -> Panel:
    """Draw how much is written."""
    shown = timeseries(
        About(
            id=PANEL_IDS["levels"],
            title="Lines by level",
            description=(
                "Lines per second that the store holds and that have the searched text, by level. Lines without a level are the banner at start and "
                f"messages of libraries. {_SAMPLED}"
            ),
            unit=rate_unit("lines"),
            no_value="no lines",
        ),
        stacked=True,
        colors={"debug": GREY, "info": BLUE, "warn": ORANGE, "error": VERMILION, "fatal": VERMILION},
    )
    return _asks(shown, language.levels(), language)


def failures(language: Language) -> Panel:
    """Draw what fails."""
    shown = timeseries(
        About(
            id=PANEL_IDS["failures"],
            title="Warnings and errors by event",
            description=f"Lines in each interval at level warn, error or fatal that have an event. Normal: none. {_SAMPLED}",
            unit="short",
            no_value="none",
        ),
        rare=True,
    )
    return _asks(shown, language.failures(), language)


def decisions(language: Language) -> Panel:
    """Draw which decision was taken."""
    shown = timeseries(
        About(
            id=PANEL_IDS["decisions"],
            title="Requests by decision",
            description=(
                "Requests per second that were forwarded, by the decision taken; without a name for those that name their model. No metric has the "
                f"name of the decision for each request. Answers from the cache and refusals write no such line. {_SAMPLED}"
            ),
            unit=rate_unit("requests"),
            no_value="no lines of routing_decision",
        ),
    )
    return _asks(shown, language.decisions(), language)


def problems(language: Language) -> Panel:
    """List what went wrong."""
    return _lines(
        language,
        "problems",
        "Warnings, errors and panics",
        language.problems(),
        "Lines at level warn, error or fatal, and those about a panic, newest first, with the searched text. An open line shows its fields.",
    )


def requests(language: Language) -> Panel:
    """List what happened to requests."""
    return _lines(
        language,
        "requests",
        "Decisions and usage",
        language.requests(),
        "Lines routing_decision (model, decision, reason) and llm_usage (tokens, cost), newest first. Search for a request_id to see both of a request.",
    )


def lines(language: Language) -> Panel:
    """List everything."""
    return _lines(language, "lines", "All lines", language.lines(), "Every line with the searched text, newest first, at most 500.")


def _lines(language: Language, name: str, title: str, query: dict[str, Any], description: str) -> Panel:
    builder = (
        logs_builder.Panel()
        .id(PANEL_IDS[name])
        .title(title)
        .description(description)
        .no_value("no lines")
        .show_time(True)
        .show_labels(False)
        .show_common_labels(False)
        .wrap_log_message(True)
        .prettify_log_message(False)
        .enable_log_details(True)
        .sort_order(common.LogsSortOrder.DESCENDING)
        .dedup_strategy(common.LogsDedupStrategy.NONE)
    )
    return _asks(builder.build(), query, language)


def _asks(panel: Panel, query: dict[str, Any], language: Language) -> Panel:
    """Have a panel ask the store."""
    panel.datasource = source_of(language)
    panel.targets = [LogQuery(query, source_of(language))]
    return panel


def counts(language: Language) -> list[Panel]:
    """Count what no metric counts."""
    return [
        count(language, "panics", "Panics", events.PANICS, "Panics that the router survived, within the range on screen. Normal: 0."),
        count(
            language,
            "configuration",
            "Refused configurations",
            events.CONFIGURATION,
            "Changes of the configuration that the router refused: it goes on with the configuration before. Normal: 0.",
        ),
        count(
            language,
            "credentials",
            "Missing credentials",
            events.CREDENTIALS,
            "Requests for which the router found no credentials of the provider. Normal: 0.",
        ),
        count(
            language,
            "failed-steps",
            "Failed steps",
            events.FAILED_STEPS,
            "Steps of routing that failed while the request went on without them. Normal: 0.",
        ),
        count(
            language,
            "degraded",
            "Degraded parts",
            events.DEGRADED,
            "Parts without which the router runs on, mostly since its start: a server, a store, tracing, embeddings. Normal: 0.",
        ),
        count(
            language,
            "limited",
            "Rate-limited requests",
            events.LIMITED,
            f"Requests that were refused with 429 by a limit. {_SAMPLED}",
            normal_is_none=False,
        ),
    ]
