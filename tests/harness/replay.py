"""A recorded page of the real router as a router that can be scraped: its counters grow evenly from nothing to what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from simulator.history import FIRST

if TYPE_CHECKING:
    from simulator import Router

PAGES = Path(__file__).parents[1] / "recorded"


class Replay:
    """What a page says after a part of the time: counters and histograms that much, gauges as recorded."""

    def __init__(self, name: str, *, hours: float = 1) -> None:
        """Read the page; `hours` is how long it takes."""
        self._lines = (PAGES / f"{name}.prom").read_text(encoding="utf-8").splitlines()
        self._seconds = hours * 3600

    def exposition(self, at: float) -> str:
        """Return the page at a simulated second."""
        part = (at - FIRST) / self._seconds
        growing, lines = False, []
        for line in self._lines:
            if line.startswith("# TYPE"):
                growing = line.endswith((" counter", " histogram"))
            elif growing:
                name, value = line.rsplit(" ", 1)
                lines.append(f"{name} {float(value) * part!r}")
            else:
                lines.append(line)
        return "\n".join(lines)


def replayed(name: str, *, hours: float = 1) -> Router:
    """Return a page in the place of a simulated router."""
    return cast("Router", Replay(name, hours=hours))
