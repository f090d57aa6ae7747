"""Numbers of the panels of "SLOs". Given once and never reused; headings start at 100."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {"objectives": 1, "budget-used": 2, "pace": 3, "share": 10, "events": 11, "errors": 12, "row-budget": 100, "row-events": 101}
)
