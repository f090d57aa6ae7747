"""Events that several families count or time together, so that they always agree.

An event is drawn from a source (say, forwarded requests), happens `per` time, and takes one of its `rows`: values for its `fields`, with
weights. Families then pick the fields that are their labels. In a row, `MODEL`, `DECISION` and the other places stand for what the request
has; its decision also fixes the domain, the selection method and reasoning.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from semantic_router_observability.router.catalogue import Feature, families, family
from simulator.shares import Split, phase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.page import Page
    from simulator.scenario import Extra, Scenario
    from simulator.shapes import Bins, Shape
    from simulator.traffic import Counts

MODEL, OTHER_MODEL, DECISION, DOMAIN = "{model}", "{other model}", "{decision}", "{domain}"
METHOD, REASONING, EFFORT = "{method}", "{reasoning}", "{effort}"
PLACES = (MODEL, OTHER_MODEL, DECISION, DOMAIN, METHOD, REASONING, EFFORT)

Source = Literal["arrivals", "auto", "hits", "misses", "forwarded", "routed", "ok", "completed"]


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One family that an event feeds; `only` picks rows by field."""

    family: str
    only: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    shape: Shape | None = None
    """What is observed, when the family is a histogram."""

    times: float = 1.0
    """What one event adds, when it is a counter."""

    level: tuple[float, float, float] | None = None
    """Middle, swing and period in seconds, when it is a gauge that wanders; None for a gauge that follows the number of events."""

    most: float = math.inf
    """Where a gauge that follows the number of events stops."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens along with requests."""

    key: str
    source: Source
    feeds: tuple[Feed, ...]
    fields: tuple[str, ...] = ()
    rows: Mapping[tuple[str, ...], float] = field(default_factory=lambda: {(): 1.0})
    per: float = 1.0
    needs: Extra | Feature | None = None


def count(name: str, **only: str | tuple[str, ...]) -> Feed:
    """Feed a counter, one an event."""
    return Feed(family=name, only=only)


def observe(name: str, shape: Shape, **only: str | tuple[str, ...]) -> Feed:
    """Feed a histogram."""
    return Feed(family=name, shape=shape, only=only)


def level(name: str, middle: float, swing: float, period: float = 900.0) -> Feed:
    """Feed a gauge that wanders around `middle`."""
    return Feed(family=name, level=(middle, swing, period))


