"""All rule files of a Prometheus: recording rules, the shipped alerts, and what users bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.checks import duration_seconds, unique
from semantic_router_observability.errors import inside, place
from semantic_router_observability.rules import recorded

from .rules import RuleFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from semantic_router_observability.alerting.facts import Facts
    from semantic_router_observability.alerting.options import Alerts


def rule_files(id: str, *, recording: bool, alerts: Alerts, facts: Facts, user_supplied: Sequence[RuleFile]) -> list[RuleFile]:
    """Return every file, a topic each, so that a change touches one entry of the ConfigMap.

    Raises:
        ConfigError: two files are called the same.

    """
    with inside(*place(id, "alerts")):
        shipped_groups = alerts.groups(facts)
    shipped = [RuleFile(name=name, groups=tuple(dict(group) for group in groups)) for name, groups in shipped_groups.items()]
    files = [*(_recording(facts.interval) if recording else ()), *shipped, *own_file(alerts, facts), *user_supplied]
    unique(place(id, "rules"), [file.name for file in files], "rule files")
    return files


def own_file(alerts: Alerts, facts: Facts) -> list[RuleFile]:
    """Return the alerts that users user_supplied, if any."""
    groups = alerts.own_groups(facts)
    return [RuleFile(name="alerts-own", groups=tuple(groups))] if groups else []


def _recording(interval: str) -> Iterator[RuleFile]:
    """The router's recording rules; never evaluated more often than there are new samples."""
    longest = max(interval, recorded.INTERVAL, key=lambda interval: duration_seconds("interval", interval))
    yield RuleFile(name=recorded.FILE_NAME, groups=tuple(group.body() for group in recorded.router_groups(longest)))
