"""The table of shipped alerts, for `docs/alerts.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .defaults import topics
from .options import EVERYTHING

if TYPE_CHECKING:
    from .definition import Definition

_WITHOUT_THRESHOLD = {
    **{unit: f"{unit}: 0" for unit in ("target up", "reload succeeded", "replicas up", "stores reached")},
    "no target": "no target",
    "always": "always",
    "cluster members": "fewer members than replicas",
    "replicas reached": "fewer Prometheus than there are",
    "compactor halted": "compactor halted: 1",
}
"""What conditions without a threshold say, by their unit."""


def page() -> str:
    """Return a section for each topic, with a row for each alert."""
    lines: list[str] = []
    for topic, alerts in topics(EVERYTHING).items():
        lines += [
            f"### {topic.capitalize()}",
            "",
            "| Alert | Severity | Fires | For | What it means |",
            "| --- | --- | --- | --- | --- |",
            *(_row(alert) for alert in alerts),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _row(alert: Definition) -> str:
    tuning = alert.tuning
    off = f" **Off**: {alert.off_because}." if not alert.enabled else ""
    cells = [
        f"[`{alert.name}`](runbooks/{alert.name}.md)",
        tuning.severity,
        _condition(alert),
        tuning.for_,
        f"{alert.words(alert.description)}{off}",
    ]
    return f"| {' | '.join(cells)} |"


def _condition(alert: Definition) -> str:
    tuning, unit = alert.tuning, alert.shape.unit
    if unit in _WITHOUT_THRESHOLD:
        return _WITHOUT_THRESHOLD[unit]
    window = getattr(alert.shape, "window", None)
    parts = [f"`threshold` {tuning.threshold:g} ({unit})"]
    if tuning.bound:
        parts.append(f"`bound` {tuning.bound:g} s")
    if tuning.at_least:
        parts.append(f"`atLeast` {tuning.at_least}")
    if window:
        parts.append(f"over {window} min")
    return ", ".join(parts)
