"""Labels of series that a selector selects, for SLOs over counters of a user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic_router_observability.contract.selectors import Matcher, matchers_of
from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.promql import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Labels = dict[str, str]


def bad_and_good(bad_events: str, all_events: str) -> tuple[tuple[str, Labels], tuple[str, Labels]]:
    """Name and labels of a series of bad events, and of one that holds the other events.

    Where one family counts both, the second series holds good events alone, and the two add up to all.

    Raises:
        ConfigError: all events do not have the bad ones among them, have no others, or a regular expression is too intricate.

    """
    bad, whole = parse(bad_events), parse(all_events)
    if bad.name != whole.name:
        return (bad.name, _labels(bad_events, matchers_of(bad))), (whole.name, _labels(all_events, matchers_of(whole)))
    among = _labels(bad_events, [*matchers_of(bad), *matchers_of(whole)])
    if not _admit(matchers_of(whole), among):
        raise ConfigError(Place("all_events"), all_events, f"write a selector that selects the bad events too: {bad_events}")
    some = _labels(all_events, matchers_of(whole))
    for matcher in matchers_of(bad):
        for value in (*_failing(matcher), ""):
            good = {name: text for name, text in {**some, matcher.name: value}.items() if text}
            if _admit(matchers_of(whole), good) and not _admit(matchers_of(bad), good):
                return (bad.name, among), (whole.name, good)
    raise ConfigError(Place("all_events"), all_events, f"write a selector that selects more than the bad events: {bad_events}")


def _labels(selector: str, matchers: Sequence[Matcher]) -> Labels:
    found: Labels = {}
    for matcher in matchers:
        found |= next(
            ({matcher.name: value} for value in _passing(matcher) if _admit(matchers, {**found, matcher.name: value}, matcher.name)), {}
        )
    if not _admit(matchers, found):
        raise ConfigError(Place("selector"), selector, "no value was found that it selects; write values one by one, such as a|b")
    return {name: value for name, value in found.items() if value}


def _admit(matchers: Sequence[Matcher], labels: Labels, only: str | None = None) -> bool:
    return all(matcher.admits(labels.get(matcher.name, "")) for matcher in matchers if only in (None, matcher.name))


def _passing(matcher: Matcher) -> Iterator[str]:
    if matcher.op in ("=", "=~"):
        yield from _examples(matcher)
    yield from ("", "other")


def _failing(matcher: Matcher) -> Iterator[str]:
    if matcher.op in ("!=", "!~"):
        yield from _examples(matcher)
    yield "other"


def _examples(matcher: Matcher) -> Iterator[str]:
    if matcher.op in ("=", "!="):
        yield matcher.value
        return
    for alternative in re.sub(r"[()?:^$]", "", matcher.value).split("|"):
        yield re.sub(r"\\[dw][+*]?|\.[+*]?|\[(\w)[^]]*\][+*]?", lambda found: found[1] or "5", alternative).replace("\\", "")
