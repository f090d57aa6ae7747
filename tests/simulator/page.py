"""The page at /metrics: samples by family, and their text as client_golang writes it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from semantic_router_observability.router.catalogue import INIT, Family, families

if TYPE_CHECKING:
    from collections.abc import Collection

Labels = tuple[str, ...]
"""Label values in the catalogue's order."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"


class Page:
    """Samples of one moment. Names and label counts are checked against the catalogue when the text is written."""

    def __init__(self) -> None:
        """Start empty."""
        self.scalars: dict[str, dict[Labels, float]] = {}
        self.histograms: dict[str, dict[Labels, tuple[list[int], float]]] = {}
        self.summaries: dict[str, tuple[dict[float, float], float, int]] = {}

    def set(self, name: str, labels: Labels, value: float) -> None:
        """Set one sample of a counter or gauge."""
        self.scalars.setdefault(name, {})[labels] = value

    def add(self, name: str, labels: Labels, value: float) -> None:
        """Add to one sample of a counter."""
        series = self.scalars.setdefault(name, {})
        series[labels] = series.get(labels, 0) + value

    def observe(self, name: str, labels: Labels, counts: list[int], total: float) -> None:
        """Add observations to a histogram: how many fell into each bucket (the last is open) and their sum."""
        series = self.histograms.setdefault(name, {})
        if labels in series:
            known, before = series[labels]
            counts, total = [a + b for a, b in zip(known, counts, strict=True)], before + total
        series[labels] = (counts, total)

    def summarize(self, name: str, quantiles: dict[float, float], total: float, count: int) -> None:
        """Set an unlabelled summary."""
        self.summaries[name] = (quantiles, total, count)

    def stand_in(self) -> None:
        """Add what the router exports before anything happened: unlabelled families at zero, and stand-in series."""
        for name, labels in _at_start():
            if families()[name].type == "histogram":
                self.histograms.setdefault(name, {}).setdefault(labels, ([0] * (len(families()[name].buckets) + 1), 0.0))
            else:
                self.scalars.setdefault(name, {}).setdefault(labels, 0)

    def text(self, only: Collection[str] | None = None) -> str:
        """Return the page: families by name, series by label values, labels by name; all families, or `only` some."""
        lines: list[str] = []
        for name in sorted({*self.scalars, *self.histograms, *self.summaries}):
            if only is not None and name not in only:
                continue
            known = families()[name]
            lines.append(_head(name))
            if known.type == "histogram":
                for labels, (counts, total) in sorted(self.histograms[name].items()):
                    _write_histogram(lines, known, labels, counts, total)
            elif known.type == "summary":
                quantiles, total, count = self.summaries[name]
                lines += [f'{name}{{quantile="{number(q)}"}} {number(value)}' for q, value in quantiles.items()]
                lines += [f"{name}_sum {number(total)}", f"{name}_count {number(count)}"]
            else:
                lines += [f"{name}{_braced(name, labels)} {number(value)}" for labels, value in sorted(self.scalars[name].items())]
        return "\n".join(lines) + "\n"


def _write_histogram(lines: list[str], known: Family, labels: Labels, counts: list[int], total: float) -> None:
    *heads, suffix = _histogram_heads(known.name, labels)
    seen, written = 0, "0"
    for head, count in zip(heads, counts, strict=True):
        if count:
            seen += count
            written = number(seen)
        lines.append(f"{head} {written}")
    lines += [f"{known.name}_sum{suffix} {number(total)}", f"{known.name}_count{suffix} {written}"]


@cache
def _histogram_heads(name: str, labels: Labels) -> tuple[str, ...]:
    known = families()[name]
    pairs = _pairs(known, labels)
    bounds = (*(number(bound) for bound in known.buckets), "+Inf")
    return (
        *(f'{known.name}_bucket{{{pairs}{"," if pairs else ""}le="{bound}"}}' for bound in bounds),
        f"{{{pairs}}}" if pairs else "",
    )


@cache
def _at_start() -> tuple[tuple[str, Labels], ...]:
    found: list[tuple[str, Labels]] = []
    for known in families().values():
        if known.group.startswith("runtime_") or known.group == "scrape_handler":
            continue
        if known.appears == "start" or known.stand_in == "unlabelled":
            found.append((known.name, ()))
        elif known.stand_in is not None:
            first, *rest = known.labels
            values = known.label_values.get(first, ()) if first == "method" or known.stand_in == "known_values" else ()
            fixed = {"tier": "supported", "is_tie": "false"}
            found += [(known.name, (value, *(fixed.get(label, INIT) for label in rest))) for value in values or (INIT,)]
    return tuple(found)


@cache
def _head(name: str) -> str:
    known = families()[name]
    meaning = known.meaning.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {known.name} {meaning}\n# TYPE {known.name} {known.type}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _pairs(known: Family, labels: Labels) -> str:
    return ",".join(f'{label}="{_escaped(value)}"' for label, value in sorted(zip(known.labels, labels, strict=True)))


@cache
def _braced(name: str, labels: Labels) -> str:
    known = families()[name]
    return f"{{{_pairs(known, labels)}}}" if labels or known.labels else ""


def number(value: float) -> str:
    """Return a number as Go's shortest format writes it: plain between 0.0001 and a million, with an exponent outside."""
    whole = int(value)
    if value == whole and -1_000_000 < whole < 1_000_000:
        return str(whole)
    if 1e-4 <= abs(value) < 1e6:
        return repr(float(value))
    digits = f"{Decimal(repr(float(value))).normalize():e}"
    mantissa, exponent = digits.split("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(2)}"
