"""The pod that runs VictoriaLogs. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, start_up_probe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources

PORT: Final = 9428
"""For lines that come in, queries and metrics alike."""

DATA: Final = "data"
"""Name of the volume."""

_DATA_PATH: Final = "/victoria-logs-data"


def arguments(retention: str, most_bytes: int | None, most_percent: int) -> list[str]:
    """Command line of the program; `retention` in its own units.

    The oldest days are dropped early when lines take `most_bytes` or, where the size of the volume is not known, `most_percent` of it.
    """
    return [
        f"-storageDataPath={_DATA_PATH}",
        f"-httpListenAddr=:{PORT}",
        # Pods may have addresses of IPv6 alone.
        "-enableTCP6",
        f"-retentionPeriod={retention}",
        # The program takes one of the two.
        f"-retention.maxDiskUsagePercent={most_percent}" if most_bytes is None else f"-retention.maxDiskSpaceUsageBytes={most_bytes}",
        # A line stays what the router wrote, whichever protocol it came by; queries take its fields out.
        "-loki.disableMessageParsing=true",
        "-loggerFormat=json",
    ]


def template(
    *,
    labels: Mapping[str, str],
    account: str,
    image: str,
    registries: ImageRegistries,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    args: Sequence[str],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Pod template: one container, which takes lines and answers queries."""
    container = {
        "name": "victoria-logs",
        "image": image,
        "args": list(args),
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": resources.body(),
        "startupProbe": start_up_probe("/health", minutes=10),
        "readinessProbe": http_probe("/health", period=5, failures=3),
        "livenessProbe": http_probe("/health", period=10, failures=6),
        **CONTAINER,
        "volumeMounts": [{"name": DATA, "mountPath": _DATA_PATH}],
    }
    return {
        "metadata": pod_metadata("victoria-logs", labels),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            # On its way out, it writes to disk what came in the last seconds.
            "terminationGracePeriodSeconds": 60,
            "containers": [container],
            "volumes": [{"name": DATA, **data}],
        },
    }
