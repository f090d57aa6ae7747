"""What the router looks for in a prompt, what it finds, and what looking costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.panels import About, Query, bargauge, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import increase, or_none, quantile, rate
from semantic_router_observability.dashboards.routing.ids import PANEL_IDS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

MATCHES = "llm_signal_match_total"
_NONE = "no signal evaluated"


def evaluations_by_signal_type() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["evaluations-by-signal-type"],
            title="Evaluations by signal type",
            description=(
                "How often per second each type of signal was evaluated. Embedding, event, complexity, reask and authz count only "
                "when they match; jailbreak and pii count once a prompt and once more for each matched rule."
            ),
            unit=rate_unit("evaluations"),
            no_value="no router up",
        ),
        Query(or_none(rate("llm_signal_extraction_total", by=["signal_type"]), "signal_type"), "{{signal_type}}"),
    )


def matches_by_signal_type() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["matches-by-signal-type"],
            title="Matches by signal type",
            description=(
                "Matches per second by type of signal. A type whose line drops to zero while traffic goes on has lost its model or "
                "its rules. Several rules can match one prompt, so this may exceed the request rate."
            ),
            unit=rate_unit("matches"),
            no_value="no router up",
        ),
        Query(or_none(rate(MATCHES, by=["signal_type"]), "signal_type"), "{{signal_type}}"),
    )


def signal_time_p95() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["signal-time-p95"],
            title="Signal time p95",
            description=(
                "Time to evaluate one signal, 95th percentile. Signals are part of the routing overhead. Rules on words take "
                "well under the smallest bucket of 5 ms, so their values are guesses; classifiers take tens of milliseconds."
            ),
            unit="s",
            no_value=_NONE,
        ),
        Query(quantile(0.95, "llm_signal_extraction_latency_seconds", by=["signal_type"]), "{{signal_type}}"),
        interval="2m",
    )


def rules_matched_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["rules-matched-in-range"],
            title="Rules matched in range",
            description=(
                "The twelve rules that matched most often within the range on screen, by type and name. Rules that never matched are "
                "missing: compare with the configuration to find dead ones. A first match after a restart is not counted."
            ),
            unit="short",
            no_value=_NONE,
        ),
        Query(
            f"sort_desc(topk(12, {increase(MATCHES, by=['signal_type', 'signal_name'])}))",
            "{{signal_type}}: {{signal_name}}",
        ),
    )


def rarest_rules_in_range() -> Panel:
    return bargauge(
        About(
            id=PANEL_IDS["rarest-rules-in-range"],
            title="Rarest rules in range",
            description=(
                "The twelve rules that matched least often within the range on screen, among those that have matched since the last "
                "restart. Zero means not within this range: candidates for removal, or for a look at why they stopped."
            ),
            unit="short",
            no_value=_NONE,
        ),
        Query(
            f"sort(bottomk(12, {increase(MATCHES, by=['signal_type', 'signal_name'])}))",
            "{{signal_type}}: {{signal_name}}",
        ),
    )
