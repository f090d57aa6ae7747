"""How a Prometheus in the same cluster discovers every replica of an Alertmanager. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semantic_router_observability.kubernetes.traffic import Service


def replicas(service: Service) -> dict[str, Any]:
    """Fields of an entry of `alerting.alertmanagers` that find the pods behind the Service.

    Each replica is sent every alert, instead of one of them through the Service's address: replicas tell one another which notifications
    they sent, not which alerts they received, so an alert that only one had received would be lost with it.
    """
    return {
        "kubernetes_sd_configs": [{"role": "endpointslice", "namespaces": {"names": [service.namespace]}}],
        "relabel_configs": [
            {
                "source_labels": ["__meta_kubernetes_service_name", "__meta_kubernetes_endpointslice_port_name"],
                "regex": f"{re.escape(service.name)};http",
                "action": "keep",
            }
        ],
    }
