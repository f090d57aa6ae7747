"""Whether plugins and selectors do their work: runs, errors, runs that could not be done, fallbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import NOT_DONE, PLUGIN_ERRORS, PLUGIN_TIME, PLUGINS, RAN
from semantic_router_observability.dashboards.observations import none_while
from semantic_router_observability.dashboards.panels import About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, or_none, quantile, rate
from semantic_router_observability.dashboards.selections import FALLBACKS, selected
from semantic_router_observability.dashboards.variables import ALL_DECISIONS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

OFF = "no plugin ran"


def detector_errors() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["detector-errors"],
            title="Detector errors",
            description=(
                "Errors per second of the hallucination detector and the jailbreak detector for answers; the other plugins "
                "report failures as an outcome. Normal: zero. An answer whose check fails is delivered unchecked unless the "
                "plugin is set to fail closed."
            ),
            unit=rate_unit("errors"),
            no_value="no router up",
        ),
        Query(
            or_none(
                joined(rate(PLUGIN_ERRORS, by=["plugin_type", "error_reason"]), "plugin_type", "error_reason"),
                "pair",
                "no errors",
            ),
            "{{pair}}",
        ),
        interval="5m",
        top=0.01,
    )


def plugin_failures_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["plugin-failures-by-outcome"],
            title="Plugin failures by outcome",
            description=(
                "Plugin runs per second that could not do their work. *_fail_open: passed through unchanged; fail_closed: withheld; "
                "unavailable: backend missing; injection_error: retrieved text could not be inserted. Normal: zero. Of all decisions: most plugins "
                "run before the router names one."
            ),
            unit=rate_unit("runs"),
            no_value=OFF,
        ),
        Query(
            none_while(
                joined(rate(PLUGINS, NOT_DONE, ALL_DECISIONS, by=["plugin_type", "status"]), "plugin_type", "status"),
                rate(PLUGINS, RAN, ALL_DECISIONS),
                "pair",
                "all done",
            ),
            "{{pair}}",
        ),
        interval="5m",
        top=0.01,
    )


def selector_fallbacks_by_reason() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["selector-fallbacks-by-reason"],
            title="Selector fallbacks by reason",
            description=(
                "Model selections per second in which the selector failed and the default candidate was taken, by reason. Normal: "
                "zero. selector_timeout and selector_unavailable: the service behind it; selector_undeclared_candidate "
                "and selector_unknown_model: the configuration."
            ),
            unit=rate_unit("fallbacks"),
            no_value="no selector ran",
        ),
        Query(none_while(rate(FALLBACKS, by=["reason"]), selected(all_models=True), "reason", "no fallback"), "{{reason}}"),
        interval="5m",
        top=0.01,
    )


def plugin_outcomes_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["plugin-outcomes-in-range"],
            title="Plugin outcomes in range",
            description=(
                "Runs within the range on screen by plugin and outcome, the twelve most frequent. Each plugin names its own "
                "outcomes: below_trigger and no_targets are compression with nothing to do, missing is a memory that was not there. Plugins that are off "
                "are left out. Of all decisions: most plugins run before the router names one."
            ),
            unit="short",
            no_value=OFF,
        ),
        Query(
            f"sort_desc(topk(12, {increase(PLUGINS, RAN, ALL_DECISIONS, by=['plugin_type', 'status'])}))",
            "{{plugin_type}}: {{status}}",
        ),
    )


def plugin_runs() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["plugin-runs"],
            title="Plugin runs",
            description=(
                "Runs of route plugins per second, by plugin. A plugin that vanishes while its decision still matches was switched "
                "off or fails before it counts. Response cache and system prompt are not counted here."
            ),
            unit=rate_unit("runs"),
            no_value=OFF,
        ),
        Query(rate(PLUGINS, RAN, ALL_DECISIONS, by=["plugin_type"]), "{{plugin_type}}"),
    )


def plugin_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["plugin-time-p95"],
            title="Plugin time p95",
            description=(
                "Duration of a plugin run, 95th percentile, of the three plugins that measure it. Memory, retrieval and fast "
                "response always report zero and are left out; retrieval and memory have their own rows below."
            ),
            unit="s",
            no_value=OFF,
        ),
        Query(
            quantile(0.95, PLUGIN_TIME, 'plugin_type=~"context_compression|hallucination|response_jailbreak"', by=["plugin_type"]),
            "{{plugin_type}}",
        ),
        interval="2m",
    )
