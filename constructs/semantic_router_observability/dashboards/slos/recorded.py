"""Queries of what the rules of SLOs record."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.dashboards.variables import CLUSTER
from semantic_router_observability.rules.slo_records import BUDGET_LEFT, ERRORS, EVENTS, OBJECTIVE, RATIO

__all__ = ["BUDGET_LEFT", "ERRORS", "EVENTS", "LEGEND", "NOTHING", "OBJECTIVE", "RATIO", "chosen", "named"]

NOTHING: Final = "no SLO: state one under alerts.slos"

LEGEND: Final = "{{objective}}"


def chosen(name: str) -> str:
    """Select what the filters of the dashboard admit."""
    return f'{name}{{{CLUSTER}, namespace=~"$namespace", job=~"$job", slo=~"$slo"}}'


def named(expression: str) -> str:
    """Name each objective in one label: a legend of two would end in a space where there is no model."""
    joined = f'label_join({expression}, "objective", " ", "slo", "model")'
    return f'label_replace({joined}, "objective", "$1", "objective", "(.*) ")'
