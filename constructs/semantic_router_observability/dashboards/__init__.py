"""Grafana dashboards as typed code.

    >>> from semantic_router_observability.dashboards import llm_router_metrics, render
    >>> text = render(llm_router_metrics())

Every dashboard is a function that returns a model of the Grafana Foundation SDK: change what you like on it, then `render` it.
`python -m semantic_router_observability.dashboards DIRECTORY` writes all of them. The result is the classic dashboard format, which
Grafana 11 to 13 import and provision. Nothing here needs Node.js.
"""

from __future__ import annotations

import warnings
from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Load a public name on first use: a chart that ships the rendered pages needs none of them."""
    with warnings.catch_warnings():
        # Said by the SDK while it is imported. The classic format is the one that every Grafana from 11 on can import and provision.
        warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
        return _load(name)
