"""The pods' volumes and network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.kubernetes import bounds
from semantic_router_observability.dashboards.kubernetes.ids import PANEL_IDS
from semantic_router_observability.dashboards.kubernetes.scope import POD, POD_LABELS, of_pods
from semantic_router_observability.dashboards.others import highest, per_second, select
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

CLAIM: Final = ("namespace", "persistentvolumeclaim")

_MOUNTED = of_pods(select("kube_pod_spec_volumes_persistentvolumeclaims_info", *POD))
MOUNTED: Final = f"max by ({', '.join(CLAIM)}) ({_MOUNTED})"
"""1 for each claim that a pod of the choice mounts."""


def _share(used: str, whole: str) -> str:
    parts = (highest(f"kubelet_volume_stats_{name}", 'namespace=~"$namespace"', by=CLAIM) for name in (used, whole))
    return f"({' / '.join(parts)}) and on ({', '.join(CLAIM)}) {MOUNTED}"


USED_SHARE: Final = _share("used_bytes", "capacity_bytes")


def volumes() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["volumes"],
            title="Volumes, used share",
            description=(
                "Used share of each claim that the pods mount; the dashed line is 85 %. Models are downloaded once, so a climb is new models, "
                "or logs that do not belong there. Volumes that nothing mounts report nothing."
            ),
            unit="percentunit",
            no_value="no volumes",
        ),
        Query(USED_SHARE, "{{persistentvolumeclaim}}"),
        bound=bounds.VOLUME,
        top=1,
    )


def inodes() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["inodes"],
            title="Inodes, used share",
            description=(
                "Used share of each claim's inodes. A volume with free bytes and no free inode refuses new files all the same; caches of many "
                "small files do that."
            ),
            unit="percentunit",
            no_value="no volumes",
        ),
        Query(_share("inodes_used", "inodes"), "{{persistentvolumeclaim}}"),
        bound=bounds.VOLUME,
        top=1,
    )


def network() -> Panel:
    received, sent = (
        of_pods(per_second(f"container_network_{direction}_bytes_total", *POD, by=POD_LABELS)) for direction in ("receive", "transmit")
    )
    return timeseries(
        About(
            id=PANEL_IDS["network"],
            title="Network",
            description=(
                "Bytes per second that the pods receive and send, all together, sidecars included. Received without sent right after a start is the "
                "download of models."
            ),
            unit="Bps",
            no_value="no cAdvisor metrics",
        ),
        Query(f"sum({received})", "received", BLUE),
        Query(f"sum({sent})", "sent", ORANGE),
    )
