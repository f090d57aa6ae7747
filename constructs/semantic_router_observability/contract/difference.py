"""What a router's `/metrics` page has that the catalogue does not say, and the other way round: what an upgrade would break."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.contract.page import Seen
    from semantic_router_observability.router.catalogue import Family

ALIKE: Final = 0.75
"""Similarity of two names from which on the one may be the other renamed; type and labels have to be equal, too."""

RUNTIME: Final = ("go_", "process_", "promhttp_")
"""New families of the Go runtime come with every release of Go and break nothing."""


def differences(page: Mapping[str, Seen]) -> Iterator[str]:
    """Differences, a line each, in the order renamed, dropped, added, changed.

    A family that appears with its first event may be missing from the page of a quiet router: that is no difference.
    """
    catalogue = families()
    absent = [family for name, family in catalogue.items() if name not in page]
    new = [seen for name, seen in page.items() if name not in catalogue and not name.startswith(RUNTIME)]
    renamed = dict(_renamed(absent, new))
    for old, seen in renamed.items():
        yield f"renamed: {old} is now {seen.name}"
    for family in absent:
        if family.name not in renamed and family.appears in ("start", "placeholder"):
            yield f"dropped: {family.name} ({family.type}) should be there from the start"
    for seen in new:
        if seen not in renamed.values():
            labels = f" with {', '.join(sorted(seen.labels))}" if seen.labels else ""
            yield f"added: {seen.name} ({seen.type}){labels}"
    for name, seen in page.items():
        if name in catalogue:
            yield from _changes(catalogue[name], seen)


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


def _changes(family: Family, seen: Seen) -> Iterator[str]:
    if seen.type != family.type:
        yield f"changed: {family.name} is a {seen.type}, was a {family.type}"
        return
    if not seen.samples:
        return
    for label in sorted(seen.labels - set(family.labels)):
        yield f"changed: {family.name} has label {label}"
    for label in sorted(set(family.labels) - seen.labels):
        yield f"changed: {family.name} lacks label {label}"
    if seen.bounds and seen.bounds != set(family.buckets):
        was, now = (", ".join(f"{bound:g}" for bound in sorted(bounds)) for bounds in (family.buckets, seen.bounds))
        yield f"changed: {family.name} has buckets {now}; were {was}"
