"""Silences that are part of the settings: alerts that notify nobody until a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from semantic_router_observability.alerting.links import verbatim
from semantic_router_observability.checks import dns_label, listed, unique
from semantic_router_observability.errors import ConfigError, Where, arg
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import INSTANT, DnsLabel, Instant

from .inhibition import Inhibition
from .matching import check_matchers, written

if TYPE_CHECKING:
    from collections.abc import Iterable

SILENCED = "AlertsSilenced"
"""Alert that fires while a silence lasts, and suppresses the alerts that the silence matches."""


class Silence(Spec, frozen=True, kw_only=True):
    """Alerts that match notify nobody until a time, such as those that planned work causes. They still show in Prometheus and Grafana.

    While it lasts, Prometheus fires the alert `AlertsSilenced`, which Alertmanager has inhibit those that match: so a silence needs no request to
    Alertmanager's API, outlives its volume, and ends by itself. The heartbeat is never silenced.

    Usage:
        Silence(
            name="node-upgrade",
            matchers=('namespace="routing"', 'severity!="critical"'),
            starts_at="2026-12-24T22:00:00Z",
            ends_at="2026-12-25T02:00:00Z",
            comment="Nodes of the routers are replaced",
        )

    Attributes:
        name: Value of the label `silence` of `AlertsSilenced`.
        matchers: Conditions in Alertmanager's notation, all of which an alert has to meet, such as `namespace="routing"`.
        ends_at: When it ends: date, time and zone, as in `2026-12-25T02:00:00Z` or `2026-12-25T03:00:00+01:00`.
        comment: Why, for who wonders that nobody was notified.
        starts_at: When it begins, in the same notation. Default: as soon as it is applied.

    """

    name: DnsLabel
    matchers: Sequence[str]
    ends_at: Instant
    comment: str
    starts_at: Instant | None = None

    def __post_init__(self) -> None:
        dns_label("name", self.name)
        if not self.matchers:
            raise ConfigError(
                "matchers", [], 'give at least one condition, such as severity!="critical"; without any, it would be every alert'
            )
        check_matchers("matchers", self.matchers)
        if not self.comment.strip():
            raise ConfigError("comment", self.comment, "write why nobody is to be notified")
        ends = _seconds("ends_at", self.ends_at)
        if self.starts_at is not None and _seconds("starts_at", self.starts_at) >= ends:
            raise ConfigError("ends_at", self.ends_at, f"write a time after {arg('starts_at')}, {self.starts_at}")

    def rule(self) -> dict[str, Any]:
        """As an alert of Prometheus."""
        begun = "" if self.starts_at is None else f" >= {_seconds('starts_at', self.starts_at)}"
        matchers = verbatim(", ".join(written(self.matchers)))
        return {
            "alert": SILENCED,
            "expr": f"vector(time()){begun} < {_seconds('ends_at', self.ends_at)}",
            "labels": {"silence": self.name, "severity": "info"},
            "annotations": {
                "summary": f"Alerts with {matchers} notify nobody until {self.ends_at}",
                "description": verbatim(self.comment),
            },
        }

    def inhibition(self, never: Iterable[str]) -> Inhibition:
        """As a rule of Alertmanager that leaves out the alerts of these names."""
        return Inhibition(
            source=(f'alertname="{SILENCED}"', f'silence="{self.name}"'),
            target=(*self.matchers, *(f'alertname!="{name}"' for name in (SILENCED, *never))),
        )


def check_silences(where: Where, silences: Sequence[Silence]) -> None:
    """Refuse two of one name."""
    listed(where, silences)
    unique(where, [silence.name for silence in silences], "silences")


def rule_groups(id: str, silences: Sequence[Silence]) -> Sequence[dict[str, Any]]:
    """Rules that each Prometheus evaluates which sends alerts to this Alertmanager."""
    return [{"name": f"silences-{id}", "rules": [silence.rule() for silence in silences]}] if silences else []


def _seconds(where: Where, text: str) -> int:
    """Seconds since 1970, of a time with its zone."""
    try:
        found = datetime.fromisoformat(text) if INSTANT.pattern.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise ConfigError(where, text, INSTANT.advice)
    return int(found.timestamp())
