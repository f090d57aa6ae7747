"""The pod that runs the blackbox exporter. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, start_up_probe

from .config import PORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles

CONFIG: Final = "/etc/blackbox/config"
CONFIG_FILE: Final = "blackbox.yml"
SECRETS: Final = "/etc/blackbox/secrets"


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
    secrets: SecretFiles,
) -> dict[str, Any]:
    """Pod template. The hash of the configuration rolls the pod, since the exporter reads it when it starts."""
    container = {
        "name": "blackbox-exporter",
        "image": image,
        "args": [f"--config.file={CONFIG}/{CONFIG_FILE}", f"--web.listen-address=:{PORT}"],
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": resources.body(),
        "startupProbe": start_up_probe("/-/healthy", minutes=1),
        "readinessProbe": http_probe("/-/healthy", period=5, failures=3),
        "livenessProbe": http_probe("/-/healthy", period=10, failures=6),
        **CONTAINER,
        "volumeMounts": [{"name": "config", "mountPath": CONFIG, "readOnly": True}, *secrets.mounts()],
    }
    return {
        "metadata": pod_metadata("blackbox-exporter", labels, files),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            # A probe that is under way may take a minute.
            "terminationGracePeriodSeconds": 60,
            "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": config_map}}, *secrets.volumes()],
        },
    }
