"""Numbers of the panels of "Thanos". Given once and never reused; headings start at 100. Links of alerts lead to 10 to 18."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PANEL_IDS: Final = MappingProxyType(
    {
        "query-now": 1,
        "sources-now": 2,
        "upload-now": 3,
        "blocks-now": 4,
        "ThanosQueryDown": 10,
        "ThanosReplicaMissing": 11,
        "ThanosAnswersPartial": 12,
        "ThanosUploadFailing": 13,
        "ThanosUploadOverdue": 14,
        "ThanosStoreMissing": 15,
        "ThanosObjectStorageFailing": 16,
        "ThanosCompactDown": 17,
        "ThanosCompactHalted": 18,
        "queries": 20,
        "duration": 21,
        "sources": 22,
        "memory": 23,
        "operations": 24,
        "blocks": 25,
        "row-alerts": 100,
        "row-queries": 101,
        "row-blocks": 102,
    }
)
