"""All simulations, run: what fired when, and what of it people were told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulation.drills import DRILLS, healthy, night
from simulation.engine import firing, names
from simulation.notified import alertmanager, inhibited

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from simulation.engine import Alert

HEALTHY: Final = "healthy"
NIGHT: Final = "night"

WATCHDOG: Final = "Watchdog"


@dataclass(frozen=True)
class Outcome:
    """Alerts by minute: those that fire, and those of them that are sent."""

    fired: Sequence[frozenset[Alert]]
    told: Sequence[frozenset[Alert]]

    @property
    def first_fired(self) -> Mapping[str, int]:
        """Minute at which each alert first fired."""
        return _first(self.fired)

    @property
    def first_told(self) -> Mapping[str, int]:
        """Minute at which people were first told of each alert."""
        return _first(self.told)

    @property
    def inhibited(self) -> frozenset[str]:
        """Alerts that fired, and that nobody was told of."""
        return frozenset(self.first_fired) - frozenset(self.first_told)


def outcomes(promtool: Path, alertmanager_program: Path, folder: Path) -> Mapping[str, Outcome]:
    """Run everything; two at a time, and the next one's samples are made meanwhile."""
    installations = {HEALTHY: healthy(), NIGHT: night(), **{name: each.installation for name, each in DRILLS.items()}}
    with ThreadPoolExecutor(2) as pool:
        running = {
            name: pool.submit(firing, promtool, folder / name.replace(" ", "-"), each.samples()) for name, each in installations.items()
        }
        fired = {name: each.result() for name, each in running.items()}
    with alertmanager(alertmanager_program, folder / "alertmanager") as url:
        quiet = inhibited(url, {situation for situations in fired.values() for situation in situations})
    return {name: Outcome(each, [alerts - quiet[alerts] for alerts in each]) for name, each in fired.items()}


def _first(situations: Sequence[frozenset[Alert]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for minute, alerts in enumerate(situations):
        for name in sorted(names(alerts)):
            found.setdefault(name, minute)
    return found
