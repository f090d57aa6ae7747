"""Pages of the real router, see `tests/recorded/README.md`, and what is on a page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

RECORDED = Path(__file__).parents[1] / "recorded"
IN_USE = ("start", "normal", "mixed", "cache")
"""Pages of a router that ran; the label values of `families` are made up."""

SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Sample(NamedTuple):
    """A line of a page."""

    name: str
    labels: Mapping[str, str]
    value: float


def read(page: str) -> Iterator[Sample]:
    """Samples of a page."""
    for line in page.splitlines():
        if match := SAMPLE.fullmatch(line):
            yield Sample(match[1], dict(_LABEL.findall(match[2] or "")), float(match[3]))


@cache
def samples(name: str) -> tuple[Sample, ...]:
    """Samples of a recorded page."""
    return tuple(read((RECORDED / f"{name}.prom").read_text(encoding="utf-8")))


def total(name: str, sample: str, **labels: str) -> float:
    """Sum of a recorded page's samples of this name that have these labels."""
    return sum(value for found, has, value in samples(name) if found == sample and labels.items() <= has.items())


def label_values(page: Iterable[Sample]) -> Iterator[tuple[str, str, str]]:
    """Family, label and value of each sample, but for the labels that the format adds."""
    family_of = {sample: family.name for family in families().values() for sample in family.series}
    for sample, labels, _ in page:
        for label, value in labels.items():
            if label not in {"le", "quantile"}:
                yield family_of[sample], label, value
