"""How a Prometheus finds every replica of an Alertmanager beside it. Pure."""

from __future__ import annotations

import re
from typing import Any


def alerting(name: str, namespace: str, path: str) -> dict[str, Any]:
    """Entry of Prometheus's `alerting.alertmanagers`.

    Each replica is sent every alert, never one of them through the Service's shared address: replicas tell one another what they have sent,
    not what they have been sent, so an alert that only one had received would be lost with it.
    """
    return {
        "path_prefix": path or None,
        "kubernetes_sd_configs": [{"role": "endpointslice", "namespaces": {"names": [namespace]}}],
        "relabel_configs": [
            {
                "source_labels": ["__meta_kubernetes_service_name", "__meta_kubernetes_endpointslice_port_name"],
                "regex": f"{re.escape(name)};http",
                "action": "keep",
            }
        ],
    }
