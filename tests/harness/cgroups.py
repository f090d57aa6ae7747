"""A control group of its own for a node, in every hierarchy of the machine: version 1 and version 2."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

_PREFIX = "observability-lab"
_CONTROLLERS = ("cpu", "cpuset", "io", "memory", "pids", "hugetlb")


class ControlGroup:
    """Everything that is started through `prefix` runs inside, and a cgroup namespace made there has it as its root."""

    def __init__(self, name: str) -> None:
        _sweep()
        self.folders = [hierarchy / f"{_PREFIX}.{os.getpid()}.{name}" for hierarchy in _hierarchies()]
        for folder in self.folders:
            with suppress(FileNotFoundError, PermissionError):
                for controller in _CONTROLLERS:
                    # One by one: a kernel without one of them refuses a list.
                    with suppress(OSError):
                        (folder.parent / "cgroup.subtree_control").write_text(f"+{controller}")
            folder.mkdir(exist_ok=True)
            # Of version 1: a new cpuset is empty, and nothing can enter an empty one.
            for kind in ("cpuset.cpus", "cpuset.mems"):
                if (folder / "cgroup.procs").exists() and (folder.parent / kind).exists():
                    (folder / kind).write_text((folder.parent / kind).read_text())

    @property
    def prefix(self) -> list[str]:
        """Put before a command to run it inside."""
        enter = " && ".join(f"echo $$ > {folder}/cgroup.procs" for folder in self.folders)
        return ["sh", "-c", f'{enter} && exec "$@"', "sh"]

    def leave(self, process: int) -> None:
        """Take out a process that started others inside: of version 2, a group with processes of its own cannot hand controllers to groups below."""
        for folder in self.folders:
            if (folder / "cgroup.controllers").exists():
                (folder.parent / "cgroup.procs").write_text(str(process))

    def processes(self, below: str) -> dict[str, list[int]]:
        """List the processes of the groups whose path contains `below`, by the last part of that path, which is the container's id."""
        folder = next((found for found in self.folders if found.parent.name in ("pids", "cgroup")), self.folders[0])
        found = {}
        for path in folder.rglob("cgroup.procs"):
            if below in str(path):
                with suppress(OSError):
                    found[path.parent.name] = [int(pid) for pid in path.read_text().split()]
        return found

    def limit_reads(self, container: str, device: str, rate: int) -> None:
        """Bound the bytes a second that the container of this id reads from a block device, given as `major:minor`; the page cache is not bound."""
        for folder in self.folders:
            for path in folder.rglob(container):
                for name, line in (("blkio.throttle.read_bps_device", f"{device} {rate}"), ("io.max", f"{device} rbps={rate}")):
                    if (path / name).exists():
                        (path / name).write_text(line)

    def remove(self) -> None:
        """Remove it, once all of its processes have ended."""
        for folder in self.folders:
            _remove(folder)


def disk(path: Path) -> str | None:
    """Find the disk that holds a file, as `major:minor`; None where a file system has no disk of its own, such as an overlay."""
    number = path.stat().st_dev
    device = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    if not device.exists():
        return None
    whole = device.resolve().parent if (device / "partition").exists() else device
    return (whole / "dev").read_text().strip()


def _hierarchies() -> list[Path]:
    """Find where the machine has mounted its hierarchies."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    first = [Path(mount[1]) for mount in mounts if mount[2] == "cgroup"]
    return first or [Path(mount[1]) for mount in mounts if mount[2] == "cgroup2"][:1]


def _sweep() -> None:
    """Remove what a killed test run left: empty groups."""
    for hierarchy in _hierarchies():
        for folder in hierarchy.glob(f"{_PREFIX}.*.*"):
            if not Path(f"/proc/{folder.name.split('.')[1]}").exists():
                _remove(folder)


def _remove(folder: Path) -> None:
    end = time.monotonic() + 10
    while folder.exists():
        for path, _, _ in os.walk(folder, topdown=False):
            with suppress(OSError):  # a process that is ending may still be inside
                Path(path).rmdir()
        if folder.exists():
            if time.monotonic() > end:
                raise TimeoutError(f"{folder}: still has processes")
            time.sleep(0.1)
