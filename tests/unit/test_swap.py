"""The output folder while processes are killed, run side by side, and are refused by the operating system."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from semantic_router_observability import ConfigError, output, swap

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from semantic_router_observability import output, swap
if sys.argv[3] == "in two steps":
    swap._CANNOT_EXCHANGE = {*swap._CANNOT_EXCHANGE, 5}
    def refuse(one, other):
        raise OSError(5, "")
    swap._swap = refuse
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    # Each run writes files of its own: a mixture of two would be seen.
    output.write({f"{name}-{number}.k8s.yaml": bytes([number % 256]) * 5000 for name in "abc"}, Path(sys.argv[1]))
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="exchanges folders in one step, as Linux can")
root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"), reason="mounts: root on Linux")


def writer(folder: Path, *, times: int = 100_000, steps: str = "in one step") -> subprocess.Popen[str]:
    """Write the folder again and again in a process of its own; return once it has begun."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(times), steps], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def read_whole(folder: Path) -> None:
    """Fail unless the folder is there, listed and of one run."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        names = sorted(os.listdir(handle))  # noqa: PTH208  by its handle: the folder may be exchanged while it is read
    finally:
        os.close(handle)
    # The old folder is being removed, and the new one is in its place.
    if names:
        assert len({name.rpartition("-")[2] for name in names if name.endswith(".k8s.yaml")}) <= 1


@linux
def test_killed_at_any_moment_there_is_a_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    output.write({"a-0.k8s.yaml": b""}, folder)
    moments = random.Random(4711)
    for _ in range(15):
        with writer(folder) as process:
            time.sleep(moments.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
        listed = [line.removeprefix("  - ") for line in (folder / "Kustomization").read_text().splitlines() if line.startswith("  - ")]
        assert sorted([*listed, "Kustomization"]) == sorted(path.name for path in folder.iterdir())
        assert len({path.read_bytes()[:1] for path in folder.glob("*.k8s.yaml")}) == 1
    (tmp_path / ".dist.mine").mkdir()
    (tmp_path / ".dist.12345678").mkdir()
    (tmp_path / ".dist.12345678" / "notes.txt").touch()
    output.write({"a-0.k8s.yaml": b""}, folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".dist.12345678", ".dist.mine", "dist"], "killed runs' folders are swept"


@pytest.mark.parametrize("steps", ["in one step", "in two steps"])
def test_side_by_side_runs_neither_crash_nor_mix(tmp_path: Path, steps: str) -> None:
    folder = tmp_path / "dist"
    with ExitStack() as ended:
        processes = [ended.enter_context(writer(folder, times=150, steps=steps)) for _ in range(3)]
        while any(process.poll() is None for process in processes):
            if steps == "in one step" and folder.exists():
                read_whole(folder)
    assert [process.returncode for process in processes] == [0, 0, 0]
    read_whole(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_a_file_that_appears_while_it_is_written_is_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    output.write({"a.k8s.yaml": b"old"}, folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"holds notes\.txt, which no earlier run wrote"):
        output.write({"a.k8s.yaml": b"new"}, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "a.k8s.yaml").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL])
def test_where_folders_cannot_be_exchanged_they_are_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(first: Path, second: Path) -> None:
        raise OSError(number, os.strerror(number), str(first), None, str(second))

    monkeypatch.setattr(swap, "_swap", refuse)
    folder = tmp_path / "dist"
    output.write({"a.k8s.yaml": b""}, folder)
    output.write({"b.k8s.yaml": b""}, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["Kustomization", "b.k8s.yaml"]
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def synthesize(prepare: str, folder: str, cwd: Path, *, mounts: bool = False, **environment: str) -> tuple[int, str, str]:
    """Run `main.py` after shell commands, where asked for in a mount namespace of its own."""
    command = f'{prepare}; "{sys.executable}" "{ROOT / "main.py"}" --config observability.yaml --output "{folder}"'
    (cwd / "observability.yaml").touch()
    shell = [*(["unshare", "--mount"] if mounts else []), "sh", "-c", command]
    done = subprocess.run(shell, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@root
@pytest.mark.parametrize(
    ("prepare", "folder", "line"),
    [
        (
            "mkdir dist; mount -t tmpfs tmpfs dist",
            "dist",
            "is a mount point, which cannot be replaced as a whole; mount the folder above it",
        ),
        ("mkdir dist; mount --bind dist dist", "dist", "is a mount point, which cannot be replaced as a whole; mount the folder above it"),
        (":", "/", "is a mount point"),
        ("mkdir a; mount -t tmpfs -o ro tmpfs a", "a/dist", "the folder above it is read-only; make it writable"),
        ("mkdir a; mount -t tmpfs -o size=64k tmpfs a", "a/dist", "cannot be written (No space left on device); mend that"),
        ("mkdir a; mount -t tmpfs -o ro tmpfs a; export TMPDIR=$PWD/a", "dist", "error: TMPDIR: "),
    ],
)
def test_what_a_file_system_refuses(tmp_path: Path, prepare: str, folder: str, line: str) -> None:
    code, printed, error = synthesize(prepare, folder, tmp_path, mounts=True)
    assert (code, printed, len(error.splitlines())) == (2, "", 1), error
    assert error.startswith("error: ")
    assert line in error
    assert not (tmp_path / folder / "Kustomization").exists()


@root
def test_a_folder_of_a_containers_image_is_replaced(tmp_path: Path) -> None:
    """Overlay file systems refuse to move a folder of a lower layer."""
    output.write({"old.k8s.yaml": b""}, tmp_path / "image" / "dist")
    prepare = (
        "mkdir container; mount -t tmpfs tmpfs container; mkdir container/upper container/work container/root; "
        "mount -t overlay -o lowerdir=image,upperdir=container/upper,workdir=container/work overlay container/root || exit 77; "
        "trap 'ls container/root container/root/dist' EXIT"
    )
    code, printed, error = synthesize(prepare, "container/root/dist", tmp_path, mounts=True)
    if code == 77:
        pytest.skip("the kernel has no overlay file system")
    assert (code, error) == (0, "")
    names = printed.split("container/root:")[1].split()
    assert names[0] == "dist"
    assert "Kustomization" in names
    assert "old.k8s.yaml" not in names


@pytest.mark.parametrize(
    ("prepare", "folder", "line"),
    [
        ("ln -s nowhere dist", "dist", "is not a folder; name a new folder"),
        ("export JSII_NODE=/nonexistent/node", "dist", "error: JSII_NODE: '/nonexistent/node': cdk8s needs Node.js 16 or newer"),
        ("export JSII_NODE=/bin/true", "dist", "error: JSII_NODE: '/bin/true': cdk8s needs Node.js 16 or newer"),
        ("echo 'echo v12.22.1' > node; chmod +x node; export JSII_NODE=$PWD/node", "dist", "cdk8s needs Node.js 16 or newer"),
        ("export TMPDIR=/nonexistent", "dist", "error: TMPDIR: '/nonexistent': Node.js cannot write its temporary files there"),
    ],
)
def test_what_cannot_run_is_refused_in_one_line(tmp_path: Path, prepare: str, folder: str, line: str) -> None:
    code, printed, error = synthesize(prepare, folder, tmp_path)
    assert (code, printed, len(error.splitlines())) == (2, "", 1), error
    assert line in error
    assert not (tmp_path / "dist").exists()


@linux
@pytest.mark.parametrize("kind", ["full", "closed"])
def test_nobody_reads_what_is_printed(tmp_path: Path, kind: str) -> None:
    code, _, error = synthesize("exec >/dev/full" if kind == "full" else "exec >&-", "dist", tmp_path)
    if kind == "full":
        assert code == 2
        assert error.startswith("error: standard output: No space left on device: cannot be written to; the output folder is complete")
    else:
        assert (code, error) == (0, ""), "a program without standard output has nothing to print on"
    assert len(error.splitlines()) <= 1
    assert (tmp_path / "dist" / "Kustomization").exists()
