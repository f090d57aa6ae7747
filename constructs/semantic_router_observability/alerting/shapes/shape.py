"""What all kinds of condition have in common: they check their numbers and write their expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        ...
