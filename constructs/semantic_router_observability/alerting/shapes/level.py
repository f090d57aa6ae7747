"""`Level`: a number is beyond its limit, or something is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_router_observability.alerting import knobs
from semantic_router_observability.alerting.knobs import threshold_of
from semantic_router_observability.errors import Where, at

from .promql import number, parts

if TYPE_CHECKING:
    from semantic_router_observability.alerting.knobs import Tuning


@dataclass(frozen=True)
class Level:
    """A gauge, or arithmetic of gauges, against a threshold."""

    template: str
    """The condition; `<threshold>`, `<limit>` and `{<models>}` (matchers that split the models) are filled in."""
    by: tuple[str, ...]
    """Labels of a result."""
    limit: int = 1
    """What the number is a ratio of, where the installation sets it."""
    unit: str = "value"
    is_share: bool = False

    def check(self, where: Where, tuning: Tuning) -> None:
        """Refuse a number that cannot work."""
        for model, threshold in tuning.thresholds.items():
            place = at(where, *threshold_of(model))
            (knobs.ratio if self.is_share else knobs.not_negative)(place, threshold)

    def expression(self, tuning: Tuning) -> str:
        """Return the condition, model by model where thresholds differ."""
        split = parts(tuning.models)
        return "\nor\n".join(
            self.template.replace("<threshold>", number(threshold))
            .replace("<limit>", str(self.limit))
            .replace("{<models>}", f"{{{', '.join(split[model])}}}" if split[model] else "")
            for model, threshold in tuning.thresholds.items()
        )
