"""A folder that is replaced as a whole: a reader sees the old one or the new one, whenever the process is killed and however many run."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # no Unix
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_CANNOT_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV}
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST}
_ATTEMPTS = 1000
"""Other runs that may be met between two steps; each attempt takes microseconds."""


def replace_folder(folder: Path, files: Mapping[str, bytes], *, check: Callable[[Path], None]) -> None:
    """Write the files into a new folder beside `folder`, exchange the two, and remove the old one.

    Linux exchanges two folders in one step, so there is no moment without `folder`. Elsewhere, and on file systems that cannot (some that
    are shared over a network, and folders of a container's image), the old one is moved away just before the new one is moved in.

    Args:
        folder: Absolute path of the folder.
        files: Content by name.
        check: Raises an error when an old folder must not be removed. It sees the folder as it was when it was exchanged, and an error
            puts it back.

    Raises:
        OSError: the operating system refuses; the folder is as it was.

    """
    _sweep(folder)
    with _beside(folder) as beside:
        fresh = beside / "new"
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        old = _exchange(fresh, folder, beside)
        if old is None:
            return
        try:
            check(old)
        except BaseException:
            _exchange(old, folder, beside)
            raise


def _exchange(fresh: Path, folder: Path, beside: Path) -> Path | None:
    """Put `fresh` where `folder` is; return where the old one is now, None if there was none."""
    for attempt in range(_ATTEMPTS):
        try:
            if not folder.exists():
                fresh.rename(folder)
                return None
            try:
                _swap(fresh, folder)
            except OSError as error:
                if error.errno not in _CANNOT_EXCHANGE:
                    raise
                return _move(fresh, folder, beside / f"old{attempt}")
        except FileNotFoundError:
            # Another run has just moved the folder away.
            if not fresh.exists():
                raise
        except OSError as error:
            # Another run has just moved its own in.
            if error.errno not in _TAKEN:
                raise
        else:
            return fresh
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(folder))


def _move(fresh: Path, folder: Path, old: Path) -> Path:
    """Exchange two folders in two steps."""
    try:
        folder.rename(old)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # A folder of the image that a container runs cannot be moved; it can be removed.
        shutil.copytree(folder, old, symlinks=True)
        shutil.rmtree(folder)
    try:
        fresh.rename(folder)
    except OSError:
        with contextlib.suppress(OSError):
            old.rename(folder)
        raise
    return old


def _swap(first: Path, second: Path) -> None:
    """Exchange two paths in one step."""
    import ctypes  # noqa: PLC0415  what is only checked or refused does not need it

    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if renameat2 is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(second))


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Make a temporary folder on the same file system, locked while this process lives, so that other runs leave it alone."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        with _locked(made, wait=True):
            if not made.exists():
                continue  # Another run has taken it for a dead one's, before it was locked.
            try:
                yield made
            finally:
                shutil.rmtree(made, ignore_errors=True)
            return


def _sweep(folder: Path) -> None:
    """Remove what killed runs left beside the folder. Without locks, nobody knows whether a run lives, and nothing is removed."""
    temporary = re.compile(re.escape(f".{folder.name}.") + r"[a-z0-9_]{8}")
    for path in folder.parent.iterdir():
        if temporary.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            with _locked(path) as locked:
                if locked and all(re.fullmatch(r"new|old\d*", found.name) for found in path.iterdir()):
                    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path, *, wait: bool = False) -> Iterator[bool]:
    """Lock the folder; false where another process holds it, where it is gone, and where folders cannot be locked."""
    descriptor, locked = None, False
    if fcntl:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            locked = os.path.samestat(os.fstat(descriptor), folder.stat())
    try:
        yield locked
    finally:
        if descriptor is not None:
            os.close(descriptor)
