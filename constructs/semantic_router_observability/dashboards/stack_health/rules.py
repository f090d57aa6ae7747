"""Recording and alerting rules: in time, without failures, and what they produce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.others import per_second, select
from semantic_router_observability.dashboards.panels import About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.stack_health import bounds
from semantic_router_observability.dashboards.stack_health.ids import PANEL_IDS
from semantic_router_observability.dashboards.stack_health.scope import PROMETHEUS

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

NO_RULES = "no rules loaded"


def rule_time() -> Panel:
    took, every = (select(f"prometheus_rule_group_{part}", PROMETHEUS) for part in ("last_duration_seconds", "interval_seconds"))
    return timeseries(
        About(
            id=PANEL_IDS["rule-time"],
            title="Rule time over interval",
            description=(
                "Time the last evaluation of each group took, over the interval between evaluations. Normal: a few percent. The dashed line is "
                "50 % by default. At 100 % the next evaluation is skipped: recorded series get gaps and alerts come late."
            ),
            unit="percentunit",
            no_value=NO_RULES,
        ),
        Query(_group(f"max by (rule_group) ({took} / {every})"), "{{group}}"),
        bound=bounds.RULE_TIME,
    )


def rule_failures() -> Panel:
    failed = per_second("prometheus_rule_evaluation_failures_total", PROMETHEUS, by=["rule_group"])
    missed = per_second("prometheus_rule_group_iterations_missed_total", PROMETHEUS, by=["rule_group"])
    return timeseries(
        About(
            id=PANEL_IDS["rule-failures"],
            title="Rules failed or skipped",
            description=(
                "Rules that failed, and evaluations of a group that were skipped because the one before was still running, per second. Normal: 0. "
                "A failure is mostly a join that finds two series where it expects one; the log names the rule."
            ),
            unit=rate_unit("rules"),
            no_value=NO_RULES,
        ),
        Query(_group(failed), "{{group}} failed"),
        Query(_group(missed), "{{group}} skipped"),
        rare=True,
    )


def rule_samples() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["rule-samples"],
            title="Series recorded by group",
            description=(
                "Samples that the last evaluation of each group wrote. Grows with models and decisions, not with pods: a group that follows "
                "the number of pods keeps a label it should not."
            ),
            unit="short",
            no_value=NO_RULES,
        ),
        Query(_group(f"max by (rule_group) ({select('prometheus_rule_group_last_evaluation_samples', PROMETHEUS)})"), "{{group}}"),
        top=10,
    )


def _group(expression: str) -> str:
    """Name a group without the path of its file."""
    return f'label_replace({expression}, "group", "$1", "rule_group", ".*;(.+)")'
