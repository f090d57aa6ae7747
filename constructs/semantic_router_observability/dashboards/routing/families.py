"""Families that several rows of this page ask."""

from __future__ import annotations

from typing import Final

OUTCOMES: Final = "llm_routing_reason_codes_total"
CONFIDENCE: Final = "llm_decision_confidence"
REASONING: Final = "llm_reasoning_decisions_total"
SELECTION_TIME: Final = "llm_model_selection_duration_seconds"
SWITCHES: Final = "llm_session_model_transitions_total"
TURNS: Final = "llm_session_turn_prompt_tokens"
LOSSES: Final = "llm_translation_lossy_total"
ESTIMATE_ERROR: Final = "vsr_token_estimation_error_pct"

NO_REQUESTS: Final = "no requests"
NO_SELECTION: Final = "no selector ran"
NO_SESSIONS: Final = "no conversation identified"
NO_ESTIMATES: Final = "no estimate checked"
