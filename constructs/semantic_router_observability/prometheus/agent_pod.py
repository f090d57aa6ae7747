"""The pods that run Prometheus as an agent. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.pods import (
    API_TOKEN_PATH,
    CONTAINER,
    api_token_volume,
    http_probe,
    pod_metadata,
    pod_spec,
    spread,
    start_up_probe,
)
from semantic_router_observability.kubernetes.ports import PROMETHEUS

from .agent_options import log_arguments
from .config import POD_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles

PORT = PROMETHEUS
SECRETS = "/etc/prometheus/secrets"
DATA = "data"
"""Name of the volume."""

_CONFIG = "/etc/prometheus/config"
_DATA_PATH = "/prometheus"


def template(
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    account: str,
    image: str,
    registries: ImageRegistries,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    config_map: str,
    unsent: str,
    volumes: Sequence[Mapping[str, Any]],
    secrets: SecretFiles,
    clustered: bool,
) -> dict[str, Any]:
    """Pod template: one container, which scrapes and writes, and answers no query."""
    name = {"name": POD_NAME, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}
    container = {
        "name": "prometheus",
        "image": image,
        "args": [
            "--agent",
            f"--config.file={_CONFIG}/prometheus.yml",
            "--config.auto-reload",
            f"--storage.agent.path={_DATA_PATH}",
            *log_arguments(unsent),
        ],
        "env": [*([name] if clustered else []), *secrets.environment()] or None,
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": resources.body(),
        # A write-ahead log may take minutes to replay, and killing Prometheus starts it over.
        "startupProbe": start_up_probe("/-/ready", minutes=15),
        "readinessProbe": http_probe("/-/ready", period=5, failures=3),
        "livenessProbe": http_probe("/-/healthy", period=5, failures=6),
        **CONTAINER,
        "volumeMounts": [
            {"name": "config", "mountPath": _CONFIG, "readOnly": True},
            {"name": DATA, "mountPath": _DATA_PATH},
            {"name": "api-token", "mountPath": API_TOKEN_PATH, "readOnly": True},
            *secrets.mounts(),
        ],
    }
    return {
        "metadata": pod_metadata("prometheus", labels),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            **(spread(selector) if clustered and placement.affinity is None else {}),
            # What is queued is sent before it ends; the storage may be slow.
            "terminationGracePeriodSeconds": 120,
            "containers": [container],
            "volumes": [
                {"name": "config", "configMap": {"name": config_map}},
                *volumes,
                api_token_volume("api-token"),
                *secrets.volumes(),
            ],
        },
    }
