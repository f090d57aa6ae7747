"""Object storage: where blocks of samples are kept. Pure: nothing here knows cdk8s."""

from __future__ import annotations

from typing import Any

from semantic_router_observability.checks import config_key, dns_subdomain, duration_or_zero, host_and_port
from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.kubernetes.secrets import SecretUse
from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Port
from semantic_router_observability.network.destinations import flows_to
from semantic_router_observability.spec import Spec, Tagged
from semantic_router_observability.texts import ConfigKey, Duration, ObjectName
from semantic_router_observability.yamltext import to_yaml

_FOLDER = "/etc/thanos/object-storage"
_TRIAL = "/object-storage"
_DAY = 86_400


class Bucket(Tagged, frozen=True, kw_only=True, tag="secret"):
    """Object storage of S3, Google Cloud, Azure or any other kind that Thanos knows, described by a file in a Secret.

    The file is in Thanos's native syntax, with `type`, `config` and, for a bucket shared with others, `prefix`. It holds the credentials, or
    none where the pods' ServiceAccounts have the rights.

    Attributes:
        name: Name of the Secret.
        key: Key of the file in its data. Default `objstore.yml`, the name in Thanos's documentation.
        server: Host and port of the object storage, such as `minio.storage.svc:9000`, for the network policies. Default: any address, on TCP
            443, as the addresses of a cloud are not known when policies are written.

    """

    name: ObjectName
    key: ConfigKey = "objstore.yml"
    server: str | None = None

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        config_key("key", self.key)
        if self.server is not None:
            host_and_port("server", self.server)

    def arguments(self) -> list[str]:
        """Flag of every part of Thanos that reads or writes blocks."""
        return [f"--objstore.config-file={_FOLDER}/{self.key}"]

    def volumes(self) -> list[dict[str, Any]]:
        """Volume of the pod."""
        items = [{"key": self.key, "path": self.key}]
        return [{"name": "object-storage", "secret": {"secretName": self.name, "defaultMode": 0o440, "items": items}}]

    def mounts(self) -> list[dict[str, Any]]:
        """Mount of the container."""
        return [{"name": "object-storage", "mountPath": _FOLDER, "readOnly": True}]

    def uses(self, namespace: str, reader: str) -> list[SecretUse]:
        """Keys of Secrets that `reader` reads, when it starts."""
        return [SecretUse(namespace=namespace, secret=self.name, key=self.key, reader=reader, method="file", on_change="restart")]

    def flows(self, namespace: str) -> tuple[Flow, ...]:
        """Connections to the object storage."""
        if self.server is None:
            return (Flow(peer=Addresses(), ports=(Port(443),), why="object storage"),)
        return flows_to(self.server, namespace=namespace, why="object storage")


class TrialVolume(Tagged, frozen=True, kw_only=True, tag="volume"):
    """A volume in place of object storage, for trials: all parts of Thanos mount it, so it is one for ReadWriteMany, or all run on one node.

    Attributes:
        claim: Name of an existing PersistentVolumeClaim in the namespace.

    """

    claim: ObjectName

    def __post_init__(self) -> None:
        dns_subdomain("claim", self.claim)

    def arguments(self) -> list[str]:
        """Flag of every part of Thanos that reads or writes blocks."""
        return [f"--objstore.config={to_yaml({'type': 'FILESYSTEM', 'config': {'directory': _TRIAL}}).strip()}"]

    def volumes(self) -> list[dict[str, Any]]:
        """Volume of the pod."""
        return [{"name": "object-storage", "persistentVolumeClaim": {"claimName": self.claim}}]

    def mounts(self) -> list[dict[str, Any]]:
        """Mount of the container."""
        return [{"name": "object-storage", "mountPath": _TRIAL}]

    def uses(self, namespace: str, reader: str) -> list[SecretUse]:
        """Keys of Secrets that `reader` reads: none."""
        del namespace, reader
        return []

    def flows(self, namespace: str) -> tuple[Flow, ...]:
        """Connections to the object storage: none."""
        del namespace
        return ()


ObjectStorage = Bucket | TrialVolume
"""Where blocks are kept."""


class BlockRetention(Spec, frozen=True, kw_only=True):
    """How long samples stay in the object storage, by resolution; `0d` is indefinitely.

    Samples of 5 minutes are made from raw ones after 40 hours, and samples of an hour from those after 10 days. They make queries over months
    fast, and save no space: equal values for all three are the rule.

    Attributes:
        raw: Raw samples. Default `1y`.
        five_minutes: Samples of 5 minutes. Default `1y`.
        one_hour: Samples of an hour. Default `1y`.

    """

    raw: Duration = "1y"
    five_minutes: Duration = "1y"
    one_hour: Duration = "1y"

    def __post_init__(self) -> None:
        seconds = {name: float(duration_or_zero(name, getattr(self, name))) for name in ("raw", "five_minutes", "one_hour")}
        for name, days, made in (("raw", 2, "samples of 5 minutes"), ("five_minutes", 10, "samples of an hour")):
            if 0 < seconds[name] < days * _DAY:
                expected = f"write at least {days}d, or 0d for indefinitely: {made} are made only then, from these"
                raise ConfigError(name, getattr(self, name), expected)
        for finer, coarser, reference in (("raw", "five_minutes", arg("raw")), ("five_minutes", "one_hour", arg("five_minutes"))):
            if seconds[coarser] and (not seconds[finer] or seconds[finer] > seconds[coarser]):
                expected = f"{reference} is kept longer, {getattr(self, finer)}; write at least that, or old queries find only raw samples"
                raise ConfigError(coarser, getattr(self, coarser), expected)

    def arguments(self) -> list[str]:
        """Flags of the compactor."""
        return [
            f"--retention.resolution-raw={self.raw}",
            f"--retention.resolution-5m={self.five_minutes}",
            f"--retention.resolution-1h={self.one_hour}",
        ]
