"""Values from which this page turns red: those the router project ships with its own alert rules.

One of them is missing on purpose. Upstream warns of a 95th percentile of the completion time above 30 s, which cannot happen to a
histogram that ends at 10 s; and how many answers may take longer than 10 s depends on the models.
"""

from __future__ import annotations

from typing import Final

from semantic_router_observability.rules import thresholds

ERROR_SHARE: Final = thresholds.ERROR_RATIO

FIRST_TOKEN: Final = thresholds.FIRST_TOKEN
"""Seconds, 95th percentile."""

ROUTING_OVERHEAD: Final = thresholds.ROUTING_OVERHEAD
"""Seconds, 95th percentile."""

IN_FLIGHT: Final = thresholds.IN_FLIGHT
"""Requests of one model at a time."""

CACHE_HITS: Final = round(1 - thresholds.CACHE_MISSES, 6)
"""Ratio of lookups; here, less is worse."""
