"""The dashboards as they are shipped: rendered, so that a chart reads them instead of building them anew.

`rendered` is this repository's top-level `dashboards/`, and part of the installed package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

_RENDERED = Path(__file__).parent / "rendered"


class Page(NamedTuple):
    """A dashboard that the project ships."""

    file_name: str
    """Under `dashboards/` and in the ConfigMap that Grafana reads."""

    optional: str | None = None
    """What has to be scraped besides the router for the page to show anything; such a page is shipped only when it is asked for."""


PAGES: Final = (
    Page("llm-router-dashboard.json"),
    Page("cost-and-tokens.json"),
    Page("guardrails-and-quality.json"),
    Page("routing-and-learning.json"),
    Page("router-fleet.json"),
    Page("stack-health.json"),
    Page("vllm-engines.json", optional="vllm"),
    Page("router-kubernetes.json", optional="kubernetes"),
    Page("slos.json", optional="slos"),
)
"""Every dashboard, in the order in which they are listed."""


def text(page: Page) -> str:
    """JSON of a page, on recording rules. Where a checkout cannot hold symbolic links, it is rendered from code."""
    try:
        return (_RENDERED / page.file_name).read_text(encoding="utf-8")
    except OSError:
        from . import DASHBOARDS, render  # noqa: PLC0415  starts the SDK

        return next(render(entry.build()) for entry in DASHBOARDS if entry.file_name == page.file_name)