class Ticker:
    """One event in one simulated router."""

    def __init__(self, seed: int, scenario: Scenario, event: Event) -> None:
        """Check the event against the catalogue and prepare its divisions."""
        self._seed, self._scenario, self._event = seed, scenario, event
        self._picked = [(feed, family(feed.family).type, _picker(event, feed)) for feed in event.feeds]
        self._bound = [place for place in PLACES if any(place in row for row in event.rows)]
        self._places: dict[tuple[int, int], tuple[str, ...]] = {}
        self._rows: dict[tuple[str, ...], tuple[Split, list[tuple[str, ...]]]] = {}
        self._bins: dict[tuple[str, tuple[str, ...]], tuple[Split, Bins]] = {}

    def fill(self, page: Page, counts: Counts, at: float) -> None:
        """Write what the event feeds on the page."""
        happened: Counter[tuple[str, ...]] = Counter()
        for place, requests in self._groups(counts).items():
            if place not in self._rows:
                split = Split(list(self._event.rows.values()), phase(self._seed, self._event.key, place))
                self._rows[place] = (split, [self._filled(row, place) for row in self._event.rows])
            split, rows = self._rows[place]
            events = int(requests * self._event.per + phase(self._seed, self._event.key, "per", place)) if requests else 0
            for row, part in zip(rows, split.of(events), strict=True):
                if part:
                    happened[row] += part
        for feed, kind, (picked, allowed) in self._picked:
            series: Counter[tuple[str, ...]] = Counter()
            for row, events in happened.items():
                if all(row[i] in values for i, values in allowed):
                    series[tuple([row[i] for i in picked])] += events
            for labels, events in series.items():
                self._write(page, feed, kind, labels, events, at)

    def _write(self, page: Page, feed: Feed, kind: str, labels: tuple[str, ...], events: int, at: float) -> None:
        if feed.shape is not None:
            key = (repr(feed.only), labels)
            if (feed.family + key[0], labels) not in self._bins:
                bins = feed.shape.bins(families()[feed.family].buckets)
                start = phase(self._seed, feed.family, key)
                self._bins[feed.family + key[0], labels] = (Split([share for share, _ in bins], start), bins)
            split, bins = self._bins[feed.family + key[0], labels]
            parts = split.of(events)
            page.observe(feed.family, labels, parts, math.fsum(n * mean for n, (_, mean) in zip(parts, bins, strict=True)))
        elif feed.level is not None:
            middle, swing, period = feed.level
            turn = at / period + phase(self._seed, feed.family, labels)
            page.set(feed.family, labels, round(middle + swing * math.sin(math.tau * turn), 4))
        elif kind == "gauge":
            page.set(feed.family, labels, min(feed.most, events * feed.times))
        else:
            page.add(feed.family, labels, events * feed.times)

    def _groups(self, counts: Counts) -> Counter[tuple[str, ...]]:
        """Return the source's requests by the values of the places that rows use."""
        if self._event.source == "arrivals":
            return Counter({(): counts.arrivals})
        cells = {
            "auto": counts.auto,
            "hits": counts.hits,
            "misses": counts.misses,
            "forwarded": counts.forwarded,
            "routed": {cell: n for cell, n in counts.forwarded.items() if cell[0] >= 0},
            "ok": counts.ok,
            "completed": counts.ok + counts.hits,
        }[self._event.source]
        groups: Counter[tuple[str, ...]] = Counter()
        for cell, requests in cells.items():
            if cell not in self._places:
                self._places[cell] = self._place(*cell)
            groups[self._places[cell]] += requests
        return groups

    def _place(self, d: int, m: int) -> tuple[str, ...]:
        """Return what the rows' places stand for in a cell."""
        models = self._scenario.models
        decision = self._scenario.decisions[d] if d >= 0 else None
        values = {
            MODEL: models[m].name,
            OTHER_MODEL: models[(m + 1) % len(models)].name,
            DECISION: decision.name if decision else "unknown",
            DOMAIN: decision.domain if decision else "unknown",
            METHOD: decision.method if decision else "static",
            REASONING: "true" if decision and decision.reasoning else "false",
            EFFORT: "high" if decision and decision.reasoning else "low",
        }
        return tuple(values[place] for place in self._bound)

    def _filled(self, row: tuple[str, ...], place: tuple[str, ...]) -> tuple[str, ...]:
        values = dict(zip(self._bound, place, strict=True))
        return tuple(values.get(cell, cell) for cell in row)


def _picker(event: Event, feed: Feed) -> tuple[list[int], list[tuple[int, tuple[str, ...]]]]:
    """Return where a family's labels stand among the fields, and which values its rows must have."""
    known = family(feed.family)
    assert (known.type == "histogram") == (feed.shape is not None), feed.family
    assert known.fed, feed.family
    for label, values in known.label_values.items():
        # A vocabulary without a fixed set is open (`none`, `_default`, `_global` besides configured names).
        if label in event.fields and not set(values) & {"none", "_default", "_global"} and label != "strategy":
            at = event.fields.index(label)
            for row in event.rows:
                if all(row[event.fields.index(name)] in _tuple(wanted) for name, wanted in feed.only.items()):
                    assert row[at] in values or row[at] in PLACES, (feed.family, label, row[at])
    allowed = [(event.fields.index(name), _tuple(values)) for name, values in feed.only.items()]
    return [event.fields.index(label) for label in known.labels], allowed


def _tuple(values: str | tuple[str, ...]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else values
