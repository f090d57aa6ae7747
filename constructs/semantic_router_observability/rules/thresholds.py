"""Numbers that an alert and a panel share: the alert fires beyond one, the panel draws its red line there.

A user's `Knobs` changes the alert's; the line of the panel moves along (`Alerts.lines`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ERROR_RATIO: Final = 0.05
"""One request in twenty fails."""

FIRST_TOKEN: Final = 5
"""Seconds until an answer begins. The router project's own alert rules start here, and at the two numbers that follow."""

TIME_PER_TOKEN: Final = 0.25
"""Seconds a token: four tokens a second."""

ROUTING_OVERHEAD: Final = 0.1
"""Seconds that the router needs before it forwards a request."""

IN_FLIGHT: Final = 50
"""Requests of one model in one replica at a time."""

CACHE_MISSES: Final = 0.95
"""Ratio of cache lookups that miss: so few hits are not worth the lookups."""

MEMORY: Final = 0.9
"""Ratio of the memory limit. At the limit the kernel kills the container."""

INTERVAL: Final = "15s"
"""Time between scrapes, and between evaluations of rules: the router project's own setting."""

RETENTION: Final = "15d"
"""How long samples are kept: the router project's own setting."""

SAMPLE_LIMIT: Final = 50_000
"""Samples a scrape, the default of the scrape guards. A scrape above it fails as a whole."""

NEAR_LIMIT: Final = 0.8
"""Ratio of the sample limit that is too near to it."""

VOLUME: Final = 0.92
"""Ratio of Prometheus's volume: blocks, write-ahead log and head together."""

LOG_SPACE: Final = 0.9
"""Ratio of the space that log lines may take. VictoriaLogs drops whole days: of 14 equal ones, dropping the oldest leaves 93 %."""

RETENTION_SIZE: Final = 0.8
"""Ratio of Prometheus's volume that blocks may fill unless set otherwise. Prometheus's storage documentation advises 80 to 85 %: the
write-ahead log, the head and a compaction in progress need the rest."""

RULE_TIME: Final = 0.5
"""Ratio of the evaluation interval that a rule group takes. At 1, evaluations are skipped."""

REMOTE_LAG: Final = 300
"""Seconds that remote write is behind; samples are lost after two hours, when the write-ahead log no longer holds them."""

TRACE_SPACE: Final = 2
"""GiB free on the volume of the store of traces. Jaeger writes files of 1 GiB, and another one when it gives the space of an old one back."""

UPLOAD_AGE: Final = 18_000
"""Seconds since a Thanos sidecar uploaded a block: 5 h. One is due every two hours, and the first of a new Prometheus after three."""

CANARY: Final = 10
"""Seconds that the answer to a canary may take: some words, so a long wait is a queue. The router project has no such number."""

CERTIFICATE: Final = 14
"""Days before a certificate expires. Those of Let's Encrypt last 90 days, and cert-manager renews what has a third of its time left: with 14
days left, a renewal has failed for two weeks."""

NODE_FILESYSTEM: Final = 0.85
"""Share of a filesystem of a node that is used: the kubelet by default evicts pods when less than 15 % of the filesystem of images, or less than
10 % of its own, is free. Source: "Hard eviction thresholds" of Node-pressure Eviction in the documentation of Kubernetes."""

NODE_MEMORY: Final = 0.95
"""Share of a node's memory that is used. The kubelet evicts pods at 100 MiB, which no scrape is sure to see before; no source names a share."""


class Line(NamedTuple):
    """The red line of a panel in a shipped dashboard."""

    uid: str
    """Of the dashboard."""
    panel: int
    default: float
    """Where the dashboard has it as shipped."""
    value: float
    """Where it belongs with the thresholds in force, in the panel's unit."""
    queries: Mapping[str, str] = MappingProxyType({})
    """Queries of the panel that these thresholds change: the one shipped, and the one in its place."""
