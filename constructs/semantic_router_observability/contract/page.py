"""Reading a `/metrics` page: the families on it, with the labels and bucket bounds of their samples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from semantic_router_observability.errors import ConfigError

_TYPE = re.compile(r"# TYPE (\S+) (counter|gauge|histogram|summary|untyped|unknown)\s*")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? +\S+(?: +\S+)?(?: +#.*)?\s*")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:\\.|[^"\\])*)"')


@dataclass
class Seen:
    """A family on a page."""

    name: str
    type: str
    labels: set[str] = field(default_factory=set)
    bounds: set[float] = field(default_factory=set)
    """Finite bucket bounds."""

    samples: int = 0


def read(text: str, *, where: str) -> dict[str, Seen]:
    """Return the families of a page in Prometheus's text format, by name.

    Raises:
        ConfigError: it is no such page.

    """
    found: dict[str, Seen] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if typed := _TYPE.fullmatch(line):
            found[typed[1]] = Seen(typed[1], typed[2])
        elif line and not line.startswith("#"):
            sample = _SAMPLE.fullmatch(line)
            if not sample:
                raise ConfigError(where, line, f"line {number} is no sample; give a /metrics page in Prometheus's text format")
            _count(found, sample[1], dict(_LABEL.findall(sample[2] or "")))
    if not found:
        raise ConfigError(where, text[:40], "holds no metric; give a /metrics page in Prometheus's text format")
    return found


def _count(found: dict[str, Seen], name: str, labels: dict[str, str]) -> None:
    family = next((found[each] for each in (name, re.sub(r"_(bucket|sum|count)$", "", name)) if each in found), None)
    if family is None:
        family = found[name] = Seen(name, "untyped")
    family.samples += 1
    family.labels |= labels.keys() - {"le", "quantile"}
    if "le" in labels and labels["le"] != "+Inf":
        family.bounds.add(float(labels["le"]))
