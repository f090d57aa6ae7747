"""Alerts on the GPUs of the engines. A GPU that fails takes its engine with it; the router then counts errors of a model without knowing why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import DEPENDENCIES, Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.level import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-gpus"
"""Uid of the dashboard that shows the numbers of these alerts."""

GPU: Final = ("node", "gpu", "namespace", "pod")
"""Labels of a result. Namespace and pod are those of the engine that has the GPU; one that nobody has is without them."""

OF_PROGRAMS: Final = (13, 31, 43, 45, 68, 109)
"""XID errors that a program causes by itself, such as an address that it may not read. NVIDIA's device plugin for Kubernetes leaves them out of
its health checks, too."""

_COMPONENT: Final = "gpus"


def gpus() -> Iterator[Definition]:
    """Return the alerts about GPUs."""
    gpu = ", ".join(GPU)
    others = " ".join(f"!= {number}" for number in OF_PROGRAMS)
    yield Definition(
        name="GpuFault",
        shape=Level(value=f"max by ({gpu}) (DCGM_FI_DEV_XID_ERRORS{{}} {others})", condition="> 0", by=GPU, unit="XID of the error"),
        tuning=tuning(threshold=0, severity="warning", hold="2m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="GPU {{ $labels.gpu }} of node {{ $labels.node }} reported XID {{ $value | humanize }}, an error of the GPU or its driver",
        description=(
            "An engine on it fails, hangs or restarts: its model answers with errors, or the other engines take its traffic. The number is the "
            "last error, and stays until the driver starts again."
        ),
        panel=Panel(uid=BOARD, id=10),
    )
    yield Definition(
        name="GpuTooHot",
        shape=Level(value=f"max by ({gpu}) (DCGM_FI_DEV_GPU_TEMP{{}})", by=GPU, unit="degrees Celsius"),
        tuning=tuning(threshold=85, severity="warning", hold="10m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="GPU {{ $labels.gpu }} of node {{ $labels.node }} has {{ $value | humanize }} degrees Celsius",
        description="Near its limit a GPU slows down, and its engine with it: answers take longer, without an error anywhere.",
        panel=Panel(uid=BOARD, id=11),
        lines=panels(BOARD, 11),
    )
