"""When a query has an answer at all.

Most families of the router appear with their first event. `a / b` is therefore empty, not 0, until the first `a`; `a + b` is empty
until there were both. This is small logic over "which of them have happened": alternatives, each a set of events that suffices.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Event(NamedTuple):
    """A series that appears late has appeared."""

    metric: str
    restrictions: frozenset[str]
    """Matchers that leave only a part of the family's series, as written."""

    def __str__(self) -> str:
        """As a selector."""
        return f"{self.metric}{{{', '.join(sorted(self.restrictions))}}}" if self.restrictions else self.metric

    def implied_by(self, other: Event) -> bool:
        """Whether this has happened whenever `other` has."""
        return self.metric == other.metric and self.restrictions <= other.restrictions


Presence = frozenset[frozenset[Event]]
"""There is an answer as soon as all events of one alternative have happened."""

ALWAYS: Final[Presence] = frozenset({frozenset()})

_MOST: Final = 16
"""Alternatives that are kept apart; a query with more is taken to be always there, as nobody could follow the message anyway."""


def either(first: Presence, other: Presence) -> Presence:
    """`one or other`."""
    return _simplest(first | other)


def both(first: Presence, other: Presence) -> Presence:
    """Arithmetic, comparison or `and` of the two."""
    return _simplest(frozenset(a | b for a in first for b in other))


def missing(part: Presence, given: Presence) -> frozenset[Event] | None:
    """A situation in which `given` has an answer and `part` has none."""
    for happened in sorted(given, key=len):
        if not any(all(any(event.implied_by(other) for other in happened) for event in needed) for needed in part):
            return happened
    return None


def _simplest(alternatives: Presence) -> Presence:
    retained = frozenset(alternative for alternative in alternatives if not any(other < alternative for other in alternatives))
    return retained if len(retained) <= _MOST else ALWAYS
