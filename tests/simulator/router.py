"""The simulated router: one object that knows its page and its truth at any time."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from simulator.answer_events import answer_events
from simulator.core import Core
from simulator.events import Event, Ticker
from simulator.extra_events import extra_events
from simulator.page import Page
from simulator.routing_events import routing_events
from simulator.runtime import fill_runtime
from simulator.scenario import Scenario
from simulator.traffic import Counts, Life, Traffic
from simulator.windows import fill_windows

if TYPE_CHECKING:
    from collections.abc import Collection

    from simulator.scenario import Incident
    from simulator.truth import Truth


class RouterDown(Exception):  # noqa: N818 - it is a state, not an error of the simulator
    """The process is not running at that time, so nothing answers."""


class Router:
    """One replica. Two with the same seed and scenario are the same to the byte; another seed shifts every cycle."""

    def __init__(self, seed: int = 1, scenario: Scenario | None = None, *, only: Collection[str] | None = None) -> None:
        """Prepare everything that does not depend on the time; `only` are the families to put on the page, all when not given."""
        self.seed, self.scenario = seed, scenario or Scenario()
        self._traffic = Traffic(seed, self.scenario)
        self._core = Core(seed, self.scenario)
        self._only = None if only is None else frozenset(only)
        on = {*self.scenario.features, *self.scenario.extras, None}
        events = [*routing_events(self.scenario), *answer_events(self.scenario), *extra_events(self.scenario)]
        self._tickers = [Ticker(seed, self.scenario, event) for event in events if event.needs in on and self._wanted(event)]
        self._incidents = [
            (incident, [Ticker(seed, self.scenario, event) for event in incident.happens if self._wanted(event)])
            for incident in self.scenario.incidents
        ]

    def up(self, at: float) -> bool:
        """Return whether the endpoint answers; requests may still have to wait for `Scenario.loading`."""
        return self._traffic.life(at) is not None

    def truth(self, at: float) -> Truth:
        """Return the totals that the page of that moment encodes.

        Raises:
            RouterDown: nothing runs at `at`.

        """
        life, counts = self._now(at)
        return self._core.truth(counts, at=at, started=life.start)

    def exposition(self, at: float) -> str:
        """Return the page at `at` simulated seconds, in the Prometheus text format.

        Raises:
            RouterDown: nothing runs at `at`.

        """
        life, counts = self._now(at)
        truth = self._core.truth(counts, at=at, started=life.start)
        page = Page()
        self._core.fill(page, truth, counts)
        for ticker in self._tickers:
            ticker.fill(page, counts, at)
        for incident, tickers in self._incidents:
            if tickers and incident.start < at:
                meanwhile = self._between(life, incident, at)
                for ticker in tickers:
                    ticker.fill(page, meanwhile, at)
        if "windowed_metrics" in self.scenario.features:

            def earlier(seconds: float) -> Counts | None:
                return self._traffic.counts(life, at - seconds) if at - seconds > life.start else None

            fill_windows(page, self.scenario, counts, earlier)
        fill_runtime(
            page,
            seed=self.seed,
            epoch=self.scenario.epoch,
            started=life.start,
            at=at,
            requests=counts.arrivals,
            inflight=sum(truth.inflight.values()),
        )
        page.stand_in()
        return page.text(self._only)

    def _wanted(self, event: Event) -> bool:
        return self._only is None or any(feed.family in self._only for feed in event.feeds)

    def _between(self, life: Life, incident: Incident, at: float) -> Counts:
        """Return what happened from the start of an incident to its end, or until now."""
        before, after = (self._traffic.counts(life, min(max(edge, life.start), at)) for edge in (incident.start, incident.end))
        meanwhile = Counts(arrivals=after.arrivals - before.arrivals)
        for field in fields(Counts):
            if isinstance(total := getattr(after, field.name), Counter):
                setattr(meanwhile, field.name, total - getattr(before, field.name))
        return meanwhile

    def _now(self, at: float) -> tuple[Life, Counts]:
        life = self._traffic.life(at)
        if life is None:
            raise RouterDown(at)
        return life, self._traffic.counts(life, at)
