"""How a Prometheus finds every replica of an Alertmanager beside it. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def alerting(name: str, namespace: str, path: str, *, scheme: str, client: Mapping[str, Any]) -> dict[str, Any]:
    """Entry of Prometheus's `alerting.alertmanagers`; `client` is what gets it past a login.

    Each replica is sent every alert, never one of them through the Service's shared address: replicas tell one another what they have sent,
    not what they have been sent, so an alert that only one had received would be lost with it.
    """
    return {
        "scheme": scheme if scheme != "http" else None,
        "path_prefix": path or None,
        **client,
        "kubernetes_sd_configs": [{"role": "endpointslice", "namespaces": {"names": [namespace]}}],
        "relabel_configs": [
            {
                "source_labels": ["__meta_kubernetes_service_name", "__meta_kubernetes_endpointslice_port_name"],
                "regex": f"{re.escape(name)};http",
                "action": "keep",
            }
        ],
    }
