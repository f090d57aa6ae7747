"""A Pod's volumes as directories, laid out and owned the way kubelet does it."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.environment import field, read_data, resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.cluster import Cluster

_PROJECTIONS = ("configMap", "secret", "downwardAPI", "projected")


@dataclass(frozen=True)
class _File:
    content: bytes
    mode: int
    owner: int = 0


class Volumes:
    """The volumes of one Pod. Claims outlive it: their contents are kept by namespace and name."""

    def __init__(self, cluster: Cluster, pod: Mapping[str, Any], directory: Path) -> None:
        self._cluster = cluster
        self._pod = pod
        self._namespace: str = pod["metadata"]["namespace"]
        self._security: Mapping[str, Any] = pod["spec"].get("securityContext", {})
        self._group: int | None = self._security.get("fsGroup")
        self._directory = directory
        self._tokens: dict[tuple[str, int], bytes] = {}
        self._specs = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        for name, volume in self._specs.items():
            self._make_storage(name, volume)
        self.sync()

    def path(self, name: str) -> Path:
        volume = self._specs[name]
        if claim := volume.get("persistentVolumeClaim"):
            return self._directory / "claims" / self._namespace / str(claim["claimName"])
        return self._directory / "pods" / str(self._pod["metadata"]["uid"]) / name

    def read_only(self, name: str) -> bool:
        """Tell whether it holds contents of the API: kubelet mounts them read-only, whatever the manifest says."""
        return any(kind in self._specs[name] for kind in _PROJECTIONS)

    def sync(self, *, new_tokens: bool = False) -> None:
        """Read ConfigMaps, Secrets, fields and tokens again, and swap in what has changed. Tokens are kept unless `new_tokens`."""
        if new_tokens:
            self._tokens.clear()
        for name, volume in self._specs.items():
            if self.read_only(name):
                self._swap(self.path(name), dict(self._files(volume)))

    def _make_storage(self, name: str, volume: Mapping[str, Any]) -> None:
        path = self.path(name)
        if "emptyDir" in volume:
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o777)
        elif "persistentVolumeClaim" in volume:
            claim = volume["persistentVolumeClaim"]["claimName"]
            if self._cluster.get("persistentvolumeclaim", claim, self._namespace)["status"]["phase"] != "Bound":
                raise RuntimeError(f"claim {claim} is not bound: call Cluster.bind_claim first")
            path.mkdir(parents=True, exist_ok=True)
        elif self.read_only(name):
            path.mkdir(parents=True, exist_ok=True)
            return
        else:
            raise ValueError(f"volume {name}: the lab has no {', '.join(volume.keys() - {'name'})}")
        if self._group is not None:
            for folder, _, files in os.walk(path):
                self._give_to_group(folder, 0o2770)
                for file in files:
                    self._give_to_group(os.path.join(folder, file), 0o660)  # noqa: PTH118 - os.walk speaks in strings

    def _give_to_group(self, path: str | Path, extra_mode: int) -> None:
        if self._group is not None and not os.path.islink(path):  # noqa: PTH114
            os.chown(path, -1, self._group)
            os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) | extra_mode)  # noqa: PTH101, PTH116

    def _files(self, volume: Mapping[str, Any]) -> Iterator[tuple[str, _File]]:
        kind = next(kind for kind in _PROJECTIONS if kind in volume)
        mode = volume[kind].get("defaultMode", 0o644)
        sources = volume[kind].get("sources", []) if kind == "projected" else [{kind: volume[kind]}]
        for source in sources:
            for name, body in source.items():
                yield from self._source(name, body, mode)

    def _source(self, kind: str, body: Mapping[str, Any], mode: int) -> Iterator[tuple[str, _File]]:
        if kind == "serviceAccountToken":
            # Readable to its user alone: kubelet widens that for fsGroup (see _swap).
            user = self._security.get("runAsUser")
            private = user is not None or self._group is not None
            yield body["path"], _File(self._token(body), 0o600 if private else mode, user or 0)
        elif kind == "downwardAPI":
            for item in body.get("items", []):
                yield item["path"], _File(self._downward(item).encode(), item.get("mode", mode))
        elif kind in ("configMap", "secret"):
            data = read_data(self._cluster, kind.lower(), body, self._namespace)
            if data is None:
                return
            for item in body.get("items") or [{"key": key, "path": key} for key in data]:
                if item["key"] in data:
                    yield item["path"], _File(data[item["key"]], int(item.get("mode", mode)))
                elif not body.get("optional"):
                    raise KeyError(f"{kind} {body.get('name') or body['secretName']} has no key {item['key']}")
        else:
            raise ValueError(f"projected source {kind}: the lab does not know it")

    def _downward(self, item: Mapping[str, Any]) -> str:
        if "fieldRef" in item:
            return field(self._pod, item["fieldRef"]["fieldPath"])
        return resource(self._pod, {}, item["resourceFieldRef"])

    def _token(self, body: Mapping[str, Any]) -> bytes:
        key = (body.get("audience", ""), body.get("expirationSeconds", 3600))
        if key not in self._tokens:
            account = self._pod["spec"]["serviceAccountName"]
            audiences = [key[0]] if key[0] else []
            token = self._cluster.token(self._namespace, account, audiences=audiences, seconds=key[1], pod=self._pod)
            self._tokens[key] = token.encode()
        return self._tokens[key]

    def _swap(self, directory: Path, files: Mapping[str, _File]) -> None:
        """Write a new generation beside the old one and turn `..data` to it in one step, as kubelet's atomic writer does.

        The names a container opens are links through `..data`: it sees all of the old or all of the new, and a watcher sees one rename.
        """
        data = directory / "..data"
        if data.exists() and _current(data) == {path: file.content for path, file in files.items()}:
            return
        old = data.resolve() if data.exists() else None
        new = directory / f"..{uuid.uuid4().hex}"
        new.mkdir(mode=0o755)
        for path, file in files.items():
            target = new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
            target.chmod(file.mode)
            os.chown(target, file.owner, 0)
            self._give_to_group(target, 0o440)
        for folder, _, _ in os.walk(new):
            self._give_to_group(folder, 0o2550)
        link = directory / "..data_tmp"
        link.symlink_to(new.name)
        link.replace(data)
        names = {path.split("/")[0] for path in files}
        for name in names:
            if not (directory / name).is_symlink():
                (directory / name).symlink_to(f"..data/{name}")
        for link in directory.iterdir():
            if link.is_symlink() and not link.name.startswith("..") and link.name not in names:
                link.unlink()
        if old is not None:
            shutil.rmtree(old)


def _current(data: Path) -> dict[str, bytes]:
    """Read one generation by relative path."""
    generation = data.resolve()
    return {str(file.relative_to(generation)): file.read_bytes() for file in generation.rglob("*") if file.is_file()}
