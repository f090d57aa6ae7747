"""Sentences in the descriptions of panels that follow from their queries: which filters they cannot obey, and what is counted besides."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.models.dashboard import RowPanel

from semantic_router_observability.router import causes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from grafana_foundation_sdk.models.dashboard import Panel

SUBJECTS: Final = MappingProxyType({"model": "models", "decision": "decisions", "pod": "replicas"})
"""Filters on what a number is about, and how a sentence calls what they choose. Those on a place apply everywhere."""

OF_ANY_STATUS: Final = ("llm_model_completion_latency_seconds", "llm_model_ttft_seconds")
"""Histograms in which the router observes answers of any status."""

FAILURES_TOO: Final = "Failed answers are counted too: where they fail fast, an outage looks fast."
ANSWERS_ONLY: Final = "Failed answers are left out, however fast they failed."


def add_remarks(panels: Iterable[Panel | RowPanel], filters: Collection[str]) -> None:
    """Add the sentences that hold for each panel of a dashboard with these filters."""
    for panel in panels:
        if isinstance(panel, RowPanel):
            add_remarks(panel.panels, filters)
        else:
            expressions = " ".join(str(getattr(target, "expr", "")) for target in panel.targets or ())
            panel.description = " ".join([str(panel.description), *_remarks(expressions, filters)])


def _remarks(expressions: str, filters: Collection[str]) -> Iterator[str]:
    if any(name in expressions for name in OF_ANY_STATUS):
        yield ANSWERS_ONLY if causes.ERRORS.removesuffix("_total") in expressions else FAILURES_TOO
    asked = set(re.findall(r"\$(\w+)", expressions))
    ignored = [things for name, things in SUBJECTS.items() if name in filters and name not in asked]
    if ignored and asked:
        yield f"Shows all {' and '.join(ignored)}: its numbers do not name them."
