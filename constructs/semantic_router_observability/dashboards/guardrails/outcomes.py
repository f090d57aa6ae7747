"""Counters of the guards, and which of their outcomes is what."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from semantic_router_observability.dashboards.panels import GREEN, GREY, ORANGE, VERMILION
from semantic_router_observability.router.causes import DISABLED, FAIL_CLOSED, FAIL_OPEN, FAILED

MATCHES: Final = "llm_signal_match_total"
EVALUATIONS: Final = "llm_signal_extraction_total"
SIGNAL_TIME: Final = "llm_signal_extraction_latency_seconds"
PLUGINS: Final = "llm_plugin_execution_total"
PLUGIN_ERRORS: Final = "llm_plugin_execution_errors_total"
PLUGIN_TIME: Final = "llm_plugin_execution_latency_seconds"
UNVERIFIED: Final = "llm_unverified_factual_responses_total"

JAILBREAK: Final = 'signal_type="jailbreak"'
PII: Final = 'signal_type="pii"'
FACT_CHECK: Final = 'signal_type="fact_check"'

HALLUCINATION: Final = 'plugin_type="hallucination"'
ANSWER_JAILBREAK: Final = 'plugin_type="response_jailbreak"'
DETECTED: Final = 'status=~"detected|detected_nli"'

NOT_DONE: Final = f'status=~"{FAIL_OPEN}|{FAIL_CLOSED}|{FAILED}|injection_error"'
"""The plugin was asked and could not do its work. What a decision or a policy switched off on purpose is not among these."""

RAN: Final = f'status!="{DISABLED}"'
"""The plugin did run."""

OUTCOME_COLORS: Final = MappingProxyType(
    {
        "detected": VERMILION,
        "detected_nli": ORANGE,
        "fail_closed": GREY,
        "not_detected": GREEN,
        "success": GREEN,
        "error": VERMILION,
        "config_error": ORANGE,
    }
)
"""A colour for each outcome that means the same wherever it occurs."""

NO_DETECTOR: Final = "no detector ran"
NO_CHECK: Final = "no check ran"
