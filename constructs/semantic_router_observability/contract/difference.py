"""What a router's `/metrics` page has that the catalogue does not say, and the other way round: what an upgrade would break."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from semantic_router_observability.router.catalogue import INIT, families

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.contract.page import Seen
    from semantic_router_observability.router.catalogue import Family

ALIKE: Final = 0.75
"""Similarity of two names from which on the one may be the other renamed; type and labels have to be equal, too."""

RUNTIME: Final = ("go_", "process_", "promhttp_")
"""New families of the Go runtime come with every release of Go and break nothing."""


class Difference(NamedTuple):
    """Something that a router's page has other than the catalogue says."""

    kind: str
    """`renamed`, `dropped`, `added` or `changed`."""
    metric: str
    """Name in the catalogue; of an added metric, name on the page."""
    text: str
    """What is other about it."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.metric} {self.text}"


def differences(page: Mapping[str, Seen]) -> Iterator[Difference]:
    """Differences in the order renamed, dropped, added, changed.

    A family that appears with its first event may be missing from the page of a quiet router: that is no difference.
    """
    catalogue = families()
    absent = [family for name, family in catalogue.items() if name not in page]
    new = [seen for name, seen in page.items() if name not in catalogue and not name.startswith(RUNTIME)]
    renamed = dict(_renamed(absent, new))
    for old, seen in renamed.items():
        yield Difference("renamed", old, f"is now {seen.name}")
    for family in absent:
        if family.name not in renamed and family.appears in ("start", "placeholder"):
            yield Difference("dropped", family.name, f"({family.type}) should be there from the start")
    for seen in new:
        if seen not in renamed.values():
            labels = f" with {', '.join(sorted(seen.labels))}" if seen.labels else ""
            yield Difference("added", seen.name, f"({seen.type}){labels}")
    for name, seen in page.items():
        if name in catalogue:
            yield from _changes(catalogue[name], seen)


def values_not_seen(page: Mapping[str, Seen]) -> Iterator[str]:
    """Values of closed sets that the page lacks, a line for each label; they appear with their first event, so that is no difference."""
    for name, family in families().items():
        for label, known in family.closed_values.items() if name in page and page[name].samples else ():
            absent = [value for value in known if value not in page[name].values.get(label, ())]
            if absent and not _all_from_the_start(family, label):
                yield f"not on the page: {name} with {label} {', '.join(absent)}"


def not_seen(page: Mapping[str, Seen]) -> int:
    """How many families the page lacks that only their first event brings."""
    return sum(name not in page and family.appears in ("first_event", "config") for name, family in families().items())


def _renamed(absent: list[Family], new: list[Seen]) -> Iterator[tuple[str, Seen]]:
    pairs = sorted(
        (
            (SequenceMatcher(None, family.name, seen.name).ratio(), family.name, seen.name)
            for family in absent
            for seen in new
            if family.type == seen.type and set(family.labels) == seen.labels and family.appears != "never"
        ),
        reverse=True,
    )
    by_name = {seen.name: seen for seen in new}
    taken: set[str] = set()
    for likeness, old, name in pairs:
        if likeness >= ALIKE and not taken & {old, name}:
            taken |= {old, name}
            yield old, by_name[name]


def _changes(family: Family, seen: Seen) -> Iterator[Difference]:
    if seen.type != family.type:
        yield Difference("changed", family.name, f"is a {seen.type}, was a {family.type}")
        return
    if not seen.samples:
        return
    for label in sorted(seen.labels - set(family.labels)):
        yield Difference("changed", family.name, f"has label {label}")
    for label in sorted(set(family.labels) - seen.labels):
        yield Difference("changed", family.name, f"lacks label {label}")
    for label, known in family.closed_values.items():
        has = seen.values.get(label, set())
        for value in sorted(has - {*known, *((INIT,) if family.stand_in else ())}):
            yield Difference("changed", family.name, f'has {label}="{value}", which is in no list')
        for value in known if _all_from_the_start(family, label) else ():
            if value not in has:
                yield Difference("changed", family.name, f'lacks {label}="{value}", which should be there from the start')
    if seen.bounds and seen.bounds != set(family.buckets):
        was, now = (", ".join(f"{bound:g}" for bound in sorted(bounds)) for bounds in (family.buckets, seen.bounds))
        yield Difference("changed", family.name, f"has buckets {now}; were {was}")


def _all_from_the_start(family: Family, label: str) -> bool:
    """Whether the router exports a series for each value of the label before anything happened."""
    return label == family.labels[0] and (family.stand_in == "known_values" or (family.stand_in == INIT and label == "method"))
