"""Alerts on the nodes that pods of the router, of the engines and of this stack run on. A node without space or memory ends pods of its own accord."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import DEPENDENCIES, Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-nodes"
"""Uid of the dashboard that shows the numbers of these alerts."""

NODE: Final = ("namespace", "node")
"""Labels of a result. The namespace is that of the exporter, by which alerts are routed where namespaces separate them."""

OF_THE_NODE: Final = (
    'fstype!~"tmpfs|overlay|squashfs|erofs|iso9660|fuse.*"',
    'mountpoint!~"/var/lib/(kubelet|docker|containers)/.+|/run/.+"',
)
"""Filesystems of the node itself: those in memory, images, and what is mounted for one pod are left out. Volumes of pods are the kubelet's."""

_COMPONENT: Final = "nodes"


def used(*matchers: str) -> str:
    """Write the share of each filesystem that is used. What cannot be written to is as full as it was made, and left out."""
    braces = f"{{{', '.join((*OF_THE_NODE, *matchers))}}}"
    return f"1 - node_filesystem_avail_bytes{braces} / node_filesystem_size_bytes{braces} and node_filesystem_readonly{braces} == 0"


def nodes() -> Iterator[Definition]:
    """Return the alerts about nodes."""
    yield Definition(
        name="NodeFilesystemFull",
        shape=Level(
            value=f"max by ({', '.join(NODE)}, mountpoint) ({used()})",
            by=(*NODE, "mountpoint"),
            unit="ratio of the filesystem",
            is_share=True,
        ),
        tuning=tuning(threshold=thresholds.NODE_FILESYSTEM, severity="warning", hold="15m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="{{ $value | humanizePercentage }} of the filesystem {{ $labels.mountpoint }} of node {{ $labels.node }} is used",
        description=(
            "The kubelet removes images that nobody uses, and then evicts pods, by default when less than 15 % of the filesystem of images or "
            "less than 10 % of its own is free. New pods are not put on the node."
        ),
        panel=Panel(uid=BOARD, id=10),
        lines=panels(BOARD, 4, 10),
    )
    yield Definition(
        name="NodeMemoryLow",
        shape=Level(
            value=f"max by ({', '.join(NODE)}) (1 - node_memory_MemAvailable_bytes{{}} / node_memory_MemTotal_bytes{{}})",
            by=NODE,
            unit="ratio of the memory",
            is_share=True,
        ),
        tuning=tuning(threshold=thresholds.NODE_MEMORY, severity="warning", hold="10m"),
        component=_COMPONENT,
        service=DEPENDENCIES,
        summary="{{ $value | humanizePercentage }} of the memory of node {{ $labels.node }} is used",
        description=(
            "What remains is soon gone: the kubelet then evicts pods, or the kernel kills a process, first those that use more than they asked "
            "for. A router or an engine among them restarts."
        ),
        panel=Panel(uid=BOARD, id=11),
        lines=panels(BOARD, 11),
    )
