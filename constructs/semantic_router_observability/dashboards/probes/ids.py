"""Numbers of the panels of "Probes". Given once and never reused; headings start at 100. Links of alerts lead to 10 to 13."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "failing-now": 1,
        "canaries-now": 2,
        "slowest-now": 3,
        "expiry-now": 4,
        "ProbeFailing": 10,
        "CanaryFailing": 11,
        "CanarySlow": 12,
        "CertificateExpires": 13,
        "probes": 20,
        "success": 21,
        "duration": 22,
        "phases": 23,
        "status": 24,
        "row-alerts": 100,
        "row-answers": 101,
    }
)
