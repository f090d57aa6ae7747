"""Alerts on guardrails: failures, and more matches than usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.alerting.shapes.surge import Surge
from semantic_router_observability.router.causes import DISABLED, FAIL_CLOSED, FAIL_OPEN, FAILED

if TYPE_CHECKING:
    from collections.abc import Iterator

_UID = "semantic-router-guardrails"
_PLUGIN = (*INSTALLATION, "plugin_type")
_RUNS = "llm_plugin_execution_total"


def guardrails() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterDetectorErrors",
        # A ratio instead of a number: a busy router has a few failures in every quarter of an hour.
        shape=Share(Selector("llm_plugin_execution_errors_total"), Selector(_RUNS), window=15, by=_PLUGIN, apart=True),
        tuning=tuning(threshold=0.01, severity="warning", hold="5m", at_least=3),
        component="guardrails",
        summary="Detector {{ $labels.plugin_type }} in {{ $labels.namespace }} fails in {{ $value | humanizePercentage }} of its runs",
        description="Those answers were not checked. Whether users got them depends on the fail mode of the decision.",
        panel=Panel(uid=_UID, id=31),
    )
    yield Definition(
        name="SemanticRouterGuardrailFailOpen",
        shape=Count(Selector(_RUNS, f'status=~"{FAIL_OPEN}"'), window=15, by=_PLUGIN),
        tuning=tuning(threshold=3, severity="warning", hold="5m"),
        component="guardrails",
        summary=(
            "Plugin {{ $labels.plugin_type }} in {{ $labels.namespace }} passed {{ $value | humanize }} requests unprocessed within 15 "
            "minutes"
        ),
        description="It could not parse them and is configured to fail open: users notice nothing, and the plugin did nothing.",
        panel=Panel(uid=_UID, id=32),
    )
    yield Definition(
        name="SemanticRouterGuardrailFailClosed",
        shape=Count(Selector(_RUNS, f'status="{FAIL_CLOSED}"'), window=15, by=_PLUGIN),
        tuning=tuning(threshold=3, severity="warning", hold="5m"),
        component="guardrails",
        summary=(
            "Guard {{ $labels.plugin_type }} in {{ $labels.namespace }} withheld {{ $value | humanize }} answers within 15 minutes because "
            "it could not check them"
        ),
        description="Users get a refusal instead of an answer that may have been fine.",
        panel=Panel(uid=_UID, id=32),
    )
    yield Definition(
        name="SemanticRouterPluginErrors",
        shape=Share(
            Selector(_RUNS, f'status=~"{FAILED}"'),
            Selector(
                _RUNS,
                # RAG is counted here only when it fails, so that the ratio would always be 1: it has its own alert below. A plugin that is
                # off is no run: memory counts each request as disabled while it is not configured.
                f'status!~"{FAILED}|{DISABLED}"',
            ),
            window=15,
            by=_PLUGIN,
            apart=True,
        ),
        tuning=tuning(threshold=0.1, severity="warning", hold="10m", at_least=5),
        component="guardrails",
        summary="{{ $value | humanizePercentage }} of the runs of plugin {{ $labels.plugin_type }} in {{ $labels.namespace }} fail",
        description="Answers lack what the plugin adds: memories, or a compressed context.",
        panel=Panel(uid=_UID, id=32),
    )
    yield Definition(
        name="SemanticRouterRetrievalErrors",
        shape=Share(
            Selector("rag_retrieval_attempts_total", 'status!="success"'),
            Selector("rag_retrieval_attempts_total", 'status="success"'),
            window=15,
            by=(*INSTALLATION, "backend"),
            apart=True,
        ),
        tuning=tuning(threshold=0.1, severity="warning", hold="10m", at_least=5),
        component="guardrails",
        summary="{{ $value | humanizePercentage }} of the retrievals from {{ $labels.backend }} in {{ $labels.namespace }} fail",
        description="Answers lack the documents that they should be based on.",
        panel=Panel(uid=_UID, id=40),
    )
    yield Definition(
        name="SemanticRouterMemoryErrors",
        shape=Share(
            Selector("llm_memory_store_operations_total", 'status="error"'),
            Selector("llm_memory_store_operations_total", 'status!="error"'),
            window=15,
            by=(*INSTALLATION, "backend"),
            apart=True,
        ),
        tuning=tuning(threshold=0.1, severity="warning", hold="10m", at_least=5),
        component="guardrails",
        summary="{{ $value | humanizePercentage }} of the writes to agent memory {{ $labels.backend }} in {{ $labels.namespace }} fail",
        description="Memories of users are lost. Lookups are not counted: their series identify the user and are not stored.",
        panel=Panel(uid=_UID, id=53),
    )
    yield Definition(
        name="SemanticRouterJailbreakSurge",
        shape=_surge("jailbreak"),
        tuning=tuning(threshold=5, severity="warning", hold="0s", keep="30m", at_least=20),
        component="guardrails",
        summary=(
            "{{ $value | humanize }} jailbreak attempts at the router in {{ $labels.namespace }} within 30 minutes, far more than usual"
        ),
        description="Someone probes the models, or a changed rule matches too much.",
        panel=Panel(uid=_UID, id=10),
    )
    yield Definition(
        name="SemanticRouterPersonalDataSurge",
        shape=_surge("pii"),
        tuning=tuning(threshold=5, severity="warning", hold="0s", keep="30m", at_least=20),
        component="guardrails",
        summary=(
            "{{ $value | humanize }} prompts with personal data at the router in {{ $labels.namespace }} within 30 minutes, far more than "
            "usual"
        ),
        description="A client sends personal data that it did not send before, or a changed rule matches too much.",
        panel=Panel(uid=_UID, id=11),
    )


def _surge(signal: str) -> Surge:
    return Surge(Selector("llm_signal_match_total", f'signal_type="{signal}"'), window=30, before=360)
