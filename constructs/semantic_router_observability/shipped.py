"""The dashboards as they are shipped: rendered, so that a chart reads them instead of building them anew.

`dashboards/rendered` is this repository's top-level `dashboards/`, and part of the installed package.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

_RENDERED = Path(__file__).parent / "dashboards" / "rendered"


class Shipped(NamedTuple):
    """A dashboard that the project ships."""

    file_name: str
    """Under `dashboards/` and in the ConfigMap that Grafana reads."""

    uid: str
    """Uid in its JSON, by which links name it."""

    optional: str | None = None
    """What has to be scraped besides the router for it to show anything; such a dashboard is shipped only on request."""


SHIPPED: Final = (
    Shipped("llm-router-dashboard.json", "llm-router-metrics"),
    Shipped("alerts.json", "semantic-router-alerts"),
    Shipped("cost-and-tokens.json", "semantic-router-cost"),
    Shipped("guardrails-and-quality.json", "semantic-router-guardrails"),
    Shipped("routing-and-learning.json", "semantic-router-routing"),
    Shipped("router-fleet.json", "semantic-router-fleet"),
    Shipped("stack-health.json", "semantic-router-stack"),
    Shipped("vllm-engines.json", "semantic-router-engines", optional="vllm"),
    Shipped("router-kubernetes.json", "semantic-router-kubernetes", optional="kubernetes"),
    Shipped("gateway.json", "semantic-router-gateway", optional="envoy"),
    Shipped("slos.json", "semantic-router-slos", optional="slos"),
    Shipped("traces.json", "semantic-router-traces", optional="traces"),
    Shipped("thanos.json", "semantic-router-thanos", optional="thanos"),
    Shipped("cache-server.json", "semantic-router-redis", optional="redis"),
    Shipped("gpus.json", "semantic-router-gpus", optional="dcgm"),
    Shipped("log-store.json", "semantic-router-log-store", optional="log-store"),
    Shipped("probes.json", "semantic-router-probes", optional="probes"),
    Shipped("nodes.json", "semantic-router-nodes", optional="nodes"),
    Shipped("router-operator.json", "semantic-router-operator", optional="operator"),
)
"""Every dashboard about metrics, in the order in which they are listed."""

LOG_PAGES: Final = MappingProxyType(
    {
        "loki": Shipped("router-logs.json", "semantic-router-logs", optional="logs"),
        "victoriametrics-logs-datasource": Shipped("router-logs-victorialogs.json", "semantic-router-logs", optional="logs"),
    }
)
"""The dashboard about the routers' lines, by the type of the data source that it asks. A Grafana gets one of them."""


def text(entry: Shipped) -> str:
    """JSON of a dashboard, on recording rules. Where a checkout cannot hold symbolic links, it is rendered from code."""
    try:
        return (_RENDERED / entry.file_name).read_text(encoding="utf-8")
    except OSError:
        from .dashboards import DASHBOARDS, LOG_DASHBOARDS, render  # noqa: PLC0415  starts the SDK

        return next(render(code.build()) for code in (*DASHBOARDS, *LOG_DASHBOARDS) if code.file_name == entry.file_name)
