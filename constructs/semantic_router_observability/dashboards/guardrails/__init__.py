"""The dashboard "Guardrails and quality": what was stopped or found wrong, and which guard did not do its work.

Panels are numbered by row: the first line 1 to 9, the rows 10 to 19, 20 to 29 and so on, headings from 100. Links name these numbers,
so a number is given once and never reused.

Counters of guards are born with their first event. A panel shows 0 only while something else tells that the guard runs; otherwise it
says that nothing ran, because no findings of a guard that is off are no good news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.guardrails import answers, images, memory, overview, plugins, prompts, retrieval
from semantic_router_observability.dashboards.page import page

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["UID", "guardrails_and_quality"]

UID: Final = "semantic-router-guardrails"


def guardrails_and_quality() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return page(
        uid=UID,
        title="Guardrails and quality",
        description="What the Semantic Router's guards found in prompts and answers, and whether plugins, retrieval and memory do their work.",
        sections=[
            overview.section(),
            prompts.section(),
            answers.section(),
            plugins.section(),
            retrieval.section(),
            memory.section(),
            images.section(),
        ],
    )
