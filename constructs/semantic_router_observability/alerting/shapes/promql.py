"""Parts of PromQL expressions: counts of events in a window, summed over replicas, by installation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semantic_router_observability.router import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INSTALLATION: Final = ("namespace", "job")
"""Labels that distinguish two installations of the router in one Prometheus."""


@dataclass(frozen=True)
class Selector:
    """Series of one metric."""

    name: str
    matcher: str = ""

    def text(self, *more: str) -> str:
        """Return the selector, without placeholder series."""
        matchers = [*_stand_ins(self.name), *filter(None, (self.matcher, *more))]
        return f"{self.name}{{{', '.join(matchers)}}}" if matchers else self.name


def summed(by: Sequence[str], inner: str) -> str:
    """Sum over replicas."""
    return f"sum by ({', '.join(by)}) ({inner})"


def counted(by: Sequence[str], selector: Selector, window: str, *more: str, offset: str = "") -> str:
    """Events in a window."""
    shift = f" offset {offset}" if offset else ""
    return summed(by, f"increase({selector.text(*more)}[{window}]{shift})")


def parts(models: Iterable[str | None]) -> dict[str | None, tuple[str, ...]]:
    """Matchers that split the models: one for each named model, and one for all others (None)."""
    named = [model for model in models if model is not None]
    others = "|".join(_quoted(re.escape(model)) for model in named)
    return {None: (f'model!~"{others}"',) if named else (), **{model: (f'model="{_quoted(model)}"',) for model in named}}


def le_pattern(bound: float) -> str:
    """Write a bucket bound as a regular expression for both notations: the router writes `le="10"`, Prometheus 3 stores `le="10.0"`."""
    text = f"{bound:g}"
    return f"{text}|{text}[.]0" if text.isdecimal() else text.replace(".", "[.]")


def minutes(window: int) -> str:
    """Write minutes as Prometheus does."""
    for unit, size in (("d", 1440), ("h", 60)):
        if window % size == 0:
            return f"{window // size}{unit}"
    return f"{window}m"


def number(value: float) -> str:
    """Write a number without an exponent."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)  # noqa: PLR2004


def _stand_ins(name: str) -> list[str]:
    family = catalogue.families().get(name)
    if family is None or family.stand_in != catalogue.INIT:
        return []
    return [f'{label}!="{catalogue.INIT}"' for label in family.labels if label not in family.label_values]


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
