"""Values from which the page about the stack turns red."""

from __future__ import annotations

from typing import Final

DISK: Final = 1.15
"""Blocks, write-ahead log and head over the retention size, which is 80 % of the volume unless set otherwise: 92 % of the volume."""

RULE_TIME: Final = 1
"""Evaluation time over the interval: from here on, evaluations are skipped."""

SLOW_QUERIES: Final = 0.05
"""Share of queries that take more than a second."""

REMOTE_LAG: Final = 120
"""Seconds behind; a restart loses what the write-ahead log no longer holds after two hours, this is where to start looking."""
