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
"""Port on which replicas agree who sends a notification, by TCP and UDP; Alertmanager's default."""

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

    The hash of the configuration rolls the pods: Alertmanager reads it when it starts or is told to, and does not watch it.
    """
    # The image has no command that asks for readiness; this one asks for the status, which is answered as soon as there is one.
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
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform),
            **(spread(selector) if peers and placement.affinity is None else {}),
            "containers": [container],
            "volumes": [{"name": "config", "configMap": {"name": config_map}}, *web.volumes(config_map), *secrets.volumes()],
        },
    }


_GOSSIP = {"name": "gossip", "containerPort": GOSSIP_PORT}
"""UDP is left out, here and in the Service: `kubectl apply` cannot tell two ports of one number apart, and neither needs to be listed."""


def _cluster_arguments(peers: Sequence[str], cluster: str) -> list[str]:
    if not peers:
        return ["--cluster.listen-address="]
    return [
        # The pod's own address: on 0.0.0.0, Alertmanager looks for a private address and does not start in a cluster that uses others.
        f"--cluster.listen-address=[$(POD_IP)]:{GOSSIP_PORT}",
        # Addresses are used again: without a label, a pod that gets the former address of another cluster's would join it.
        f"--cluster.label={cluster}",
        # Forget a replica after as long as a restart may take; the default of six hours keeps asking for addresses that are gone.
        "--cluster.reconnect-timeout=5m",
        *(f"--cluster.peer={peer}" for peer in peers),
    ]
