"""From arrivals to outcomes: how many requests took which way, as whole numbers, at any time."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.shapes import LogNormal
from simulator.shares import Split, phase

if TYPE_CHECKING:
    from simulator.scenario import Failure, Model, Scenario

Cell = tuple[int, int]
"""Index of the decision (-1: the client named the model) and of the model."""

NAMED = -1

WAVES = ((0.6, 1.0), (0.25, 7.3), (0.15, 23.9))
"""How the rate swings: shares of the whole swing, and how often each goes up and down in one period. They never meet again."""


@dataclass(frozen=True)
class Life:
    """One run of the process, from the moment its endpoint answers to the moment it dies."""

    start: float
    end: float


@dataclass(frozen=True)
class Stretch:
    """A part of a life in which nothing changes but the time."""

    index: int
    start: float
    end: float
    traffic: float
    weights: tuple[float, ...]
    outcomes: tuple[tuple[float, ...], ...]
    """By model: weights of success and of each of `FAILURES`."""

    slower: tuple[float, ...]
    routing_slower: float


@dataclass
class Counts:
    """Requests since the process started, by what became of them so far."""

    arrivals: int = 0
    parse_errors: int = 0
    unknown_models: int = 0
    auto: Counter[Cell] = field(default_factory=Counter)
    """Requests that routing placed."""

    named: Counter[Cell] = field(default_factory=Counter)
    hits: Counter[Cell] = field(default_factory=Counter)
    misses: Counter[Cell] = field(default_factory=Counter)
    forwarded: Counter[Cell] = field(default_factory=Counter)
    handed: Counter[float] = field(default_factory=Counter)
    """Forwarded requests by the slowness of the router."""

    answered: Counter[Cell] = field(default_factory=Counter)
    """Forwarded requests that the backend is done with, well or badly."""

    ok: Counter[Cell] = field(default_factory=Counter)
    ok_plain: Counter[Cell] = field(default_factory=Counter)
    """Those of `ok` that were not streamed."""

    failed: Counter[tuple[int, Failure]] = field(default_factory=Counter)
    """By model, and how."""

    paced: Counter[tuple[int, float, bool]] = field(default_factory=Counter)
    """Successful answers by model, slowness of the backend, and whether streamed."""

    now_slower: tuple[float, ...] = ()


FAILURES: tuple[Failure, ...] = ("upstream_4xx", "upstream_5xx", "plain_5xx", "unusable", "timeout")
USUAL_MIX = (0.4, 0.4, 0.1, 0.0, 0.1)
"""Weights of the failures of a model that is well."""


class Traffic:
    """The requests of one simulated router."""

    def __init__(self, seed: int, scenario: Scenario) -> None:
        """Cut the time line into lives and stretches."""
        self._seed, self._scenario = seed, scenario
        self.lives = tuple(_lives(scenario))
        self._splits: dict[tuple[object, ...], Split] = {}
        self._stretches = {life: tuple(_stretches(life, scenario)) for life in self.lives}

    def life(self, at: float) -> Life | None:
        """Return the run that is up at a time, if any."""
        return next((life for life in self.lives if life.start <= at < life.end), None)

    def counts(self, life: Life, at: float) -> Counts:
        """Return what happened from the start of `life` until `at`."""
        total = Counts(now_slower=(1.0,) * len(self._scenario.models))
        for stretch in self._stretches[life]:
            if at < stretch.start:
                break
            total.now_slower = stretch.slower
            self._add(total, stretch, at)
        return total

    def _arrivals(self, stretch: Stretch, at: float) -> int:
        scenario = self._scenario
        if scenario.quiet or at <= stretch.start:
            return 0
        mean = scenario.rate * stretch.traffic * (self._clock(min(at, stretch.end)) - self._clock(stretch.start))
        return int(mean + phase(self._seed, "arrivals", stretch.index) * (mean > 0))

    def _clock(self, at: float) -> float:
        """Return seconds that pass faster in busy times: the integral of the rate, for a rate of one on average."""
        ahead = math.fsum(
            size * turn * (math.cos(tide) - math.cos(at / turn + tide))
            for (size, _), turn, tide in zip(WAVES, self._turns, self._tides, strict=True)
        )
        return at + self._scenario.wave * ahead

    @cached_property
    def _turns(self) -> tuple[float, ...]:
        return tuple(self._scenario.period / often / math.tau for _, often in WAVES)

    @cached_property
    def _tides(self) -> tuple[float, ...]:
        return tuple(math.tau * phase(self._seed, "tide", often) for _, often in WAVES)

    def _split(self, weights: tuple[float, ...], *path: object) -> Split:
        key = (weights, *path)
        found = self._splits.get(key)
        if found is None:
            found = self._splits[key] = Split(weights, phase(self._seed, *path))
        return found

    def _placed(self, stretch: Stretch, arrivals: int) -> tuple[list[int], Counter[Cell], Counter[Cell]]:
        """Return the ways in (parse error, unknown model, named, routed), and named and routed requests by cell."""
        scenario = self._scenario
        parse, unknown, named = scenario.parse_error_share, scenario.unknown_model_share, scenario.named_share
        arrived = self._split((parse, unknown, named, 1 - parse - unknown - named), "way", stretch.index).of(arrivals)
        by_name = Counter({(NAMED, m): n for m, n in enumerate(self._split(stretch.weights, "named", stretch.index).of(arrived[2]))})
        routed: Counter[Cell] = Counter()
        decisions = self._split(tuple(decision.weight for decision in scenario.decisions), "decision", stretch.index).of(arrived[3])
        for d, events in enumerate(decisions):
            for m, count in enumerate(self._split(stretch.weights, "model", stretch.index, d).of(events)):
                routed[d, m] = count
        return arrived, by_name, routed

    def _missed(self, stretch: Stretch, cell: Cell, routed: int) -> int:
        """Return how many of a cell's routed requests the cache did not answer."""
        d, _ = cell
        if not self._scenario.decisions[d].cached:
            return routed
        share = self._scenario.cache_hit_share
        return self._split((share, 1 - share), "cache", stretch.index, cell).of(routed)[1]

    def _add(self, total: Counts, stretch: Stretch, at: float) -> None:
        arrivals = self._arrivals(stretch, at)
        if not arrivals:
            return
        arrived, named, routed = self._placed(stretch, arrivals)
        total.arrivals += arrivals
        total.parse_errors += arrived[0]
        total.unknown_models += arrived[1]
        total.named.update(named)
        total.auto.update(routed)
        for cell, count in routed.items():
            missed = self._missed(stretch, cell, count)
            total.forwarded[cell] += missed
            if self._scenario.decisions[cell[0]].cached:
                total.hits[cell] += count - missed
                total.misses[cell] += missed
            total.handed[stretch.routing_slower] += missed
        total.forwarded.update(named)
        total.handed[stretch.routing_slower] += named.total()
        for m, model in enumerate(self._scenario.models):
            self._answer(total, stretch, at, m, model)

    def _answer(self, total: Counts, stretch: Stretch, at: float, m: int, model: Model) -> None:
        """Add what the backend of one model is done with: that which arrived a mean completion time ago."""
        mean = LogNormal(model.median_latency, model.sigma).mean * stretch.slower[m]
        arrivals = self._arrivals(stretch, at - mean)
        if not arrivals:
            return
        _, named, routed = self._placed(stretch, arrivals)
        streaming = self._scenario.streaming_share
        for cell in ((NAMED, m), *((d, m) for d in range(len(self._scenario.decisions)))):
            count = named[cell] if cell[0] == NAMED else self._missed(stretch, cell, routed[cell])
            total.answered[cell] += count
            streamed, plain = self._split((streaming, 1 - streaming), "stream", stretch.index, cell).of(count)
            for events, is_streamed in ((streamed, True), (plain, False)):
                ok, *failed = self._split(stretch.outcomes[m], "outcome", stretch.index, cell, is_streamed).of(events)
                total.ok[cell] += ok
                total.ok_plain[cell] += 0 if is_streamed else ok
                total.paced[m, stretch.slower[m], is_streamed] += ok
                for failure, errors in zip(FAILURES, failed, strict=True):
                    total.failed[m, failure] += errors


