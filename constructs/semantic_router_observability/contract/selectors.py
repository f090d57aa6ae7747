"""Checks of a selector: `name{label="value"}`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import promql_parser as promql

from semantic_router_observability.contract.grafana_variables import VARIABLE
from semantic_router_observability.contract.presence import ALWAYS, Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from semantic_router_observability.contract.metric import Metric, Sample
    from semantic_router_observability.contract.presence import Presence

RETAINED_AMONG_STAND_INS: Final = frozenset({"method", "tier", "is_tie"})
"""Labels that have real values even in a stand-in series, so that no matcher on them leaves it out."""


_SIGNS: Final = (
    (promql.MatchOp.Equal, "="),
    (promql.MatchOp.NotEqual, "!="),
    (promql.MatchOp.Re, "=~"),
    (promql.MatchOp.NotRe, "!~"),
)


class Matcher(NamedTuple):
    """`name op "value"`."""

    name: str
    op: str
    value: str

    @property
    def free(self) -> bool:
        """Whether it may let everything through: a Grafana variable, or `.*`."""
        return VARIABLE in self.value or (self.op == "=~" and self.value in (".*", ".+"))

    def admits(self, value: str) -> bool:
        """Whether a label with this value passes; a variable counts as set to All."""
        if self.op in ("=", "!="):
            return (self.value == value) == (self.op == "=") or VARIABLE in self.value
        try:
            return bool(re.fullmatch(self.value.replace(VARIABLE, ".*"), value)) == (self.op == "=~")
        except re.error:  # Prometheus has its own dialect
            return True

    def words(self) -> list[str]:
        """Values it names one by one; none when it is a pattern."""
        if self.op == "=":
            return [] if VARIABLE in self.value else [self.value]
        parts = [re.sub(r"\[([.])\]|\\([.])", r".", part) for part in self.value.split("|")] if self.op == "=~" else []
        return parts if all(re.fullmatch(r"[\w .:/+-]*", part) for part in parts) else []


def matchers_of(node: Any) -> list[Matcher]:
    """Return the matchers of a parsed selector, those of `or` branches included."""
    parsed = [*node.matchers.matchers, *(matcher for branch in node.matchers.or_matchers for matcher in branch)]
    return [Matcher(matcher.name, next(sign for op, sign in _SIGNS if op == matcher.op), matcher.value) for matcher in parsed]


def names_of(node: Any, matchers: Iterable[Matcher]) -> list[str]:
    """Return the metric names that a parsed selector spells out: before the brace, or as `__name__`."""
    return [node.name] if node.name else [word for matcher in matchers if matcher.name == "__name__" for word in matcher.words()]


def unknown_metric(name: str, known: Collection[str], families: Collection[str]) -> str:
    """Say that there is no such metric, and which there is."""
    if name in families:
        return f"{name} is a histogram; its samples are {name}_bucket, {name}_sum and {name}_count"
    near = get_close_matches(name, known, n=3)
    nearest = f"the nearest are {', '.join(near)}" if near else "none has a similar name"
    return f"no metric {name}; {nearest}; a metric of your own has to be added to the contract"


def check(name: str, sample: Sample, matchers: Iterable[Matcher], labels: frozenset[str] | None) -> Iterator[str]:
    """Check a selector of a known metric."""
    metric = sample.metric
    if metric.unfed:
        yield f"{metric.unfed}: {name} never has a value"
    for matcher in matchers:
        if matcher.name == "__name__":
            continue
        if labels is not None and matcher.name not in labels:
            yield unknown_label(matcher.name, name, labels)
        elif matcher.name == "le" and sample.bucket:
            yield from _bound(metric, matcher)
        elif matcher.name in metric.values:
            yield from (unwritten.text for unwritten in _unwritten(metric, matcher) if unwritten.near)
    if metric.stand_in and not _excludes(metric, metric.stand_in, matchers):
        label = next(label for label in metric.labels if label not in RETAINED_AMONG_STAND_INS)
        yield f'{name} holds stand-in series; leave them out with {label}!="{metric.stand_in}"'


def unwritten_values(metric: Metric, matchers: Iterable[Matcher]) -> Iterator[str]:
    """Values that no label of the metric has at the catalogue's release; a later release may have them, unless they are a misspelling."""
    for matcher in matchers:
        if matcher.name in metric.values:
            yield from (unwritten.text for unwritten in _unwritten(metric, matcher) if not unwritten.near)


def unknown_label(label: str, name: str, labels: Collection[str]) -> str:
    """Say that a metric has no such label, and which it has."""
    near = get_close_matches(label, labels, n=1)
    nearest = f"the nearest is {near[0]}; " if near else ""
    return f"{name} has no label {label}; {nearest}it has {', '.join(sorted(labels)) or 'none'}"


def presence(metric: Metric, matchers: Iterable[Matcher]) -> Presence:
    """When a selector has series."""
    if not metric.late:
        return ALWAYS
    restricting = (matcher for matcher in matchers if matcher.name in metric.labels and not matcher.free)
    retained = frozenset(f'{matcher.name}{matcher.op}"{matcher.value}"' for matcher in restricting if matcher.value != metric.stand_in)
    return frozenset({frozenset({Event(metric.name, retained)})})


def _bound(metric: Metric, matcher: Matcher) -> Iterator[str]:
    """A bucket bound that exists, in a spelling that Prometheus stores: version 3 turns `le="10"` into `le="10.0"`."""
    bounds = {*metric.buckets, float("inf")}
    words = matcher.words()
    for word in words:
        try:
            bound = float(word)
        except ValueError:
            bound = None
        if bound is None or (metric.buckets and bound not in bounds):
            shown = ", ".join(f"{bound:g}" for bound in metric.buckets)
            yield f"{metric.name} has no bucket {word}; its bounds are {shown}, +Inf"
        elif re.fullmatch(r"-?\d+", word) and f"{word}.0" not in words:
            yield f'le="{word}" finds nothing in Prometheus 3, which stores le="{word}.0"; write le=~"{word}|{word}[.]0"'


class _Unwritten(NamedTuple):
    """A value that the label never has, so that the selector, or its part, finds nothing."""

    text: str
    near: bool
    """Whether it is close to one that the label has: a misspelling."""


def _unwritten(metric: Metric, matcher: Matcher) -> Iterator[_Unwritten]:
    known = metric.values[matcher.name]
    if matcher.op == "=~" and not matcher.free and not matcher.words():
        # The empty value stands for series without the label.
        if not any(matcher.admits(value) for value in (*known, metric.stand_in or "", "")):
            yield _Unwritten(f'{metric.name} has no {matcher.name} that "{matcher.value}" selects; it has {", ".join(known)}', near=False)
        return
    for word in matcher.words():
        # The empty value stands for series without the label.
        if word not in known and word not in {"", metric.stand_in}:
            near = get_close_matches(word, known, n=1, cutoff=0.8)
            instead = f'the nearest is "{near[0]}"' if near else f"it has {', '.join(known)}"
            yield _Unwritten(f'{metric.name} has no {matcher.name}="{word}"; {instead}', near=bool(near))


def _excludes(metric: Metric, stand_in: str, matchers: Iterable[Matcher]) -> bool:
    able = [matcher for matcher in matchers if matcher.name in metric.labels and matcher.name not in RETAINED_AMONG_STAND_INS]
    return any(not matcher.admits(stand_in) for matcher in able)
