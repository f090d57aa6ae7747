"""What users can change in a shipped alert without writing PromQL."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType

from semantic_router_observability.errors import ConfigError, Key, Path, Where, at
from semantic_router_observability.spec import Spec

from .rule import Severity, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping


class Knobs(Spec, frozen=True, kw_only=True):
    """Changes to one shipped alert; omitted fields keep their defaults. `docs/alerts.md` lists the defaults of each alert.

    Attributes:
        enabled: Whether the alert exists. Default: see `docs/alerts.md`.
        threshold: Value beyond which it fires, in the unit that the table of alerts names; the red line of its panel moves along. Default:
            see `docs/alerts.md`.
        for_: How long the condition must hold. Default: see `docs/alerts.md`.
        keep_firing_for: How long it keeps firing afterwards. Default: see `docs/alerts.md`.
        severity: `critical`, `warning` or `info`. Default: see `docs/alerts.md`.
        at_least: Minimum number of bad events in the window, so that a single failure at night does not fire it. Default: see
            `docs/alerts.md`.
        bound: Bucket bound in seconds above which an observation counts as slow. Default: see `docs/alerts.md`.
        models: Threshold by model, for alerts that are evaluated for each model. Default: the same for all.

    """

    enabled: bool | UnsetType = UNSET
    threshold: float | UnsetType = UNSET
    for_: str | UnsetType = msgspec.field(default=UNSET, name="for")
    keep_firing_for: str | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    at_least: int | UnsetType = UNSET
    bound: float | UnsetType = UNSET
    models: dict[str, float] = {}


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one alert in force."""

    threshold: float
    for_: str
    keep_firing_for: str
    severity: Severity
    at_least: int = 0
    bound: float = 0
    models: dict[str, float] = {}

    def tuned(self, where: Where, knobs: Knobs) -> Tuning:
        """Return these numbers with a user's changes.

        Raises:
            ConfigError: the alert has no such knob.

        """
        changes = {
            name: value
            for name in ("threshold", "for_", "keep_firing_for", "severity", "at_least", "bound")
            if (value := getattr(knobs, name)) is not UNSET
        }
        if "bound" in changes and not self.bound:
            raise ConfigError(at(where, "bound"), changes["bound"], "remove it: this alert reads no histogram")
        if "at_least" in changes and not self.at_least:
            raise ConfigError(at(where, "at_least"), changes["at_least"], "remove it: this alert is not a ratio of events")
        if changes.get("at_least", 1) < 1:
            raise ConfigError(at(where, "at_least"), changes["at_least"], "write 1 or more events")
        for key in ("for_", "keep_firing_for"):
            if key in changes:
                seconds(at(where, key), changes[key])
        return msgspec.structs.replace(self, models=knobs.models or self.models, **changes)

    @property
    def thresholds(self) -> Mapping[str | None, float]:
        """Threshold by model; None: all other models."""
        found: dict[str | None, float] = {None: self.threshold}
        found.update(self.models)
        return found


def threshold_of(model: str | None) -> Path:
    """Path of the threshold for a model, from the alert on; None: for all models that have none of their own."""
    return ("threshold",) if model is None else ("models", Key(model))


def ratio(where: Where, value: float) -> None:
    """Refuse what is not a ratio."""
    if not 0 < value < 1:
        raise ConfigError(where, value, "write a ratio above 0 and below 1, such as 0.05 for 5 %")


def positive(where: Where, value: float) -> None:
    """Refuse what is not a positive number."""
    if not (value > 0 and math.isfinite(value)):
        raise ConfigError(where, value, "write a number above 0")


def not_negative(where: Where, value: float) -> None:
    """Refuse a negative number."""
    if not (value >= 0 and math.isfinite(value)):
        raise ConfigError(where, value, "write 0 or more")
