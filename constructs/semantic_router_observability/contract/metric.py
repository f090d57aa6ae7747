"""One metric family, as far as queries care, and the samples it consists of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.router import catalogue
from semantic_router_observability.router.catalogue import Kind
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")

Source = Literal[
    "scrape",
    "prometheus",
    "alertmanager",
    "grafana",
    "vllm",
    "kubernetes",
    "otelcol",
    "jaeger",
    "thanos",
    "envoy",
    "redis",
    "dcgm",
    "node",
    "operator",
    "victorialogs",
    "blackbox",
]
"""A catalogue beside the router's: series that Prometheus makes while scraping, and those of each program by its name."""

SOURCES: tuple[Source, ...] = get_args(Source)


class Metric(Spec, frozen=True, kw_only=True):
    """A metric family.

    Attributes:
        name: As in its `# TYPE` line, so without `_bucket`, `_sum` and `_count`.
        type: `counter`, `gauge`, `histogram` or `summary`.
        labels: Labels its program sets. Those that scraping adds need not be named.
        open_labels: The metric may have labels besides those listed, and none is reported as unknown. Default false.
        buckets: Finite upper bounds of a histogram. Default: unknown, so no bound is called wrong.
        values: All values that a label can have, by label; a query that asks for another finds nothing: a
            misspelling is refused, anything else in strict mode. Omit labels whose values come from
            configuration or traffic. Default: none.
        late: Series appear with their first event, so a ratio needs a zero for the side that never happened. Default false.
        stand_in: Label value of series that stand in for what has not happened yet. Default: none.
        unfed: Why no value can be expected. Default: values can be.

    """

    name: str
    type: Kind
    labels: Sequence[str] = ()
    open_labels: bool = False
    buckets: Sequence[float] = ()
    values: Mapping[str, Sequence[str]] = {}
    late: bool = False
    stand_in: str | None = None
    unfed: str | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "values", {label: tuple(values) for label, values in self.values.items()})
        if not _NAME.fullmatch(self.name):
            raise ConfigError("name", self.name, "write a metric name: letters, digits, '_' and ':', not starting with a digit")
        if list(self.buckets) != sorted(set(self.buckets)):
            raise ConfigError("buckets", self.buckets, "write finite upper bounds, ascending")

    @classmethod
    def of(cls, family: catalogue.Family) -> Metric:
        """Take what queries need from the router's catalogue."""
        unfed = {
            "unrecorded": "the router defines it and never feeds it",
            "placeholder_only": "the router only ever exports stand-ins of it",
        }
        named = family.stand_in == catalogue.INIT
        return cls(
            name=family.name,
            type=family.type,
            labels=family.labels,
            buckets=family.buckets,
            values=family.closed_values,
            # Not those of a feature: while it is off, no answer is the right answer.
            late=family.status == "recorded" and (family.appears == "first_event" or named),
            stand_in=catalogue.INIT if named else None,
            unfed=unfed.get(family.status),
        )


class Sample(NamedTuple):
    """A name that samples have, such as `x_bucket` of histogram `x`."""

    metric: Metric
    counter: bool
    """Whether it only ever grows."""
    label: str | None
    """Label that the format itself adds: `le` or `quantile`."""

    @property
    def bucket(self) -> bool:
        """Whether it holds the buckets of a histogram."""
        return self.label == "le"


def samples(metrics: Iterable[Metric]) -> dict[str, Sample]:
    """Every name that samples of the families have."""
    found: dict[str, Sample] = {}
    for metric in metrics:
        match metric.type:
            case "histogram" | "summary":
                found[f"{metric.name}_sum"] = found[f"{metric.name}_count"] = Sample(metric, counter=True, label=None)
                if metric.type == "histogram":
                    found[f"{metric.name}_bucket"] = Sample(metric, counter=True, label="le")
                else:
                    found[metric.name] = Sample(metric, counter=False, label="quantile")
            case kind:
                found[metric.name] = Sample(metric, counter=kind == "counter", label=None)
    return found


@cache
def router_metrics() -> Mapping[str, Metric]:
    """The router's families, by name."""
    return {family.name: Metric.of(family) for family in catalogue.families().values()}


@cache
def source_metrics(source: Source) -> Mapping[str, Metric]:
    """Families of another program, by name."""
    text = Path(__file__).with_name(f"{source}.json").read_bytes()
    return {metric.name: metric for metric in msgspec.json.decode(text, type=tuple[Metric, ...])}
