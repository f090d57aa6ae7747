"""The pods that run Thanos Query. Pure: takes names and returns mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.pods import CONTAINER, http_probe, pod_metadata, pod_spec, spread
from semantic_router_observability.kubernetes.ports import THANOS_GRPC, THANOS_HTTP
from semantic_router_observability.login.types import WEB_CONFIG
from semantic_router_observability.yamltext import to_yaml

from .forms import REPLICA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.platform import Platform
    from semantic_router_observability.kubernetes.pods import Placement, Resources
    from semantic_router_observability.login.web import WebServer

WEB = "/etc/thanos/web"


def arguments(*, endpoints: Sequence[str], interval: str, response_timeout: str, web: WebServer, downsampled: bool = False) -> list[str]:
    """Command line; `endpoints` are host and port of what samples are read from."""
    return [
        "query",
        f"--http-address=0.0.0.0:{THANOS_HTTP}",
        f"--grpc-address=0.0.0.0:{THANOS_GRPC}",
        "--enable-auto-gomemlimit",
        "--web.disable-cors",
        f"--query.replica-label={REPLICA}",
        # As in Prometheus, whose default is the interval of its rules: a subquery without a step has the same points.
        f"--query.default-evaluation-interval={interval}",
        # A sidecar that hangs would otherwise hold every query for as long as connections are kept alive, 14 s.
        f"--store.response-timeout={response_timeout}",
        # A name that resolves to nothing is left out; `dns+` asks again, as addresses of pods change.
        f"--endpoint.sd-config={to_yaml({'endpoints': [{'address': f'dns+{endpoint}'} for endpoint in endpoints]}).strip()}",
        "--store.sd-dns-interval=10s",
        # Samples of 5 minutes or an hour where a panel has steps of five times as much.
        *(["--query.auto-downsampling"] if downsampled else []),
        *([f"--http.config={WEB}/{WEB_CONFIG}"] if web.asks or web.tls else []),
    ]


def template(
    *,
    labels: Mapping[str, str],
    selector: Mapping[str, str],
    arguments: Sequence[str],
    account: str,
    image: str,
    registries: ImageRegistries,
    replicas: int,
    resources: Resources,
    placement: Placement,
    platform: Platform,
    config_map: str,
    web: WebServer,
) -> dict[str, Any]:
    """Pod template. It keeps nothing, so any number of them answers alike."""
    container = {
        "name": "thanos-query",
        "image": image,
        "args": list(arguments),
        "ports": [{"name": "http", "containerPort": THANOS_HTTP}],
        "resources": resources.body(),
        "readinessProbe": _probe("/-/ready", web, period=5, failures=3),
        "livenessProbe": _probe("/-/healthy", web, period=5, failures=6),
        **CONTAINER,
        "volumeMounts": web.mounts() or None,
    }
    return {
        "metadata": pod_metadata("thanos-query", labels),
        "spec": {
            **pod_spec(account=account, registries=registries, placement=placement, platform=platform, labels=labels),
            **(spread(selector) if replicas > 1 and placement.affinity is None else {}),
            "containers": [container],
            "volumes": web.volumes(config_map) or None,
        },
    }


def _probe(path: str, web: WebServer, *, period: int, failures: int) -> dict[str, Any]:
    """Probe by GET, or by a connection where a login is asked for: the kubelet has no credential, and the image no program that reads one."""
    if web.asks:
        return {"tcpSocket": {"port": "http"}, "periodSeconds": period, "timeoutSeconds": 3, "failureThreshold": failures}
    return http_probe(path, period=period, failures=failures, https=web.tls is not None)
