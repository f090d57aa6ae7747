"""Where the settings hold what constructs are given, so that an error names the place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .errors import Path

_ORIGINS: Mapping[Path, Path] = {
    ("prometheus", "targets"): ("routers",),
    ("semantic-router", "targets"): ("routers",),
    ("semantic-router", "alerts"): ("alerts",),
    ("semantic-router", "image"): ("images", "prometheus"),
    ("semantic-router",): ("add_on",),
    ("semantic-router-agent", "targets"): ("routers",),
    ("semantic-router-agent", "image"): ("images", "prometheus"),
    ("semantic-router-agent",): ("add_on", "scraped_by"),
    ("prometheus", "alerts"): ("alerts",),
    ("prometheus", "image"): ("images", "prometheus"),
    ("prometheus", "namespaces"): ("routers",),
    ("grafana", "image"): ("images", "grafana"),
    ("alertmanager", "image"): ("images", "alertmanager"),
    ("prometheus", "sidecar", "image"): ("images", "thanos"),
    ("thanos", "image"): ("images", "thanos"),
    ("prometheus-login",): ("prometheus", "login"),
    ("prometheus-login", "image"): ("images", "oauth2_proxy"),
    ("prometheus-login", "upstream"): ("prometheus", "login"),
    ("alertmanager-login",): ("alertmanager", "login"),
    ("alertmanager-login", "image"): ("images", "oauth2_proxy"),
    ("alertmanager-login", "upstream"): ("alertmanager", "login"),
    ("backup", "image"): ("images", "kubectl"),
    ("grafana-access",): ("grafana_access",),
    ("grafana-access", "image"): ("images", "python"),
    ("trace-gateway",): ("traces",),
    ("trace-gateway", "image"): ("images", "otel_collector"),
    ("trace-gateway", "targets"): ("routers",),
    ("trace-store",): ("traces", "store"),
    ("trace-store", "image"): ("images", "jaeger"),
    ("log-store",): ("logs",),
    ("log-store", "image"): ("images", "victoria_logs"),
    ("kube-state-metrics",): ("kube_state_metrics",),
    ("kube-state-metrics", "image"): ("images", "kube_state_metrics"),
    ("probes", "image"): ("images", "blackbox_exporter"),
    ("network",): ("network_policies",),
    ("router-access", "prometheus"): ("network_policies", "router_access"),
    ("secrets", "providers"): ("secrets",),
    **{
        (section,): (section,)
        for section in ("prometheus", "grafana", "alertmanager", "thanos", "ingress", "secrets", "contract", "backup", "probes")
    },
}
"""Where the settings hold what a construct of `main.py` is given, by the construct's id and, where it is elsewhere, the argument."""


def in_settings(error: ConfigError) -> ConfigError:
    """Move a construct's error to the place in the settings that its argument came from."""
    for length in (2, 1):
        if error.path[:length] in _ORIGINS:
            return ConfigError((*_ORIGINS[error.path[:length]], *error.path[length:]), error.given, error.expected)
    return error
