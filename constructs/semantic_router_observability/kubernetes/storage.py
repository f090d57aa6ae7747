"""Where a component keeps its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import byte_quantity, canonical_quantity, dns_subdomain
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import ACCESS_MODES, AccessMode, ObjectName, Quantity

if TYPE_CHECKING:
    from decimal import Decimal


class Claim(Tagged, frozen=True, kw_only=True, tag="claim"):
    """A PersistentVolumeClaim that this stack declares.

    It is an object of its own, not a StatefulSet's claim template, so it grows by editing `size` (where the storage class allows
    expansion) and outlives the workload.

    Attributes:
        size: Requested size as a Kubernetes quantity.
        storage_class: Name of the StorageClass. Default: the cluster's default class.
        access_mode: `ReadWriteOnce` (default, works everywhere) or `ReadWriteOncePod` (one pod in the whole cluster; CSI drivers only).
        name: Name of the claim. Default: the stack's, such as `prometheus-data`.
        from_snapshot: Name of a VolumeSnapshot in the stack's namespace that the volume starts with, to restore a backup. The source of a claim
            cannot change, so this needs a `name` that no claim has yet. Default: none, the volume starts empty.

    """

    size: Quantity
    storage_class: ObjectName | None = None
    access_mode: AccessMode = "ReadWriteOnce"
    name: ObjectName | None = None
    from_snapshot: ObjectName | None = None

    def __post_init__(self) -> None:
        byte_quantity("size", self.size)
        if self.storage_class is not None:
            dns_subdomain("storage_class", self.storage_class)
        if self.access_mode not in ACCESS_MODES:
            raise ConfigError("access_mode", self.access_mode, "write ReadWriteOnce or ReadWriteOncePod: one process writes this volume")
        if self.name is not None:
            dns_subdomain("name", self.name)
        if self.from_snapshot is not None:
            dns_subdomain("from_snapshot", self.from_snapshot)
            if self.name is None:
                raise ConfigError("name", None, f"give the claim that is made of {self.from_snapshot} a name that no claim has yet")

    def spec(self) -> dict[str, Any]:
        """Body of the claim."""
        source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": self.from_snapshot}
        return {
            "accessModes": [self.access_mode],
            "dataSource": source if self.from_snapshot else None,
            "storageClassName": self.storage_class,
            "resources": {"requests": {"storage": canonical_quantity(self.size)}},
        }


class ExistingClaim(Tagged, frozen=True, kw_only=True, tag="existingClaim"):
    """A PersistentVolumeClaim that exists in the stack's namespace.

    Attributes:
        name: Name of the claim.
        size: Its size, when limits should follow from it. Default: unknown.

    """

    name: ObjectName
    size: Quantity | None = None

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        if self.size is not None:
            byte_quantity("size", self.size)


class Ephemeral(Tagged, frozen=True, kw_only=True, tag="ephemeral"):
    """An emptyDir: the data is gone with the pod.

    Attributes:
        size: Limit of the volume; the kubelet evicts the pod above it. Default `5Gi`.

    """

    size: Quantity = "5Gi"

    def __post_init__(self) -> None:
        byte_quantity("size", self.size)


Storage = Claim | ExistingClaim | Ephemeral
"""The three ways to keep data."""


def size_bytes(storage: Storage) -> Decimal | None:
    """Size of the volume in bytes, None when it is not known."""
    return None if storage.size is None else byte_quantity("size", storage.size)


def claim_of(storage: Storage, namespace: str, claim_name: str) -> tuple[str, str] | None:
    """Namespace and name of the claim; None where there is none. `claim_name` is that of the claim the stack itself declares."""
    claim = volume_source(storage, claim_name).get("persistentVolumeClaim")
    return (namespace, claim["claimName"]) if claim else None


def volume_source(storage: Storage, claim_name: str) -> dict[str, Any]:
    """Pod volume source for the storage; `claim_name` is the name of the claim the stack itself declares."""
    match storage:
        case Claim(name=name):
            return {"persistentVolumeClaim": {"claimName": name or claim_name}}
        case ExistingClaim(name=name):
            return {"persistentVolumeClaim": {"claimName": name}}
        case Ephemeral(size=size):
            return {"emptyDir": {"sizeLimit": canonical_quantity(size)}}


def claim_template(name: str) -> dict[str, Any]:
    """Claim template of a StatefulSet whose claims are declared.

    It never changes, since the templates of a StatefulSet are immutable. The requested size is in the declared claims, which can grow; the
    template only creates the claims of replicas added by `kubectl scale`.
    """
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "volumeMode": "Filesystem"},
        "status": {"phase": "Pending"},
    }
