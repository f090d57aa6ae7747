"""`Always`: fires as long as rules are evaluated, for a receiver that raises an alarm when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.errors import Where


@dataclass(frozen=True)
class Always:
    """A vector that is always there."""

    by: tuple[str, ...] = ()
    unit: str = "always"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def expression(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return the condition."""
        return "vector(1)"
