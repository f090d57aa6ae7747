"""Options of an agent that its construct and `observability.yaml` share. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.checks import duration_seconds, prometheus_labels
from semantic_router_observability.errors import ConfigError, at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.errors import Path, Where

UNSENT = "2h"
"""How long a storage may be away, the time that a server has with Prometheus's defaults."""

_SHORTEST = 15 * 60
_LONGEST = 24 * 3600
"""Seconds. Series that got no samples for as long stay in memory."""

REPLICA = "__replica__"
"""Label by which Mimir and Amazon Managed Service for Prometheus know the replicas of a scraper."""

HIGHEST_REPLICAS = 3


def log_arguments(unsent: str) -> list[str]:
    """Flags with which an agent keeps unsent samples for so long, whatever the volume.

    At intervals, Prometheus moves two thirds of its log's segments, 128 MiB each, out of remote write's reach, sent or not. What is left by
    then is the half of an interval in the worst case, so the interval is twice the time. The other two flags bound what the removed part
    holds, which is not sent any more.
    """
    seconds = int(duration_seconds("unsent", unsent))
    return [
        f"--storage.agent.wal-truncate-frequency={2 * seconds}s",
        "--storage.agent.retention.min-time=5m",
        f"--storage.agent.retention.max-time={seconds}s",
    ]


def check_unsent(where: Where, unsent: str) -> None:
    """Refuse a time that is too short to be of use, or that fills memory.

    Raises:
        ConfigError: it is one.

    """
    if not _SHORTEST <= duration_seconds(where, unsent) <= _LONGEST:
        raise ConfigError(where, unsent, "write 15m to 24h, the time for which a storage may be away")


def check_external_labels(where: Path, labels: Mapping[str, str], replicas: int, replica_label: str) -> None:
    """Refuse labels by which a storage could not tell replicas apart.

    Raises:
        ConfigError: a number of replicas or a name that cannot be.

    """
    if not 1 <= replicas <= HIGHEST_REPLICAS:
        raise ConfigError(at(where, "replicas"), replicas, f"write 1 to {HIGHEST_REPLICAS}; each scrapes every router")
    prometheus_labels(at(where, "external_labels"), labels)
    if replica_label != REPLICA:
        prometheus_labels(at(where, "replica_label"), {replica_label: ""})
    if replica_label in labels:
        raise ConfigError(at(where, "external_labels"), replica_label, "it names the replica, and each has another; remove it")
    if replicas > 1 and not labels:
        raise ConfigError(
            at(where, "external_labels"),
            dict(labels),
            "several replicas send the same series; write the label cluster, by which storages find pairs",
        )
