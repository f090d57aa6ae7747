"""All simulations, run: what fired when, and what of it people were told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulation.drills import DRILLS, healthy, night
from simulation.engine import FIRES, asked, names
from simulation.notified import alertmanager, inhibited
from simulation.panels import beyond

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from simulation.engine import Alert, Answer

HEALTHY: Final = "healthy"
NIGHT: Final = "night"

WATCHDOG: Final = "Watchdog"


@dataclass(frozen=True)
class Outcome:
    """Alerts by minute: those that fire, and those of them that are sent."""

    fired: Sequence[frozenset[Alert]]
    notified: Sequence[frozenset[Alert]]
    beyond: Mapping[str, Sequence[Answer]]
    """By alert and minute: lines of the panel that its link leads to which lie beyond the line that is drawn there."""

    @property
    def first_fired(self) -> Mapping[str, int]:
        """Minute at which each alert first fired."""
        return _first(self.fired)

    @property
    def first_notified(self) -> Mapping[str, int]:
        """Minute at which people were first told of each alert."""
        return _first(self.notified)

    @property
    def inhibited(self) -> frozenset[str]:
        """Alerts that fired, and that nobody was told of."""
        return frozenset(self.first_fired) - frozenset(self.first_notified)


def outcomes(promtool: Path, alertmanager_program: Path, folder: Path) -> Mapping[str, Outcome]:
    """Run everything; two at a time, and the next one's samples are made meanwhile."""
    installations = {HEALTHY: healthy(), NIGHT: night(), **{name: drill.installation for name, drill in DRILLS.items()}}
    with ThreadPoolExecutor(2) as pool:
        running = {
            name: pool.submit(asked, promtool, folder / name.replace(" ", "-"), installation.samples(), _panels(name))
            for name, installation in installations.items()
        }
        answers = {name: run.result() for name, run in running.items()}
    fired = {name: [frozenset(answer) for answer in found[FIRES]] for name, found in answers.items()}
    with alertmanager(alertmanager_program, folder / "alertmanager") as url:
        quiet = inhibited(url, {situation for situations in fired.values() for situation in situations})
    return {name: Outcome(run, [alerts - quiet[alerts] for alerts in run], answers[name]) for name, run in fired.items()}


def _panels(name: str) -> Mapping[str, str]:
    """Ask of each alert that a drill expects what its panel shows."""
    expected = {*DRILLS[name].tells, *DRILLS[name].inhibited} if name in DRILLS else set()
    return {alert: beyond(alert) for alert in sorted(expected)}


def _first(situations: Sequence[frozenset[Alert]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for minute, alerts in enumerate(situations):
        for name in sorted(names(alerts)):
            found.setdefault(name, minute)
    return found
