"""The first process of a node: shows it a machine of its own, starts its programs, and starts them again when they end.

Run with the path of a JSON file, inside new mount, process, cgroup, IPC and host name namespaces. Standard library only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SYSCTLS = {
    "kernel/keys/root_maxbytes": "25000000",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
}
"""What the kubelet wants of the whole machine. It finds it in files laid over the machine's own, and so has nothing to change."""


def main(specification: dict[str, Any]) -> None:
    state = Path(specification["state"])
    hierarchies = _own_groups()
    _mount_machine(state)
    _mount_groups(hierarchies)
    _run("hostname", specification["name"])
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    running: dict[int, dict[str, Any]] = {}
    for program in specification["programs"]:
        if program["once"]:
            _until_done(program, state)
        else:
            running[_start(program, state)] = program
    while True:
        # Orphans of containers come here too.
        pid, _ = os.wait()
        if pid in running:
            time.sleep(0.5)
            program = running.pop(pid)
            running[_start(program, state)] = program


def _own_groups() -> list[str]:
    """List the machine's version 1 hierarchies by the names of their controllers; none means version 2."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [Path(mount[1]).name for mount in mounts if mount[2] == "cgroup"]


def _mount_machine(state: Path) -> None:
    _run("mount", "--make-rprivate", "/")
    _run("mount", "-t", "proc", "proc", "/proc")
    _run("mount", "-t", "sysfs", "sysfs", "/sys")
    for folder in ("/var/lib", "/var/log"):
        disk = state / folder.strip("/").replace("/", "-")
        disk.mkdir(parents=True, exist_ok=True)
        _run("mount", "--bind", str(disk), folder)
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run")
    images = Path("/var/lib/containerd")
    images.mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", "mode=711", "images", str(images))
    for name, value in SYSCTLS.items():
        shown = state / "sysctls" / name.replace("/", ".")
        shown.parent.mkdir(exist_ok=True)
        shown.write_text(value)
        if (target := Path("/proc/sys", name)).exists():
            _run("mount", "--bind", str(shown), str(target))


def _mount_groups(hierarchies: list[str]) -> None:
    root = "/sys/fs/cgroup"
    if not hierarchies:
        _run("mount", "-t", "cgroup2", "cgroup2", root)
        # A group with processes cannot hand controllers on: these processes move to a leaf.
        leaf = Path(root, "node")
        leaf.mkdir()
        (leaf / "cgroup.procs").write_text(str(os.getpid()))
        for controller in Path(root, "cgroup.controllers").read_text().split():
            _hand_on(controller, Path(root, "cgroup.subtree_control"))
        return
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "cgroups", root)
    for name in hierarchies:
        Path(root, name).mkdir()
        _run("mount", "-t", "cgroup", "-o", "none,name=systemd" if name == "systemd" else name, "cgroup", f"{root}/{name}")


def _hand_on(controller: str, control: Path, timeout: float = 15) -> None:
    """Give a controller to the groups below, as soon as the process that started this one has left the group."""
    end = time.monotonic() + timeout
    while True:
        try:
            control.write_text(f"+{controller}")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _start(program: dict[str, Any], state: Path) -> int:
    with (state / "log" / f"{program['name']}.log").open("ab") as log:
        return subprocess.Popen(program["argv"], stdin=subprocess.DEVNULL, stdout=log, stderr=log).pid


def _until_done(program: dict[str, Any], state: Path, timeout: float = 120) -> None:
    end = time.monotonic() + timeout
    with (state / "log" / f"{program['name']}.log").open("ab") as log:
        while subprocess.run(program["argv"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode != 0:
            if time.monotonic() > end:
                raise SystemExit(f"{program['name']}: not done within {timeout} s")
            time.sleep(0.2)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
