"""Cases of `Volume`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .level import LevelCases
from .series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from semantic_router_observability.alerting.knobs import Tuning
    from semantic_router_observability.alerting.shapes.volume import Volume

    from .case import Case
    from .gauges import Gauge
    from .series import Value

    Labels = Mapping[str, str]

_EMPTY, _FULL = 0.01, 0.99
"""Ratios of the volume that the program's own figures show where the kubelet's decide."""


def volume_cases(shape: Volume, gauge: Gauge, tuning: Tuning) -> Iterator[Case]:
    """Return what proves it: the program's own figures where the kubelet is not scraped, and the kubelet's where it is, whatever those say."""
    if "<limit>" in shape.value:
        yield from LevelCases(shape, gauge).cases(tuning)
    for case in LevelCases(shape, replace(gauge, make=_by_kubelet(shape, gauge, _EMPTY))).cases(tuning):
        yield replace(case, name=f"kubelet-{case.name}")
    for case in LevelCases(shape, replace(gauge, make=_by_kubelet(shape, gauge, _FULL))).cases(tuning):
        if case.name == "within":
            yield replace(case, name="kubelet-knows-better")


def _by_kubelet(shape: Volume, gauge: Gauge, own: float) -> Callable[[Labels, Sequence[Value]], Sequence[Series]]:
    """Series of both: the program's own figures, always the same, and the kubelet's, which take the values."""
    labels = dict(re.findall(r'(namespace|persistentvolumeclaim)="([^"]*)"', shape.value))

    def make(base: Labels, values: Sequence[Value]) -> list[Series]:
        at_node = {**labels, "job": "kubelet", "instance": "node-1:10250"}
        steady = [own * shape.of] * len(values)
        return [
            *gauge.make(base, steady),
            Series("kubelet_volume_stats_used_bytes", at_node, tuple(values)),
            Series("kubelet_volume_stats_capacity_bytes", at_node, tuple([float(shape.of)] * len(values))),
        ]

    return make
