"""`Definition`: a shipped alert before it is tuned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from semantic_router_observability.errors import ConfigError, Key, Where, at
from semantic_router_observability.promql import pretty
from semantic_router_observability.router.target import SERVICE
from semantic_router_observability.rules.group import RecordingRule
from semantic_router_observability.spec import Record

from .knobs import Tuning
from .links import Panel
from .numbers import NUMBERS, UID
from .rule import SEVERITIES, AlertRule, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from msgspec import UnsetType

    from .knobs import Knobs
    from .shapes.shape import Shape


DEPENDENCIES: Final = "dependencies"
"""Label `service` of alerts about what the router works with: a router that is down is no reason to keep quiet about them."""


class Definition(Record, frozen=True, kw_only=True):
    """One shipped alert: its condition, its numbers, its texts."""

    name: str
    shape: Shape
    tuning: Tuning
    component: str
    """Part of the service: availability, requests, latency, routing, cache, guardrails, cost, or the name of a program."""
    summary: str
    description: str
    """What it means for users."""
    panel: Panel | None = None
    """Where its causes show: another panel than its own on the dashboard "Alerts", which its link leads to."""
    lines: tuple[Panel, ...] = ()
    """Panels whose red line is where this alert fires. Of several alerts, the first to fire draws it."""
    line: Callable[[Tuning], float] = lambda numbers: numbers.bound or numbers.threshold
    """Where, in the unit of these panels."""
    service: str = SERVICE
    enabled: bool = True
    at_most: Severity = "critical"
    """The highest severity that makes sense."""
    off_because: str = ""
    """Why it is off by default."""

    def tuned(self, where: Where, knobs: Knobs | None) -> Definition:
        """Return the alert with a user's knobs applied.

        Raises:
            ConfigError: a knob that the alert does not have, or a number that cannot work.

        """
        if knobs is None:
            return self
        place = at(where, Key(self.name))
        tuning = self.tuning.tuned(place, knobs)
        if knobs.models and "model" not in self.by:
            raise ConfigError(at(place, "models"), sorted(knobs.models), "remove it: this alert does not distinguish models")
        if SEVERITIES.index(tuning.severity) < SEVERITIES.index(self.at_most):
            raise ConfigError(
                at(place, "severity"),
                tuning.severity,
                f"write at most {self.at_most}: it reports what the people who run this service cannot repair",
            )
        self.shape.check(place, tuning)
        asked: bool | UnsetType = knobs.enabled
        # A threshold turns on an alert that is off by default.
        enabled = (self.enabled or knobs.threshold is not msgspec.UNSET) if asked is msgspec.UNSET else bool(asked)
        return replace(self, tuning=tuning, enabled=enabled)

    @property
    def by(self) -> tuple[str, ...]:
        """Labels of a result."""
        return self.shape.by

    def words(self, text: str) -> str:
        """Fill in the bound in force."""
        return text.replace("{bound}", f"{self.tuning.bound:g}")

    def records(self) -> Iterator[RecordingRule]:
        """Return what the rule reads besides metrics, to be evaluated before it."""
        for name, expression in self.shape.records(self.tuning).items():
            yield RecordingRule(record=name, expr=expression)

    def rule(self) -> AlertRule:
        """Return the alert as a rule."""
        return AlertRule(
            name=self.name,
            expr=pretty(self.shape.expression(self.tuning)),
            for_=self.tuning.for_,
            keep_firing_for=self.tuning.keep_firing_for,
            severity=self.tuning.severity,
            summary=self.words(self.summary),
            description=self.words(self.description),
            service=self.service,
            component=self.component,
            # What not every installation has is on a page of its own, which then shows the number itself.
            dashboard=Panel(uid=UID, id=NUMBERS[self.name]) if self.name in NUMBERS else self.panel,
        )


def tuning(
    *,
    threshold: float,
    severity: Severity,
    hold: str = "5m",
    keep: str = "0s",
    at_least: int = 0,
    bound: float = 0,
) -> Tuning:
    """Return the default numbers of an alert."""
    return Tuning(threshold=threshold, severity=severity, for_=hold, keep_firing_for=keep, at_least=at_least, bound=bound)
