"""The dashboard "Guardrails and quality": what was stopped or found wrong, and which guard did not do its work.

Panels are numbered by row: the first line 1 to 9, the rows 10 to 19, 20 to 29 and so on, headings from 100. Links name these numbers,
so a number is given once and never reused.

Counters of guards are born with their first event. A panel shows 0 only while something else tells that the guard runs; otherwise it
says that nothing ran, because no findings of a guard that is off are not good news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.guardrails import answers, images, memory, overview, plugins, prompts, retrieval
from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.variables import router_variables

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["UID", "guardrails_and_quality"]

UID: Final = "semantic-router-guardrails"


def guardrails_and_quality() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Guardrails and quality",
        description="What the Semantic Router's guards found in prompts and answers, and whether plugins, retrieval and memory do their work.",
        variables=router_variables(model=False),
        sections=_sections(),
    )


def _sections() -> list[Section]:
    return [
        Section(
            lines=[
                # More than four abreast are too narrow where the menu of Grafana is open on a small screen.
                Line(3, [overview.jailbreaks(), overview.pii_matches(), overview.hallucinated(), overview.unverified()]),
                Line(3, [overview.jailbroken(), overview.errors(), overview.plugin_failures(), overview.fallbacks()]),
            ]
        ),
        Section(
            title="Prompts",
            id=PANEL_IDS["row-prompts"],
            lines=[
                Line(
                    8, [prompts.jailbreak_matches_by_rule(), prompts.personal_data_matches_by_rule(), prompts.matches_per_checked_prompt()]
                ),
                Line(7, [prompts.guard_rules_in_range(), prompts.detection_time_p95(), prompts.questions_of_fact()]),
            ],
        ),
        Section(
            title="Answers",
            id=PANEL_IDS["row-answers"],
            lines=[
                Line(
                    8,
                    [
                        answers.hallucination_checks_by_outcome(),
                        answers.hallucinated_share_by_decision(),
                        answers.hallucination_check_time(),
                    ],
                ),
                Line(
                    7,
                    [answers.unverified_answers(), answers.jailbroken_answers(), answers.objections_in_range_by_decision()],
                    widths=(7, 7, 10),
                ),
            ],
        ),
        Section(
            title="Plugins and fallbacks",
            id=PANEL_IDS["row-plugins"],
            lines=[
                Line(8, [plugins.detector_errors(), plugins.plugin_failures_by_outcome(), plugins.selector_fallbacks_by_reason()]),
                Line(8, [plugins.plugin_outcomes_in_range(), plugins.plugin_runs(), plugins.plugin_time_p95()], widths=(10, 7, 7)),
            ],
        ),
        Section(
            title="Retrieval (RAG)",
            id=PANEL_IDS["row-retrieval"],
            collapsed=True,
            lines=[
                Line(8, [retrieval.retrievals_by_outcome(), retrieval.failed_retrievals_by_backend(), retrieval.retrieval_time()]),
                Line(7, [retrieval.retrieval_cache_hit_share(), retrieval.retrieved_text(), retrieval.similarity_of_last_retrieval()]),
            ],
        ),
        Section(
            title="Agent memory",
            id=PANEL_IDS["row-memory"],
            collapsed=True,
            lines=[
                Line(8, [memory.memory_lookups_by_outcome(), memory.memories_per_lookup(), memory.memory_store_time_p95()]),
                Line(8, [memory.memory_writes_by_outcome(), memory.memory_extraction_by_outcome(), memory.memory_extraction_time()]),
                Line(7, [memory.facts_per_extraction(), memory.front_cache_hit_share(), memory.front_cache_read_time_p95()]),
            ],
        ),
        Section(
            title="Images and batches",
            id=PANEL_IDS["row-images"],
            collapsed=True,
            lines=[
                Line(8, [images.images_by_outcome(), images.image_time_p95_by_backend()]),
                Line(8, [images.batches_and_their_texts(), images.batch_errors_by_cause(), images.batch_time_p95_by_size()]),
            ],
        ),
    ]
