"""How much a Prometheus keeps, by time and by size."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.errors import ConfigError, Where, place
from semantic_router_observability.rules.thresholds import RETENTION_SIZE

if TYPE_CHECKING:
    from semantic_router_observability.kubernetes.storage import Storage

from semantic_router_observability.kubernetes.storage import size_bytes

SIZE_SHARE = Decimal(str(RETENTION_SIZE))
"""Ratio of the volume that blocks may fill."""

SIZE_SHARE_LIMIT = Decimal("0.85")
"""Upper end of that advice; a retention size above it is refused."""

SMALLEST_VOLUME = 2**30
"""1 GiB. Below, the write-ahead log of a few hours alone can fill the volume."""

_SIZE = re.compile(r"(\d+)(B|KB|MB|GB|TB|PB|EB)")
_UNITS: dict[str, int] = {unit: int(1024**power) for power, unit in enumerate(("B", "KB", "MB", "GB", "TB", "PB", "EB"))}
_SHORTEST_SECONDS = 2 * 3600


def retention(id: str, time: str, size: str | None, storage: Storage) -> dict[str, str]:
    """Body of Prometheus's `storage.tsdb.retention`: the time as given, the size as given or derived from the volume.

    Raises:
        ConfigError: the time is shorter than the two hours a block spans, the volume smaller than 1 GiB, or the size does not fit
            the volume.

    """
    if duration_seconds(place(id, "retention"), time) < _SHORTEST_SECONDS:
        raise ConfigError(place(id, "retention"), time, "write at least 2h, the span of one block")
    volume = size_bytes(storage)
    if volume is not None and volume < SMALLEST_VOLUME:
        raise ConfigError(place(id, "storage", "size"), storage.size, "write at least 1Gi; the write-ahead log alone needs that")
    if size is None:
        return {"time": time} if volume is None else {"time": time, "size": prometheus_size(volume * SIZE_SHARE)}
    wanted = size_in_bytes(place(id, "retention_size"), size)
    if volume is not None and wanted > volume * SIZE_SHARE_LIMIT:
        fitting = prometheus_size(volume * SIZE_SHARE_LIMIT)
        raise ConfigError(
            place(id, "retention_size"), size, f"does not fit the volume of {storage.size}; write at most {fitting} or grow the volume"
        )
    return {"time": time, "size": size}


def out_of_order(id: str, window: str | None, time: str, *, uploaded: bool) -> dict[str, str]:
    """Fields of Prometheus's `storage.tsdb` for samples that are older than the newest of their series.

    Raises:
        ConfigError: the window is not a duration, or longer than the retention, or blocks are uploaded to an object storage.

    """
    if window is None:
        return {}
    where = place(id, "out_of_order_window")
    if duration_seconds(where, window) > duration_seconds(place(id, "retention"), time):
        raise ConfigError(where, window, f"write at most the retention, {time}")
    if uploaded:
        raise ConfigError(
            where, window, "late samples make blocks that overlap, at which Thanos's compactor stops; remove it, or the object storage"
        )
    return {"out_of_order_time_window": window}


def size_in_bytes(where: Where, size: str) -> int:
    """Bytes of a Prometheus size. Its units are powers of 1024: 1GB is what Kubernetes calls 1Gi."""
    match = _SIZE.fullmatch(size)
    if not match or not int(match[1]):
        raise ConfigError(where, size, "write a whole number with B, KB, MB, GB or TB, such as 16GB (1GB is 1Gi)")
    return int(match[1]) * _UNITS[match[2]]


def prometheus_size(size: Decimal) -> str:
    """Write bytes in the largest unit that states them exactly, rounding down to whole megabytes."""
    megabytes = int(size) // _UNITS["MB"]
    for unit in ("TB", "GB"):
        factor = _UNITS[unit] // _UNITS["MB"]
        if megabytes % factor == 0 and megabytes:
            return f"{megabytes // factor}{unit}"
    return f"{megabytes}MB"
