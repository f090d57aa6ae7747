"""Values from which this page turns red: those the router project ships with its own alert rules.

One of them is missing on purpose. Upstream warns of a 95th percentile of the completion time above 30 s, which cannot happen to a
histogram that ends at 10 s; and how many answers may take longer than 10 s depends on the models.
"""

from __future__ import annotations

from typing import Final

ERROR_SHARE: Final = 0.05
"""One request in twenty fails."""

FIRST_TOKEN: Final = 5
"""Seconds, 95th percentile."""

TIME_PER_TOKEN: Final = 0.25
"""Seconds a token, 95th percentile: four tokens a second."""

ROUTING_OVERHEAD: Final = 0.1
"""Seconds, 95th percentile."""

IN_FLIGHT: Final = 50
"""Requests of one model at a time."""

CACHE_HITS: Final = 0.2
"""Share of lookups; here, less is worse."""
