"""Numbers of the panels of "Cost and tokens". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "spent-in-range": 1,
        "per-day": 2,
        "per-month": 3,
        "budget-used": 4,
        "per-1000-tokens": 5,
        "saved-per-day": 6,
        "cost-per-hour-by-model": 10,
        "cost-per-hour-by-routing": 11,
        "month-at-this-pace-and-budget": 12,
        "spent-in-range-by-model": 13,
        "conversation-cost-by-domain": 14,
        "cost-of-1000-tokens-by-model": 15,
        "tokens-by-kind": 20,
        "tokens-by-model": 21,
        "tokens-in-range-by-model": 22,
        "prompt-length": 23,
        "answer-length": 24,
        "tokens-of-a-conversation-turn": 25,
        "cost-of-a-conversation-turn": 26,
        "saved-per-hour": 30,
        "cache-hit-share": 31,
        "prompt-tokens-avoided": 32,
        "cache-hits-by-decision": 33,
        "lookups-by-result": 40,
        "cached-answers-by-backend": 41,
        "cache-errors-by-operation": 42,
        "cache-service-time-p95": 43,
        "cache-backend-time-p95": 44,
        "age-of-reused-answers": 45,
        "added-expired-evicted": 46,
        "answers-not-stored-by-reason": 47,
        "waits-for-an-identical-request": 48,
        "invalidations-in-range": 49,
        "compression-by-outcome": 50,
        "tokens-before-and-after": 51,
        "size-left-after-compression": 52,
        "saved-per-hour-by-model": 53,
        "verdicts-of-the-quality-guard": 54,
        "originals-stored-and-fetched": 55,
        "age-of-fetched-originals": 56,
        "row-spend": 100,
        "row-tokens": 101,
        "row-savings": 102,
        "row-cache": 103,
        "row-compression": 104,
    }
)
