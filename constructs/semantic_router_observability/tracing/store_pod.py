"""The pod that runs Jaeger 2, and its configuration. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, start_up_probe
from semantic_router_observability.yamltext import to_yaml

from .config import HEALTH, METRICS, OTLP, OWN_METRICS
from .pod import OTLP_PORT, memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources

QUERY: Final = 16686
"""For Grafana, and for Jaeger's own pages."""

SMALLEST_VOLUME: Final = 5 * 2**30
"""A log of values has 1 GiB, and several are open or being merged at a time."""

CONFIG_FILE: Final = "jaeger.yaml"
SERVICE_PORTS: Final = [
    {"name": OTLP_PORT, "port": OTLP, "targetPort": OTLP_PORT},
    {"name": "http-query", "port": QUERY, "targetPort": "http-query"},
]

MAINTENANCE: Final = "5m"
"""Time after which space of expired traces is given back, and what is free is measured, again and again: Jaeger's own default."""

_CONFIG: Final = "/etc/jaeger/config"
_DATA_PATH: Final = "/data"
_STORE: Final = "traces"


def config(retention: str) -> str:
    """Text of `jaeger.yaml`; `retention` in Go's units."""
    directories = {"keys": f"{_DATA_PATH}/keys", "values": f"{_DATA_PATH}/values"}
    return to_yaml(
        {
            "extensions": {
                "healthcheckv2": {"use_v2": True, "http": {"endpoint": f":{HEALTH}"}},
                "jaeger_query": {"storage": {"traces": _STORE}, "http": {"endpoint": f":{QUERY}"}, "grpc": {"endpoint": "127.0.0.1:16685"}},
                "jaeger_storage": {
                    "backends": {
                        _STORE: {
                            "badger": {
                                "directories": directories,
                                "ephemeral": False,
                                "ttl": {"spans": retention},
                                "maintenance_interval": MAINTENANCE,
                            }
                        }
                    }
                },
            },
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f":{OTLP}"}}}},
            "processors": {
                # First, so that it refuses before anything is allocated: the gateway's queue then holds what it cannot take.
                "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20},
                "batch": {},
            },
            "exporters": {"jaeger_storage_exporter": {"trace_storage": _STORE}},
            "service": {
                "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
                "telemetry": {"metrics": {"readers": [{"pull": {"exporter": {"prometheus": OWN_METRICS}}}]}},
                "pipelines": {
                    "traces": {
                        "receivers": ["otlp"],
                        "processors": ["memory_limiter", "batch"],
                        "exporters": ["jaeger_storage_exporter"],
                    }
                },
            },
        }
    )


def template(
    *,
    labels: Mapping[str, str],
    account: str,
    image: str,
    registries: ImageRegistries,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    config_map: str,
    files: Mapping[str, str],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Pod template. The hash of the configuration rolls the pod, since Jaeger reads it when it starts."""
    container = {
        "name": "jaeger",
        "image": image,
        "args": [f"--config={_CONFIG}/{CONFIG_FILE}"],
        "env": memory(resources) or None,
        "ports": [
            {"name": OTLP_PORT, "containerPort": OTLP},
            {"name": "http-query", "containerPort": QUERY},
            {"name": "metrics", "containerPort": METRICS},
            {"name": "http", "containerPort": HEALTH},
        ],
        "resources": resources.body(),
        "startupProbe": start_up_probe("/status", minutes=10),
        "readinessProbe": http_probe("/status", period=5, failures=3),
        "livenessProbe": http_probe("/status", period=10, failures=6),
        **CONTAINER,
        "volumeMounts": [{"name": "config", "mountPath": _CONFIG, "readOnly": True}, {"name": "data", "mountPath": _DATA_PATH}],
    }
    return {
        "metadata": pod_metadata("jaeger", labels, files),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            # On its way out, it writes to disk what came in the last seconds, and closes its files.
            "terminationGracePeriodSeconds": 60,
            "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": config_map}}, {"name": "data", **data}],
        },
    }
