"""The pod that runs Prometheus. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.pods import API_TOKEN_PATH, CONTAINER, api_token_volume, pod_metadata, pod_spec
from semantic_router_observability.kubernetes.ports import PROMETHEUS
from semantic_router_observability.login.web import PROBE_CONFIG

from .features import arguments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.checks import Url
    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
    from semantic_router_observability.login.web import WebServer

    from .features import Feature

PORT = PROMETHEUS
RULES = "/etc/prometheus/rules"
RULES_ELSEWHERE = "/etc/prometheus/config-maps"
SECRETS = "/etc/prometheus/secrets"
WEB = "/etc/prometheus/web"
DATA = "/prometheus"

_CONFIG = "/etc/prometheus/config"


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
    rules: Sequence[str],
    rule_config_maps: Sequence[str] = (),
    data: Mapping[str, Any],
    secrets: SecretFiles,
    web: WebServer,
    features: Sequence[Feature] = (),
) -> dict[str, Any]:
    """Pod template: one container, no sidecar."""
    # Each has a directory of its own, so that none of its keys takes the place of a file that is shipped.
    further = [(f"rule-config-map-{number}", name) for number, name in enumerate(rule_config_maps, start=1)]
    container = {
        "name": "prometheus",
        "image": image,
        "args": [*_arguments(web.external_url), *web.arguments(), *arguments(features)],
        "env": secrets.environment() or None,
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": resources.body(),
        # A write-ahead log may take 15 minutes to replay, and killing Prometheus starts it over.
        "startupProbe": web.start_up_probe(f"{web.path}/-/ready", _check("ready", web), minutes=15),
        "readinessProbe": web.probe(f"{web.path}/-/ready", _check("ready", web), period=5, failures=3),
        "livenessProbe": web.probe(f"{web.path}/-/healthy", _check("healthy", web), period=5, failures=6),
        **CONTAINER,
        "volumeMounts": [
            {"name": "config", "mountPath": _CONFIG, "readOnly": True},
            {"name": "rules", "mountPath": RULES, "readOnly": True},
            *({"name": volume, "mountPath": f"{RULES_ELSEWHERE}/{name}", "readOnly": True} for volume, name in further),
            {"name": "data", "mountPath": DATA},
            {"name": "api-token", "mountPath": API_TOKEN_PATH, "readOnly": True},
            *web.mounts(),
            *secrets.mounts(),
        ],
    }
    return {
        "metadata": pod_metadata("prometheus", labels),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            # Enough to write out the head after a long write-ahead log; prometheus-operator grants the same.
            "terminationGracePeriodSeconds": 600,
            "containers": [container],
            "volumes": [
                {"name": "config", "configMap": {"name": config_map}},
                {"name": "rules", **_rules(rules)},
                *({"name": volume, "configMap": {"name": name, "optional": True}} for volume, name in further),
                {"name": "data", **data},
                api_token_volume("api-token"),
                *web.volumes(config_map),
                *secrets.volumes(),
            ],
        },
    }


def elsewhere(config_maps: Sequence[str]) -> list[str]:
    """Patterns of the rule files in these ConfigMaps; Prometheus takes a star in the name of a file alone."""
    return [f"{RULES_ELSEWHERE}/{name}/*.{ending}" for name in config_maps for ending in ("yaml", "yml")]


def _rules(names: Sequence[str]) -> dict[str, Any]:
    """Volume with the files of all ConfigMaps with rules."""
    if len(names) == 1:
        return {"configMap": {"name": names[0]}}
    return {"projected": {"sources": [{"configMap": {"name": name}} for name in names]}}


def _arguments(external_url: Url | None) -> list[str]:
    """Command line. No lifecycle or admin endpoint: Prometheus reloads by watching its files."""
    return [
        f"--config.file={_CONFIG}/prometheus.yml",
        "--config.auto-reload",
        f"--storage.tsdb.path={DATA}",
        *([f"--web.external-url={external_url.text}"] if external_url else []),
    ]


def _check(what: str, web: WebServer) -> list[str]:
    """Command in the image that asks Prometheus how it is."""
    return ["promtool", "check", what, f"--url={web.local_url}", f"--http.config.file={_CONFIG}/{PROBE_CONFIG}"]
