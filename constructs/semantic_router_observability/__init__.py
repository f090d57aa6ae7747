"""Observability for the vLLM Semantic Router on Kubernetes, as cdk8s constructs.

    from cdk8s import App, Chart
    from semantic_router_observability import GrafanaStack, PrometheusStack

    app = App()
    chart = Chart(app, "observability", namespace="vllm-semantic-router-system")
    prometheus = PrometheusStack(chart, "prometheus")
    GrafanaStack(chart, "grafana", sources=[prometheus])
    app.synth()

Names are loaded on first use: types and checks cost milliseconds, and only the constructs start cdk8s and its Node.js.
"""

from __future__ import annotations

from typing import Any

import lazy_loader

from .node import check_package_cache

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Load a public name on first use; `__init__.pyi` says from where."""
    check_package_cache()
    return _load(name)
