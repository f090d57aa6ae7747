"""By what backups are taken."""

from __future__ import annotations

from semantic_router_observability.checks import dns_label, dns_subdomain, duration_seconds
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel, Duration, ObjectName

MOST_SNAPSHOTS = 500
"""Snapshots of a claim: storage systems have limits below a thousand."""

_SHORTEST_WAIT = 60
_LONGEST_WAIT = 12 * 3600


class VolumeSnapshots(Tagged, frozen=True, kw_only=True, tag="volumeSnapshots"):
    """VolumeSnapshots, taken and pruned by a CronJob in the stack's namespace; the cluster needs a CSI driver with snapshots.

    Attributes:
        keep: Usable snapshots of each claim that stay; older ones are deleted. Default 7, a week of days.
        snapshot_class: Name of the VolumeSnapshotClass. Default: the default class of the claim's driver.
        timeout: How long a snapshot may take until it is usable; after it the run fails, and nothing is deleted. Default `1h`: some clouds
            upload the first snapshot as a whole.

    """

    keep: int = 7
    snapshot_class: ObjectName | None = None
    timeout: Duration = "1h"

    def __post_init__(self) -> None:
        if not 1 <= self.keep <= MOST_SNAPSHOTS:
            raise ConfigError("keep", self.keep, f"write 1 to {MOST_SNAPSHOTS}, the number of snapshots of each claim that stay")
        if self.snapshot_class is not None:
            dns_subdomain("snapshot_class", self.snapshot_class)
        if not _SHORTEST_WAIT <= duration_seconds("timeout", self.timeout) <= _LONGEST_WAIT:
            raise ConfigError("timeout", self.timeout, "write 1m to 12h")


class Velero(Tagged, frozen=True, kw_only=True, tag="velero"):
    """A Schedule of Velero, which is installed in the cluster and takes snapshots of volumes.

    Attributes:
        namespace: Namespace in which Velero runs; the Schedule is made there. Default `velero`.
        keep_for: How long each backup stays. Default `30d`, Velero's own.
        storage_location: Name of the BackupStorageLocation. Default: Velero's default location.

    """

    namespace: DnsLabel = "velero"
    keep_for: Duration = "30d"
    storage_location: ObjectName | None = None

    def __post_init__(self) -> None:
        dns_label("namespace", self.namespace)
        if duration_seconds("keep_for", self.keep_for) < _SHORTEST_WAIT:
            raise ConfigError("keep_for", self.keep_for, "write at least 1m; 30d keeps a month of backups")
        if self.storage_location is not None:
            dns_subdomain("storage_location", self.storage_location)


BackupMethod = VolumeSnapshots | Velero
"""By what backups are taken."""
