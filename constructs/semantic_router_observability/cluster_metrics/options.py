"""What users say about kube-state-metrics."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Collector = Literal[
    "pods",
    "cronjobs",
    "jobs",
    "deployments",
    "statefulsets",
    "replicasets",
    "daemonsets",
    "horizontalpodautoscalers",
    "poddisruptionbudgets",
    "persistentvolumeclaims",
    "services",
]
"""Kinds of objects that kube-state-metrics can report on with the rights of Roles."""

API_GROUPS: Final[Mapping[Collector, str]] = MappingProxyType(
    {
        "pods": "",
        "cronjobs": "batch",
        "jobs": "batch",
        "deployments": "apps",
        "statefulsets": "apps",
        "replicasets": "apps",
        "daemonsets": "apps",
        "horizontalpodautoscalers": "autoscaling",
        "poddisruptionbudgets": "policy",
        "persistentvolumeclaims": "",
        "services": "",
    }
)
"""API group of each kind."""
