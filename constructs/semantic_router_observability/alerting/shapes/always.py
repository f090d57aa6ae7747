"""`Always`: fires as long as rules are evaluated on samples that arrive, for a receiver that raises an alarm when it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .absence import STORES
from .shape import Compared

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.errors import Where


class Always(Compared, frozen=True):
    """A vector that is there while Prometheus stores samples: a heartbeat must not outlive what it vouches for."""

    by: tuple[str, ...] = ()
    unit: str = "always"

    def check(self, where: Where, tuning: Tuning) -> None:
        """There is no threshold to check."""

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - there is no threshold
        """Return what is there while samples are stored."""
        return STORES

    def expression(self, tuning: Tuning) -> str:
        """Return the condition."""
        return self.number(tuning)
