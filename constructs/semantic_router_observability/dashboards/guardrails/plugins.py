"""Whether plugins and selectors do their work: runs, errors, runs that could not be done, fallbacks."""

from __future__ import annotations

from semantic_router_observability.dashboards.guardrails.outcomes import NOT_DONE, PLUGIN_ERRORS, PLUGIN_TIME, PLUGINS
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.observations import none_while
from semantic_router_observability.dashboards.panels import About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, joined, or_none, quantile, rate
from semantic_router_observability.dashboards.selections import FALLBACKS, selected

OFF = "no plugin ran"


def section() -> Section:
    return Section(
        title="Plugins and fallbacks",
        id=102,
        lines=[
            Line(
                8,
                [
                    timeseries(
                        About(
                            id=31,
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
                    ),
                    timeseries(
                        About(
                            id=32,
                            title="Not done by outcome",
                            description=(
                                "Plugin runs per second that could not do their work. *_fail_open: passed through unchanged; fail_closed: withheld; "
                                "unavailable: backend missing; injection_error: retrieved text could not be inserted. Normal: zero."
                            ),
                            unit=rate_unit("runs"),
                            no_value=OFF,
                        ),
                        Query(
                            none_while(
                                joined(rate(PLUGINS, NOT_DONE, by=["plugin_type", "status"]), "plugin_type", "status"),
                                rate(PLUGINS),
                                "pair",
                                "all done",
                            ),
                            "{{pair}}",
                        ),
                        interval="5m",
                        top=0.01,
                    ),
                    timeseries(
                        About(
                            id=35,
                            title="Selector fallbacks by reason",
                            description=(
                                "Model selections per second in which the selector failed and the default candidate was taken, by reason. Normal: "
                                "zero. selector_timeout and selector_unavailable: the service behind it; selector_undeclared_candidate "
                                "and selector_unknown_model: the configuration."
                            ),
                            unit=rate_unit("fallbacks"),
                            no_value="no selector ran",
                        ),
                        Query(none_while(rate(FALLBACKS, by=["reason"]), selected(), "reason", "no fallback"), "{{reason}}"),
                        interval="5m",
                        top=0.01,
                    ),
                ],
            ),
            Line(
                8,
                [
                    bargauge(
                        About(
                            id=33,
                            title="Plugin outcomes in range",
                            description=(
                                "Runs within the range on screen by plugin and outcome, the twelve most frequent. Each plugin has its own words for "
                                "outcomes: below_trigger and no_targets are compression with nothing to do, missing is a memory that was not there."
                            ),
                            unit="short",
                            no_value=OFF,
                        ),
                        Query(
                            f"sort_desc(topk(12, {increase(PLUGINS, by=['plugin_type', 'status'])}))",
                            "{{plugin_type}}: {{status}}",
                        ),
                    ),
                    timeseries(
                        About(
                            id=30,
                            title="Plugin runs",
                            description=(
                                "Runs of route plugins per second, by plugin. A plugin that vanishes while its decision still matches was switched "
                                "off or fails before it counts. Response cache and system prompt are not counted here."
                            ),
                            unit=rate_unit("runs"),
                            no_value=OFF,
                        ),
                        Query(rate(PLUGINS, by=["plugin_type"]), "{{plugin_type}}"),
                    ),
                    timeseries(
                        About(
                            id=34,
                            title="Plugin time p95",
                            description=(
                                "Duration of a plugin run, 95th percentile, of the three plugins that measure it. Memory, retrieval and fast "
                                "response always report zero and are left out; retrieval and memory have their own rows below."
                            ),
                            unit="s",
                            no_value=OFF,
                        ),
                        Query(
                            quantile(
                                0.95, PLUGIN_TIME, 'plugin_type=~"context_compression|hallucination|response_jailbreak"', by=["plugin_type"]
                            ),
                            "{{plugin_type}}",
                        ),
                        interval="2m",
                    ),
                ],
                widths=(10, 7, 7),
            ),
        ],
    )
