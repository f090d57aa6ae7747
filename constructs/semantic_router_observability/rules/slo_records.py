"""Series that the rules of SLOs record, for the alerts on error budgets and for the dashboard."""

from __future__ import annotations

from typing import Final

ERRORS: Final = "namespace_job:slo_errors:rate5m"
"""Bad events a second."""
EVENTS: Final = "namespace_job:slo_events:rate5m"
"""All events a second."""
RATIO: Final = "namespace_job:slo_error_ratio:"
"""Ratio of bad events over a window, which the name ends with."""
BUDGET_LEFT: Final = "namespace_job:slo_budget_left:ratio"
"""Remaining part of the error budget: 1 untouched, 0 used up, below 0 overdrawn."""
OBJECTIVE: Final = "slo_objective:ratio"
"""The objective itself, to draw beside the measured ratio."""
