"""The dashboards as they are shipped: rendered, so that a chart reads them instead of building them anew.

`rendered` is this repository's top-level `dashboards/`, and part of the installed package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

_RENDERED = Path(__file__).parent / "rendered"


class Shipped(NamedTuple):
    """A dashboard that the project ships."""

    file_name: str
    """Under `dashboards/` and in the ConfigMap that Grafana reads."""

    optional: str | None = None
    """What has to be scraped besides the router for it to show anything; such a dashboard is shipped only on request."""


SHIPPED: Final = (
    Shipped("llm-router-dashboard.json"),
    Shipped("cost-and-tokens.json"),
    Shipped("guardrails-and-quality.json"),
    Shipped("routing-and-learning.json"),
    Shipped("router-fleet.json"),
    Shipped("stack-health.json"),
    Shipped("vllm-engines.json", optional="vllm"),
    Shipped("router-kubernetes.json", optional="kubernetes"),
    Shipped("slos.json", optional="slos"),
)
"""Every dashboard, in the order in which they are listed."""


def text(entry: Shipped) -> str:
    """JSON of a dashboard, on recording rules. Where a checkout cannot hold symbolic links, it is rendered from code."""
    try:
        return (_RENDERED / entry.file_name).read_text(encoding="utf-8")
    except OSError:
        from . import DASHBOARDS, render  # noqa: PLC0415  starts the SDK

        return next(render(code.build()) for code in DASHBOARDS if code.file_name == entry.file_name)
