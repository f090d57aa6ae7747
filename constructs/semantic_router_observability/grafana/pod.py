"""The pod that runs Grafana. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import quantity
from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, spread, start_up_probe
from semantic_router_observability.kubernetes.ports import GRAFANA

from .settings import GOSSIP_PORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles

    from .dashboards import Directory

PORT = GRAFANA
SECRETS = "/etc/grafana-secrets"

_CONFIG = "/etc/grafana"
_DATA = "/var/lib/grafana"

_FILE_PATHS = {
    "grafana.ini": "grafana.ini",
    "datasources.yaml": "provisioning/datasources/datasources.yaml",
    "dashboards.yaml": "provisioning/dashboards/dashboards.yaml",
    "alerting.yaml": "provisioning/alerting/alerting.yaml",
    "plugins.yaml": "provisioning/plugins/plugins.yaml",
    "ldap.toml": "ldap.toml",
}
"""Where each key that the ConfigMap may have lies under /etc/grafana."""


def template(
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    account: str,
    image: str,
    registries: ImageRegistries,
    path: str,
    replicas: int,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    config_map: str,
    files: Mapping[str, str],
    admin_revision: str | None,
    reset_password_from: str | None,
    sqlite: bool,
    data: Mapping[str, Any],
    secrets: SecretFiles,
    directories: Sequence[Directory],
    environment: Sequence[Mapping[str, Any]],
    https: bool,
) -> dict[str, Any]:
    """Pod template. The hash of the configuration rolls the pod, as Grafana reads it only when it starts."""
    clustered = replicas > 1
    container = {
        "name": "grafana",
        "image": image,
        "env": _environment(resources, environment, clustered=clustered),
        "ports": [
            {"name": "http", "containerPort": PORT},
            *([{"name": "gossip", "containerPort": GOSSIP_PORT}] if clustered else []),
        ],
        "resources": resources.body(),
        # The first start of a new version migrates the database, and killing that starts it over.
        "startupProbe": start_up_probe(f"{path}/api/health", minutes=5, https=https),
        "readinessProbe": http_probe(f"{path}/api/health", period=10, failures=3, https=https),
        # Not /api/health: it fails while the database is away, which a restart does not bring back.
        "livenessProbe": http_probe(f"{path}/healthz", period=10, failures=6, timeout=10, https=https),
        **CONTAINER,
        "volumeMounts": [
            {"name": "config", "mountPath": _CONFIG, "readOnly": True},
            {"name": "storage", "mountPath": _DATA},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  the container's own
            *secrets.mounts(),
            *(directory.mount for directory in directories),
        ],
    }
    return {
        "metadata": pod_metadata("grafana", labels, files, admin_revision=admin_revision),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            **(spread(selector) if clustered and placement.affinity is None else {}),
            "initContainers": [_reset_password(container, reset_password_from, sqlite=sqlite)] if reset_password_from else None,
            "containers": [container],
            "volumes": [
                {
                    "name": "config",
                    "configMap": {"name": config_map, "items": [{"key": key, "path": _FILE_PATHS[key]} for key in files]},
                },
                {"name": "storage", **data},
                {"name": "tmp", "emptyDir": {"sizeLimit": "100Mi"}},
                *secrets.volumes(),
                *(directory.volume for directory in directories),
            ],
        },
    }


def _environment(resources: Resources, sources: Sequence[Mapping[str, Any]], *, clustered: bool) -> list[Mapping[str, Any]] | None:
    variables = list(sources)
    if clustered:
        variables.insert(0, {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}})
    if resources.memory_limit:
        # Nine tenths of the limit, so that the garbage collector works before the kernel kills.
        mebibytes = int(quantity("memory_limit", resources.memory_limit) * 9 / 10) // 2**20
        variables.insert(0, {"name": "GOMEMLIMIT", "value": f"{mebibytes}MiB"})
    return variables or None


def _reset_password(container: Mapping[str, Any], password_file: str, *, sqlite: bool) -> dict[str, Any]:
    """Build the init container that writes the Secret's password into an existing database.

    A new SQLite database takes the password from the Secret by itself, and must not be made by this command.
    """
    command = (
        f"exec grafana cli --homepath /usr/share/grafana --config {_CONFIG}/grafana.ini"
        f' admin reset-admin-password --password-from-stdin < "{password_file}"'
    )
    if sqlite:
        command = f"if [ ! -s {_DATA}/grafana.db ]; then exit 0; fi; {command}"
    inherited = {key: container[key] for key in ("image", "env", "resources", "securityContext", "volumeMounts")}
    return {"name": "reset-admin-password", "command": ["/bin/sh", "-c", command], **inherited}
