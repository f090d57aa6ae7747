"""Values from which the page about the stack turns red."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.rules import thresholds

DISK: Final = thresholds.VOLUME / thresholds.RETENTION_SIZE
"""Blocks, write-ahead log and head over the retention size."""

RULE_TIME: Final = thresholds.RULE_TIME
"""Evaluation time over the interval."""

SLOW_QUERIES: Final = 0.05
"""Share of queries that take more than a second."""

REMOTE_LAG: Final = thresholds.REMOTE_LAG
"""Seconds behind."""
