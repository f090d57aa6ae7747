"""Counting what model selectors chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.queries import STEP, increases, rates
from semantic_router_observability.dashboards.variables import ALL_MODELS

if TYPE_CHECKING:
    from collections.abc import Sequence

SELECTIONS: Final = "llm_model_selection_total"
FALLBACKS: Final = "llm_model_selection_fallback_total"

_ONCE, _TWICE = 'method!="rl_driven"', 'method="rl_driven"'
"""The reinforcement-learning selector counts each choice twice, so its choices are counted apart and halved."""


def selected(by: Sequence[str] = (), window: str = STEP, *, all_models: bool = False) -> str:
    """Count selections per second, each one once; `all_models` to compare with what names no model, such as fallbacks."""
    chosen = (ALL_MODELS,) if all_models else ()
    return f"{_sum(by)}({_corrected(rates(SELECTIONS, _ONCE, *chosen, window=window), rates(SELECTIONS, _TWICE, *chosen, window=window))})"


def selected_in_range(by: Sequence[str] = ()) -> str:
    """Count selections within the range on screen, each one once."""
    return f"round({_sum(by)}({_corrected(increases(SELECTIONS, _ONCE), increases(SELECTIONS, _TWICE))}))"


def _corrected(once: str, twice: str) -> str:
    return f"{once} or ({twice}) / 2"


def _sum(by: Sequence[str]) -> str:
    return f"sum by ({', '.join(by)}) " if by else "sum"
