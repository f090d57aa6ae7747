"""The pods that read and compact blocks in object storage. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.pods import CONTAINER, Resources, http_probe, pod_metadata, pod_spec, start_up_probe
from semantic_router_observability.kubernetes.ports import THANOS_GRPC, THANOS_HTTP
from semantic_router_observability.kubernetes.storage import Claim, Storage
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement

    from .object_storage import BlockRetention, ObjectStorage

DATA = "/data"


class StoreGateway(Spec, frozen=True, kw_only=True):
    """The pod that reads blocks from the object storage for queries.

    Attributes:
        resources: Requests and limits. Default 100m CPU, 512Mi memory, limit 2Gi memory: an index cache of 250 MB, and the series of queries.
        storage: Where it keeps headers of blocks, about 6 MB each; it makes them anew when they are lost. Default: a claim of 10Gi.

    """

    resources: Resources = Resources(cpu="100m", memory="512Mi", memory_limit="2Gi")
    storage: Storage = Claim(size="10Gi")


class Compactor(Spec, frozen=True, kw_only=True):
    """The pod that merges blocks in the object storage, makes samples of 5 minutes and an hour, and deletes what is too old.

    There is exactly one: two would destroy each other's blocks.

    Attributes:
        resources: Requests and limits. Default 100m CPU, 512Mi memory, limit 2Gi memory.
        storage: Where it keeps the blocks at which it works, up to two weeks of samples twice; it loads them anew when they are lost. Default: a
            claim of 50Gi.

    """

    resources: Resources = Resources(cpu="100m", memory="512Mi", memory_limit="2Gi")
    storage: Storage = Claim(size="50Gi")


def store_arguments(storage: ObjectStorage) -> list[str]:
    """Command line of the store gateway."""
    return [
        "store",
        f"--data-dir={DATA}",
        f"--http-address=0.0.0.0:{THANOS_HTTP}",
        f"--grpc-address=0.0.0.0:{THANOS_GRPC}",
        "--enable-auto-gomemlimit",
        *storage.arguments(),
    ]


def compactor_arguments(storage: ObjectStorage, retention: BlockRetention) -> list[str]:
    """Command line of the compactor. It marks blocks, and deletes them 48 hours later, when no query reads them any more."""
    return [
        "compact",
        "--wait",
        f"--data-dir={DATA}",
        f"--http-address=0.0.0.0:{THANOS_HTTP}",
        "--enable-auto-gomemlimit",
        *retention.arguments(),
        "--delete-delay=48h",
        *storage.arguments(),
    ]


def template(
    *,
    container: str,
    labels: Mapping[str, str],
    arguments: Sequence[str],
    account: str,
    image: str,
    registries: ImageRegistries,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    data: Mapping[str, Any],
    storage: ObjectStorage,
    grpc: bool,
) -> dict[str, Any]:
    """Pod template of either."""
    ports = [{"name": "http", "containerPort": THANOS_HTTP}, *([{"name": "grpc", "containerPort": THANOS_GRPC}] if grpc else [])]
    return {
        "metadata": pod_metadata(container, labels),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            "terminationGracePeriodSeconds": 120,
            "containers": [
                {
                    "name": container,
                    "image": image,
                    "args": list(arguments),
                    "ports": ports,
                    "resources": resources.body(),
                    # The store gateway is ready once it has the headers of all blocks.
                    "startupProbe": start_up_probe("/-/ready", minutes=30),
                    "readinessProbe": http_probe("/-/ready", period=5, failures=3),
                    "livenessProbe": http_probe("/-/healthy", period=30, failures=4),
                    **CONTAINER,
                    "volumeMounts": [{"name": "data", "mountPath": DATA}, *storage.mounts()],
                }
            ],
            "volumes": [{"name": "data", **data}, *storage.volumes()],
        },
    }
