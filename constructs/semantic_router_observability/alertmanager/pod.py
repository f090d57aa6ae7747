"""The pods that run Alertmanager. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.pods import CONTAINER, pod_metadata, pod_spec, spread
from semantic_router_observability.kubernetes.ports import ALERTMANAGER
from semantic_router_observability.login.web import PROBE_CONFIG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
    from semantic_router_observability.login.web import WebServer

PORT = ALERTMANAGER
GOSSIP_PORT = 9094
"""Port on which replicas agree which of them notifies, TCP and UDP; Alertmanager's default."""

CONFIG = "/etc/alertmanager/config"
CONFIG_FILE = "alertmanager.yml"
"""Key in the ConfigMap."""

SECRETS = "/etc/alertmanager/secrets"
WEB = "/etc/alertmanager/web"
DATA = "data"
"""Name of the volume."""

_DATA_PATH = "/alertmanager"


def template(
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    account: str,
    image: str,
    registries: ImageRegistries,
    external_url: str,
    retention_seconds: int,
    peers: Sequence[str],
    cluster: str,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    config_map: str,
    files: Mapping[str, str],
    secrets: SecretFiles,
    web: WebServer,
) -> dict[str, Any]:
    """Pod template; `peers` are the addresses of all replicas, none where there is only one.

    The hash of the configuration rolls the pods: Alertmanager reads it at start or on request, and does not watch it.
    """
    # The image has no command for readiness; this one asks for the status, which is served once there is one.
    answers = ["amtool", "cluster", "show", f"--alertmanager.url={web.local_url}", f"--http.config.file={CONFIG}/{PROBE_CONFIG}"]
    container = {
        "name": "alertmanager",
        "image": image,
        "args": [
            f"--config.file={CONFIG}/{CONFIG_FILE}",
            f"--storage.path={_DATA_PATH}",
            f"--data.retention={retention_seconds}s",
            f"--web.external-url={external_url}",
            *_cluster_arguments(peers, cluster),
            *web.arguments(),
        ],
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}] if peers else None,
        "ports": [{"name": "http", "containerPort": PORT}, *([_GOSSIP] if peers else [])],
        "resources": resources.body(),
        "readinessProbe": web.probe(f"{web.path}/-/ready", answers, period=5, failures=3),
        # 12 x 5 s: a first start waits for its peers' names to resolve before it listens.
        "livenessProbe": web.probe(f"{web.path}/-/healthy", answers, period=5, failures=12),
        **CONTAINER,
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG, "readOnly": True},
            {"name": DATA, "mountPath": _DATA_PATH},
            *web.mounts(),
            *secrets.mounts(),
        ],
    }
    return {
        "metadata": pod_metadata("alertmanager", labels, files),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            **(spread(selector) if peers and placement.affinity is None else {}),
            "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": config_map}}, *web.volumes(config_map), *secrets.volumes()],
        },
    }


_GOSSIP = {"name": "gossip", "containerPort": GOSSIP_PORT}
"""Without UDP, here and in the Service: `kubectl apply` cannot distinguish two ports with the same number, and neither needs to be
listed."""


def _cluster_arguments(peers: Sequence[str], cluster: str) -> list[str]:
    if not peers:
        return ["--cluster.listen-address="]
    return [
        # The pod's own address: on 0.0.0.0, Alertmanager looks for a private address and does not start in a cluster that uses others.
        f"--cluster.listen-address=[$(POD_IP)]:{GOSSIP_PORT}",
        # Addresses are reused: without a label, a pod that gets an address of another cluster's former replica would join that cluster.
        f"--cluster.label={cluster}",
        # Forget a replica after the time that a restart may take; the default of six hours keeps connecting to addresses that are gone.
        "--cluster.reconnect-timeout=5m",
        *(f"--cluster.peer={peer}" for peer in peers),
    ]
