"""A strict reader of the Prometheus text format: what a test sees of a page. Anything unusual is an error."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
HELP = re.compile(r"# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)")
TYPE = re.compile(r"# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary)")
ESCAPES = {r"\\": "\\", r"\n": "\n", r"\"": '"'}
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]\d{2,3})?")

Labels = frozenset[tuple[str, str]]


@dataclass
class ParsedFamily:
    """One family: its head and its samples by sample name and labels."""

    name: str
    help: str
    type: str = ""
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)

    def value(self, suffix: str = "", **labels: str) -> float:
        """Return the one sample that has exactly these labels."""
        return self.samples[self.name + suffix, frozenset(labels.items())]

    def total(self, suffix: str = "", **labels: str) -> float:
        """Return the sum of all samples of a name that have at least these labels."""
        wanted = labels.items()
        return math.fsum(v for (name, have), v in self.samples.items() if name == self.name + suffix and wanted <= have)


def parse(text: str) -> dict[str, ParsedFamily]:
    """Return the families of a page.

    Raises:
        ValueError: the page breaks a rule: syntax, a duplicate or misplaced sample, an incoherent histogram, a missing final newline.

    """
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    families: dict[str, ParsedFamily] = {}
    current = ParsedFamily("", "")
    for line in text[:-1].split("\n"):
        if found := HELP.fullmatch(line):
            if found[1] in families:
                raise ValueError(f"family twice: {line}")
            current = families[found[1]] = ParsedFamily(found[1], found[2])
        elif found := TYPE.fullmatch(line):
            if found[1] != current.name or current.type or current.samples:
                raise ValueError(f"misplaced: {line}")
            current.type = found[2]
        else:
            _sample(current, line)
    for family in families.values():
        if not family.type or not family.samples:
            raise ValueError(f"family without type or samples: {family.name}")
        if family.type == "histogram":
            _check_histogram(family)
        if family.type in ("counter", "histogram") and any(v < 0 for (name, _), v in family.samples.items() if not name.endswith("_sum")):
            raise ValueError(f"negative count: {family.name}")
    return families


def _sample(family: ParsedFamily, line: str) -> None:
    found = SAMPLE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a sample: {line!r}")
    suffixes = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}.get(family.type, ("",))
    if found[1] not in {family.name + suffix for suffix in suffixes}:
        raise ValueError(f"sample of another family: {line!r}")
    labels: dict[str, str] = {}
    rest = found[2] or ""
    while rest:
        pair = LABEL.match(rest)
        if pair is None or pair[1] in labels:
            raise ValueError(f"bad labels: {line!r}")
        labels[pair[1]] = re.sub(r"\\.", lambda escape: ESCAPES[escape[0]], pair[2])
        rest = rest[pair.end() :]
    key = (found[1], frozenset(labels.items()))
    if key in family.samples:
        raise ValueError(f"sample twice: {line!r}")
    if not NUMBER.fullmatch(found[3]):
        raise ValueError(f"not a number: {line!r}")
    family.samples[key] = float(found[3])


def _check_histogram(family: ParsedFamily) -> None:
    series: dict[Labels, list[tuple[float, float]]] = {}
    for (name, labels), value in family.samples.items():
        if name.endswith("_bucket"):
            bound = next(text for label, text in labels if label == "le")
            rest = frozenset(pair for pair in labels if pair[0] != "le")
            series.setdefault(rest, []).append((math.inf if bound == "+Inf" else float(bound), value))
    for labels, buckets in series.items():
        buckets.sort()
        counts = [count for _, count in buckets]
        if buckets[-1][0] != math.inf or counts != sorted(counts):
            raise ValueError(f"buckets do not accumulate: {family.name} {set(labels)}")
        if family.samples[family.name + "_count", labels] != counts[-1] or (family.name + "_sum", labels) not in family.samples:
            raise ValueError(f"count does not fit: {family.name} {set(labels)}")
