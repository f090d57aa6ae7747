"""Alerts as files beside those that users bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.prometheus.rules import RuleFile

if TYPE_CHECKING:
    from .facts import Facts
    from .options import Alerts


def alert_files(alerts: Alerts, facts: Facts) -> list[RuleFile]:
    """Return all alerts, a file a topic, so that a change touches one entry of the ConfigMap."""
    shipped = [RuleFile(name=name, groups=tuple(dict(group) for group in groups)) for name, groups in alerts.groups(facts).items()]
    return [*shipped, *own_file(alerts)]


def own_file(alerts: Alerts) -> list[RuleFile]:
    """Return the alerts that users brought, if any."""
    groups = alerts.own_groups()
    return [RuleFile(name="alerts-own", groups=tuple(groups))] if groups else []
