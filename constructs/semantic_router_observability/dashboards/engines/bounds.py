"""Values from which the page about engines turns red. Latencies are those of the router's alerts, asked of the engine alone."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.rules import thresholds

FIRST_TOKEN: Final = thresholds.FIRST_TOKEN
"""Seconds, 95th percentile."""

BETWEEN_TOKENS: Final = thresholds.TIME_PER_TOKEN
"""Seconds, 95th percentile."""

CACHE: Final = 0.9
"""Share of the KV cache: what is left holds a handful of requests that grow with each token."""
