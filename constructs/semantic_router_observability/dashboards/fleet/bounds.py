"""Values from which the page about the fleet turns red. The routing overhead is the router project's own alert threshold."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.dashboards.front_page import bounds
from semantic_router_observability.rules import thresholds

ROUTING_OVERHEAD: Final = bounds.ROUTING_OVERHEAD
"""Seconds, 95th percentile."""

SKEW: Final = 2
"""The busiest replica has twice the mean: half of what was paid for is idle."""

FILES: Final = 0.8
"""Share of the limit on open files."""

SCRAPE_TIME: Final = 5
"""Seconds: half of the time after which Prometheus gives up by default."""

SAMPLES: Final = thresholds.SAMPLE_LIMIT * thresholds.NEAR_LIMIT
