"""Scenarios as JSON, to hand one to another process."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from simulator.scenario import Decision, Incident, Model, Restart, Scenario

PARTS = {"models": Model, "decisions": Decision, "incidents": Incident, "restarts": Restart}
SETS = ("features", "extras")


def scenario_to(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as JSON can hold it."""
    fields = {key: sorted(value) if key in SETS else value for key, value in asdict(scenario).items()}
    for incident in fields["incidents"]:
        assert not incident.pop("happens"), "events cannot be handed to another process"
    return fields


def scenario_from(fields: dict[str, Any], base: Scenario) -> Scenario:
    """Return `base` with some fields replaced by what JSON said."""
    read: dict[str, Any] = {}
    for key, value in fields.items():
        if key in PARTS:
            read[key] = tuple(PARTS[key](**part) for part in value)
        else:
            read[key] = frozenset(value) if key in SETS else value
    return replace(base, **read)