def _lives(scenario: Scenario) -> list[Life]:
    lives, start = [], 0.0
    for restart in sorted(scenario.restarts, key=lambda restart: restart.at):
        lives.append(Life(start, restart.at))
        start = restart.at + restart.down
    return [*lives, Life(start, math.inf)]


def _stretches(life: Life, scenario: Scenario) -> list[Stretch]:
    begin = life.start + scenario.loading
    cuts = {begin, *(edge for incident in scenario.incidents for edge in (incident.start, incident.end))}
    cuts |= {model.appears_at for model in scenario.models}
    edges = [*sorted(cut for cut in cuts if begin <= cut < life.end), life.end]
    stretches = []
    for index, (start, end) in enumerate(pairwise(edges)):
        active = [incident for incident in scenario.incidents if incident.start <= start < incident.end]
        outcomes, slower = [], []
        for model in scenario.models:
            mine = [incident for incident in active if incident.model in (None, model.name)]
            share, mix = model.error_share, USUAL_MIX
            for incident in mine:
                if incident.error_share is not None:
                    share = incident.error_share
                    mix = tuple(float(failure == incident.reason) for failure in FAILURES)  # type: ignore[assignment]
            outcomes.append((1 - share, *(share * part for part in mix)))
            slower.append(math.prod(incident.slower for incident in mine))
        stretches.append(
            Stretch(
                index=index,
                start=start,
                end=end,
                traffic=math.prod(incident.traffic for incident in active),
                weights=tuple(model.weight if model.appears_at <= start else 0.0 for model in scenario.models),
                outcomes=tuple(outcomes),
                slower=tuple(slower),
                routing_slower=math.prod(incident.routing_slower for incident in active),
            )
        )
    return stretches
