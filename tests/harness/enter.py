"""Becomes a container's process: `python -I enter.py SPECIFICATION.json`, as root, inside the lab's network.

A private mount namespace gets a small root file system of its own with the Pod's volumes in it; then user, groups and privileges are given
up as the manifest says, and the program replaces this one. A module without imports of the harness, because it runs on its own.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

_CLONE_NEWNS = 0x20000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
_LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")

_libc = ctypes.CDLL(None, use_errno=True)


def main(specification: dict[str, Any]) -> None:
    root = Path(specification["root"])
    _check(_libc.unshare(_CLONE_NEWNS))
    _mount(None, Path("/"), _MS_REC | _MS_PRIVATE)
    _mount("tmpfs", root, 0, kind="tmpfs", data="mode=0755")
    _fill(root, specification)
    os.chroot(root)
    _drop_privileges(specification)
    os.chdir(specification["workdir"])
    argv = specification["argv"]
    os.execvpe(argv[0], argv, specification["env"])


def _fill(root: Path, specification: dict[str, Any]) -> None:
    for path, (mode, uid, gid) in specification["directories"].items():
        directory = _inside(root, path)
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(mode)
        os.chown(directory, uid, gid)
    for path, text in specification["files"].items():
        file = _inside(root, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    binds = [("/proc", "/proc", True), *((f"/dev/{name}",) * 2 + (False,) for name in ("full", "null", "random", "urandom", "zero"))]
    # Outer ones first; all are made before any is closed to writing, since one may have to make room for another inside itself.
    binds += sorted(specification["binds"], key=lambda bind: Path(bind[1]).parts)
    for source, path, _ in binds:
        target = _inside(root, path)
        if Path(source).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        _mount(source, target, _MS_BIND | _MS_REC)
    for _, path, read_only in binds:
        if read_only:
            _mount(None, _inside(root, path), _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
    if specification["read_only_root"]:
        _mount(None, root, _MS_REMOUNT | _MS_BIND | _MS_RDONLY)


def _drop_privileges(specification: dict[str, Any]) -> None:
    if specification["drop_capabilities"]:
        for capability in range(int(_LAST_CAPABILITY.read_text()) + 1):
            _check(_libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    os.setgroups(specification["groups"])
    os.setgid(specification["gid"])
    os.setuid(specification["uid"])
    if specification["no_new_privileges"]:
        _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    # Changing user forgets whose death to follow.
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def _inside(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _mount(source: str | None, target: Path, flags: int, *, kind: str | None = None, data: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, str(target), kind)]
    _check(_libc.mount(*words, ctypes.c_ulong(flags), None if data is None else data.encode()), str(target))


def _check(result: int, name: str | None = None) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
