"""Values from which this page turns red: those the router project ships with its own alert rules."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.dashboards.panels import Bound

ERROR_SHARE: Final = Bound(0.05)
"""One request in twenty fails."""

FIRST_TOKEN: Final = Bound(5)
"""Seconds, 95th percentile."""

TIME_PER_TOKEN: Final = Bound(0.25)
"""Seconds a token, 95th percentile: four tokens a second."""

ROUTING_OVERHEAD: Final = Bound(0.1)
"""Seconds, 95th percentile."""

IN_FLIGHT: Final = Bound(50)
"""Requests of one model at a time."""

CACHE_HITS: Final = Bound(0.2, worse="below")
"""Share of lookups."""

SLOW_ANSWERS: Final = Bound(0.05)
"""Share of answers over 10 s. At 5 % the 95th percentile is 10 s, where the histogram ends: upstream's bound of 30 s can never show."""
