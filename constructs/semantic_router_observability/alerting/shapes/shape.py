"""What all kinds of condition have in common: they check their numbers and write their expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from semantic_router_observability.spec import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.errors import Where


class Shape(Protocol):
    """A kind of condition."""

    @property
    def unit(self) -> str:
        """What the threshold counts, for the table of alerts."""
        ...

    @property
    def by(self) -> tuple[str, ...]:
        """Labels of a result."""
        ...

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse numbers that cannot work."""
        ...

    def number(self, tuning: Tuning) -> str:
        """Return what is compared, as a panel and a runbook show it; every selector has braces, see `filtered`."""
        ...

    def limit(self, tuning: Tuning) -> str:
        """Return what the number is compared with, as an expression; empty: with the threshold, or only with 0."""
        ...

    def records(self, tuning: Tuning) -> Mapping[str, str]:
        """Return series that the condition reads, by name: what each is computed from."""
        ...

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        ...


class Compared(Record, frozen=True):
    """What most kinds share: they compare with a number, and record nothing."""

    def limit(self, tuning: Tuning) -> str:  # noqa: ARG002 - others have one
        """Return nothing: the limit is no expression."""
        return ""

    def records(self, tuning: Tuning) -> Mapping[str, str]:  # noqa: ARG002 - others record
        """Return nothing."""
        return {}
