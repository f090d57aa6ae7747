"""The pods that run the OpenTelemetry Collector. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.checks import byte_quantity
from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, spread, start_up_probe

from .config import HEALTH, METRICS, OTLP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles

CONFIG: Final = "/etc/otelcol/config"
CONFIG_FILE: Final = "collector.yaml"
SECRETS: Final = "/etc/otelcol/secrets"

OTLP_PORT: Final = "grpc-otlp"
"""Name of the port for spans: service meshes recognize gRPC by its beginning."""


def template(
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    account: str,
    image: str,
    registries: ImageRegistries,
    replicas: int,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    config_map: str,
    files: Mapping[str, str],
    secrets: SecretFiles,
) -> dict[str, Any]:
    """Pod template. The hash of the configuration rolls the pods, since the collector reads it when it starts."""
    container = {
        "name": "collector",
        "image": image,
        "args": [f"--config={CONFIG}/{CONFIG_FILE}"],
        "env": [*memory(resources), *secrets.environment()] or None,
        "ports": [
            {"name": OTLP_PORT, "containerPort": OTLP},
            {"name": "metrics", "containerPort": METRICS},
            {"name": "http", "containerPort": HEALTH},
        ],
        "resources": resources.body(),
        "startupProbe": start_up_probe("/", minutes=1),
        "readinessProbe": http_probe("/", period=5, failures=3),
        "livenessProbe": http_probe("/", period=10, failures=6),
        **CONTAINER,
        "volumeMounts": [{"name": "config", "mountPath": CONFIG, "readOnly": True}, *secrets.mounts()],
    }
    return {
        "metadata": pod_metadata("collector", labels, files),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            **(spread(selector) if replicas > 1 and placement.affinity is None else {}),
            # On its way out, it sends what waits.
            "terminationGracePeriodSeconds": 60,
            "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": config_map}}, *secrets.volumes()],
        },
    }


def memory(resources: Resources) -> list[dict[str, Any]]:
    """Tell Go to collect garbage before the container's limit is reached."""
    if resources.memory_limit is None:
        return []
    return [{"name": "GOMEMLIMIT", "value": str(int(byte_quantity("memory_limit", resources.memory_limit) * 4 / 5))}]
