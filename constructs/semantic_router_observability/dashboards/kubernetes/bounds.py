"""Values from which the page about Kubernetes turns red."""

from __future__ import annotations

from typing import Final

from semantic_router_observability.rules import thresholds

MEMORY: Final = thresholds.MEMORY

CPU: Final = 0.9
"""Share of the limit. At the limit the container is stopped for parts of a second at a time."""

THROTTLED: Final = 0.25
"""Share of periods in which a container was stopped; from about here on, latency suffers visibly."""

VOLUME: Final = 0.85
"""Share of the volume."""
