"""Samples of a simulated installation as promtool reads them: every series a row of values, one a step."""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_HEAD: Final = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?")
_BOUND: Final = re.compile(r'le="(\d+)"')

Key = tuple[str, str]
"""Name of a series, and its labels as text, without braces."""

Change = tuple[str, str, "Callable[[float, float], float]"]
"""Name of a metric, text that its labels contain, and what becomes of a value: (seconds, value) -> value."""


class Samples:
    """Collects samples by series; what is not added at a step is missing there."""

    def __init__(self, steps: int, step: int, wanted: Iterable[str], changes: Iterable[Change] = (), stored: int | None = None) -> None:
        """Hold `steps` steps of `step` seconds, only of metrics whose name is wanted; the first `stored` are stored, by default all."""
        self.steps, self.step, self.stored = steps, step, stored
        self._wanted = frozenset(wanted)
        self._changes: dict[str, list[Change]] = {}
        for change in changes:
            self._changes.setdefault(change[0], []).append(change)
        self._rows: dict[Key, list[float | None]] = {}

    def add(self, index: int, name: str, labels: str, value: float) -> None:
        """Add one sample."""
        if name not in self._wanted:
            return
        for _, part, change in self._changes.get(name, ()):
            if part in labels:
                value = change(index * self.step, value)
        if not math.isnan(value):
            self._rows.setdefault((name, labels), [None] * self.steps)[index] = value

    def series(self) -> list[Mapping[str, str]]:
        """Return all series in promtool's words."""
        return [
            {"series": f"{name}{{{labels}}}", "values": _values(row[: self.stored])} for (name, labels), row in sorted(self._rows.items())
        ]

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self._rows)


def read(page: str) -> list[tuple[Key, float]]:
    """Return the samples of a page that reach Prometheus."""
    found = []
    for line in page.splitlines():
        head, _, value = line.rpartition(" ")
        if not line.startswith("#") and (key := _key(head)):
            found.append((key, float(value)))
    return found


@cache
def _key(head: str) -> Key | None:
    """Return name and labels, bucket bounds spelled as Prometheus stores them; None for what the scrape drops, as it names a person."""
    found = _HEAD.fullmatch(head)
    assert found, head
    text = found[2] or ""
    return None if "user_id=" in text else (found[1], _BOUND.sub(_whole, text))


def labels(**pairs: str) -> str:
    """Write labels as text."""
    return ",".join(f'{name}="{value}"' for name, value in pairs.items())


def _whole(found: re.Match[str]) -> str:
    return f'le="{found[1]}.0"'


def _values(row: list[float | None]) -> str:
    """Write a row; runs of the same value are folded, and a series that ends is marked stale, as a scrape that misses it does."""
    words: list[str] = []
    before: float | None = None
    for value, run in groupby(row):
        times = len(list(run))
        if value is None:
            if before is not None:
                words.append("stale")
                times -= 1
            words.append(f"_x{times}" if times else "")
        else:
            # AxN is N more of A.
            words.append(f"{value!r}x{times - 1}" if times > 1 else repr(value))
        before = value
    return " ".join(word for word in words if word)
