"""`AlertRule`: one alert, as typed fields instead of a mapping."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from semantic_router_observability.checks import duration_or_zero, prometheus_labels
from semantic_router_observability.errors import ConfigError, Where, arg
from semantic_router_observability.promql import parse
from semantic_router_observability.router.target import SERVICE
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import DurationOrZero

from .links import Links, Panel

Severity = Literal["critical", "warning", "info"]
"""How urgent an alert is.

- `critical`: users are failing now, or nobody would notice if they were. Page someone.
- `warning`: some users suffer, or all of them soon will. Someone looks within the working day.
- `info`: worth knowing when reading a dashboard or another alert; it notifies nobody by itself.
"""

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "info")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class AlertRule(Spec, frozen=True, kw_only=True):
    """One alert.

    Attributes:
        name: Value of the `alertname` label, such as `CheckoutSlow`.
        expr: PromQL; each series it returns is an alert.
        for_: How long the expression must hold before the alert fires. Default `5m`; `0s` fires at once.
        keep_firing_for: How long the alert keeps firing after the expression no longer holds. Default `0s`.
        severity: `critical`, `warning` (default) or `info`.
        summary: What happened, in one line; Prometheus fills in `{{ $value }}` and `{{ $labels.x }}`.
        description: What it means for users, with the value. Default: none.
        service: Label `service`: what is affected. Default `semantic-router`.
        component: Label `component`: which part of it. Default `custom`.
        labels: Further labels, to route by. Default: none.
        dashboard: Panel to look at first; no link where it is on a dashboard of this project that Grafana does not ship. Default: no link.
        runbook_url: URL of the runbook. Default: the page with the name of the alert below the base URL.

    """

    name: str
    expr: str
    summary: str
    for_: DurationOrZero = msgspec.field(default="5m", name="for")
    keep_firing_for: DurationOrZero = "0s"
    severity: Severity = "warning"
    description: str | None = None
    service: str = SERVICE
    component: str = "custom"
    labels: dict[str, str] = {}
    dashboard: Panel | None = None
    runbook_url: str | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError("name", self.name, "write letters, digits and '_', not starting with a digit, such as CheckoutSlow")
        if not self.summary.strip():
            raise ConfigError("summary", self.summary, "say in one line what happened")
        if self.severity not in SEVERITIES:
            raise ConfigError("severity", self.severity, f"write one of {', '.join(SEVERITIES)}")
        for field, value in (("for_", self.for_), ("keep_firing_for", self.keep_firing_for)):
            seconds(field, value)
        try:
            parse(self.expr)
        except ValueError as error:
            raise ConfigError("expr", self.expr, f"not PromQL: {error}") from error
        prometheus_labels("labels", self.labels)
        for name in ("severity", "alertname"):
            if name in self.labels:
                raise ConfigError("labels", name, f"remove it: {arg('name') if name == 'alertname' else arg('severity')} sets it")

    def body(self, links: Links) -> dict[str, Any]:
        """Return the rule in Prometheus's native syntax."""
        annotations = {
            "summary": self.summary,
            "description": self.description,
            "runbook_url": self.runbook_url or links.runbook(self.name),
            "dashboard_url": links.dashboard(self.dashboard) if self.dashboard else None,
        }
        body: dict[str, Any] = {"alert": self.name, "expr": self.expr}
        if seconds("", self.for_):
            body["for"] = self.for_
        if seconds("", self.keep_firing_for):
            body["keep_firing_for"] = self.keep_firing_for
        return {
            **body,
            "labels": {"severity": self.severity, "service": self.service, "component": self.component, **links.labels, **self.labels},
            "annotations": {name: text for name, text in annotations.items() if text is not None},
        }


def seconds(where: Where, value: str) -> int:
    """Seconds of a duration, which may be zero."""
    return int(duration_or_zero(where, value))
