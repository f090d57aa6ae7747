"""Reading a `/metrics` page: the families on it, with the labels and bucket bounds of their samples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from semantic_router_observability.errors import ConfigError


@dataclass
class Seen:
    """A family on a page."""

    name: str
    type: str
    labels: set[str] = field(default_factory=set)
    bounds: set[float] = field(default_factory=set)
    """Finite bucket bounds."""

    values: dict[str, set[str]] = field(default_factory=dict)
    """Values of each label."""

    samples: int = 0


def read(text: str, *, where: str) -> dict[str, Seen]:
    """Return the families of a page in Prometheus's text format, by name.

    Raises:
        ConfigError: the page is not in this format, or holds no metric.

    """
    from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415 - only `contract diff` reads pages

    counters = set(re.findall(r"^# TYPE (\S+) counter", text, re.MULTILINE))
    found: dict[str, Seen] = {}
    try:
        for metric in text_string_to_metric_families(text):
            # The parser calls the counters `x` and `x_total` both `x`; a router that renames one to the other breaks queries.
            name = f"{metric.name}_total" if metric.type == "counter" and metric.name not in counters else metric.name
            seen = found.setdefault(name, Seen(name, metric.type))
            for sample in metric.samples:
                seen.samples += 1
                for label in sample.labels.keys() - {"le", "quantile"}:
                    seen.labels.add(label)
                    seen.values.setdefault(label, set()).add(sample.labels[label])
                seen.bounds |= {float(sample.labels["le"])} - {float("inf")} if "le" in sample.labels else set()
    except (ValueError, IndexError) as error:
        raise ConfigError(where, text[:40], f"is not in Prometheus's text format ({error}); give a /metrics page") from error
    if not found:
        raise ConfigError(where, text[:40], "holds no metric; give a /metrics page in Prometheus's text format")
    return found
