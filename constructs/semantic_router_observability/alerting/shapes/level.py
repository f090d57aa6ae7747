"""`Level`: a number is beyond its limit, or something is not as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.knobs import threshold_of
from semantic_router_observability.errors import Where, at

from .promql import filtered, number, parts
from .shape import Compared

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


class Level(Compared, frozen=True):
    """A gauge, or arithmetic of gauges, against a threshold."""

    value: str
    """The number; every selector has braces, and `<limit>` is filled in."""
    by: tuple[str, ...]
    """Labels of a result."""
    of: int = 1
    """What the number is a ratio of, where the installation sets it."""
    condition: str = "> <threshold>"
    """What is wrong with it; `<threshold>` and `<limit>` are filled in."""
    unit: str = "value"
    is_share: bool = False

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a number that cannot work."""
        for model, threshold in tuning.thresholds.items():
            place = at(where, *threshold_of(model))
            (knobs.ratio if self.is_share else knobs.not_negative)(place, threshold)

    def number(self, tuning: Tuning) -> str:  # noqa: ARG002 - the threshold has no part in it
        """Return the number."""
        return self.value.replace("<limit>", str(self.of))

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(
            f"{filtered(self.number(tuning), dict(zip(('model',), split[model], strict=False)))} {self._condition(threshold)}"
            for model, threshold in tuning.thresholds.items()
        )

    def _condition(self, threshold: float) -> str:
        return self.condition.replace("<threshold>", number(threshold)).replace("<limit>", str(self.of))
