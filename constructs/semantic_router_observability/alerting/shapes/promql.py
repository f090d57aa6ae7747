"""Parts of PromQL expressions: counts of events in a window, summed over replicas, by installation."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from semantic_router_observability.router import catalogue, causes
from semantic_router_observability.spec import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

INSTALLATION: Final = ("namespace", "job")
"""Labels that distinguish two installations of the router in one Prometheus."""

_SCRAPED: Final = frozenset({"cluster", "namespace", "pod"})
"""Labels that a filter may ask of any metric."""


class Selector(Record, frozen=True):
    """Series of one metric."""

    name: str
    matcher: str = ""

    def text(self, *more: str) -> str:
        """Return the selector, without placeholder series. It always has braces, so that `filtered` finds it."""
        matchers = [*_stand_ins(self.name), *filter(None, (self.matcher, *more))]
        return f"{self.name}{{{', '.join(matchers)}}}"

    def increase(self, window: str, *more: str, offset: str = "") -> str:
        """Return the events in a window, series by series."""
        shift = f" offset {offset}" if offset else ""
        return f"increase({self.text(*more)}[{window}]{shift})"


class Failures(Record, frozen=True):
    """Failed requests that one party can do something about, each of them once."""

    owner: Callable[[Callable[..., str]], str]
    """One of the functions of `router.causes`."""

    name: str = causes.ERRORS

    def increase(self, window: str, *more: str) -> str:
        """Return the failed requests in a window, series by series."""
        return self.owner(lambda *matchers: Selector(self.name).increase(window, *matchers, *more))


_SELECTOR = re.compile(r"(\w+)\{([^{}]*)\}")
"""A selector of a shape's number: written with braces, even where there is nothing inside."""


def filtered(expression: str, matchers: Mapping[str, str]) -> str:
    """Add matchers, by label, to all selectors of a shape's number whose metric can have the label; labels of the scrape are everywhere."""

    def with_more(found: re.Match[str]) -> str:
        name, own = found.groups()
        more = [matcher for label, matcher in matchers.items() if label in _SCRAPED or label in _labels(name)]
        return f"{name}{{{', '.join([*filter(None, (own,)), *more])}}}"

    return _SELECTOR.sub(with_more, expression)


def summed(by: Sequence[str], inner: str) -> str:
    """Sum over replicas."""
    return f"sum by ({', '.join(by)}) ({inner})"


def counted(by: Sequence[str], events: Selector | Failures, window: str, *more: str) -> str:
    """Events in a window."""
    return summed(by, events.increase(window, *more))


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


def _labels(name: str) -> tuple[str, ...]:
    """Labels that the router gives a series."""
    family = _family_of().get(name)
    return tuple(family.labels) if family else ()


@cache
def _family_of() -> Mapping[str, catalogue.Family]:
    return {sample: family for family in catalogue.families().values() for sample in family.series}


def _stand_ins(name: str) -> list[str]:
    family = catalogue.families().get(name)
    if family is None or family.stand_in != catalogue.INIT:
        return []
    return [f'{label}!="{catalogue.INIT}"' for label in family.labels if label not in family.label_values]


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
