"""The pods that run oauth2-proxy. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, spread

from .oauth2_config import PORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles

CONFIG = "/etc/oauth2-proxy/config"
CONFIG_FILE = "oauth2-proxy.cfg"
EMAILS_FILE = "emails"
"""Keys in the ConfigMap."""

SECRETS = "/etc/oauth2-proxy/secrets"


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
    authorities: Sequence[str],
) -> dict[str, Any]:
    """Pod template; `authorities` are directories of certificates to trust besides the public ones.

    The hash of the configuration rolls the pods, since oauth2-proxy reads it when it starts.
    """
    container = {
        "name": "oauth2-proxy",
        "image": image,
        "args": [f"--config={CONFIG}/{CONFIG_FILE}"],
        # Read by Go's library. The public authorities are one file of the image, which this leaves alone.
        "env": [{"name": "SSL_CERT_DIR", "value": ":".join(dict.fromkeys(authorities))}] if authorities else None,
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": resources.body(),
        "readinessProbe": http_probe("/ready", period=5, failures=3),
        "livenessProbe": http_probe("/ping", period=5, failures=6),
        **CONTAINER,
        "volumeMounts": [{"name": "config", "mountPath": CONFIG, "readOnly": True}, *secrets.mounts()],
    }
    return {
        "metadata": pod_metadata("oauth2-proxy", labels, files),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            **(spread(selector) if replicas > 1 and placement.affinity is None else {}),
            "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": config_map}}, *secrets.volumes()],
        },
    }
